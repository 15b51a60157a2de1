package config

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"
)

// Input is where a configuration comes from. Precedence: flag, HOLDFAST_*
// variable, file, default.
type Input struct {
	// Flags are the flags of serve that were given, by name without dashes.
	Flags map[string]string

	Surroundings

	Checks

	// WithoutSecrets leaves secrets empty and does not look for them, for commands that
	// only judge: where they run nobody has the tokens of production.
	WithoutSecrets bool
}

// Checks are what the packages that will use a value say about it, so that it is
// judged in one place only. All but Passkeys are needed.
type Checks struct {
	Server  func(url string) error // of the package that dials it
	Control func(url string) error // of the package that opens it

	// Monitor is of the package that reads counters; interval may be 0.
	Monitor func(url string, interval time.Duration) error

	// Token says what is wrong with the hash of one.
	Token func(hash string) error

	// Password says what is wrong with the hash of one, without quoting it.
	Password func(hash string) error

	// Passkeys is who can sign in to the web console of a configuration with a passkey,
	// as far as that can be seen. It is asked where nothing in the configuration lets a
	// person answer. Nil is nobody.
	Passkeys func(c *Config) []string

	// Console is of the package that serves it; url may be empty.
	Console func(listen, url string, tls bool) error
}

// Load reads the configuration. Its error is Faults: everything that is wrong,
// not only the first. It reads files and creates none.
func Load(in Input) (*Config, error) {
	c, n := in.read()
	n.overlay(c, in)
	if !n.unreadable {
		fillDefaults(c, in.Surroundings)
		n.resolvePaths(c, in.Dir)
		n.resolveSecrets(c, in)
		n.check(c, in.Checks)
	}
	c.Warnings = n.warnings.inOrder()
	if len(n.faults) > 0 {
		return nil, n.faults.inOrder()
	}
	return c, nil
}

// read is the file, or the one host that flags make.
func (in Input) read() (*Config, *notes) {
	file, where := in.given("config")
	if where == "" {
		host := Host{Name: "default", Mode: Enforce}
		return &Config{Hosts: []Host{host}}, newNotes("", nil)
	}
	text, err := readFile(file)
	if err != nil {
		n := newNotes(file, nil)
		n.faultAt(place{where: where}, "reading the configuration: %v", err)
		n.unreadable = true
		return &Config{File: file}, n
	}
	c, n := parse(file, text)
	c.SHA256 = fmt.Sprintf("%x", sha256.Sum256(text))
	return c, n
}

// readFile reads at most one byte more than parse accepts, so that a device or a
// log named by mistake does not fill the memory. Certificates are smaller too.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}
