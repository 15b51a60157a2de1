package config

import (
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// The default times of holds; DESIGN.md sections 5.1 and 5.3.
const (
	DefaultWait              = 30 * time.Minute
	DefaultWaitInTransaction = 60 * time.Second
	DefaultGrant             = 30 * time.Minute
)

// Surroundings is what a configuration depends on besides flags and file.
type Surroundings struct {
	Getenv func(string) string
	UID    int    // of this process
	Home   string // home folder of the user; may be empty
	Dir    string // working directory
}

// Here returns the surroundings of this process.
func Here() Surroundings {
	home, _ := os.UserHomeDir()
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	return Surroundings{Getenv: os.Getenv, UID: os.Getuid(), Home: home, Dir: dir}
}

// fillDefaults gives every key that nobody set its default. A file, and root,
// keep state where services do; flags alone, given by a user, keep it with the
// user's own files.
func fillDefaults(c *Config, s Surroundings) {
	state, socket := "/var/lib/holdfast", "/run/holdfast/holdfast.sock"
	if c.File == "" && s.UID != 0 {
		state, socket = s.stateFolder(), s.userSocket()
	}
	store := url.URL{Scheme: "sqlite", Path: filepath.Join(state, "holdfast.db")}
	setDefault(&c.Control, store.String())
	setDefault(&c.Audit, filepath.Join(state, "audit.jsonl"))
	setDefault(&c.Socket, socket)
	setDefault(&c.Holds.Wait, DefaultWait)
	setDefault(&c.Holds.WaitInTransaction, DefaultWaitInTransaction)
	setDefault(&c.Holds.Grant, DefaultGrant)
	fillSlack(c.Slack)
	fillVolume(&c.Volume)
	for i := range c.Hosts {
		h := &c.Hosts[i]
		setDefault(&h.Mode, Observe)
		setDefault(&h.Reviewers.Count, 1)
		setDefault(&h.UnknownRequester, OneMore)
		if h.TLS != nil && h.TLS.ClientCA != "" {
			setDefault(&h.TLS.ClientCert, Optional)
		}
		setDefault(&h.Holds.Wait, c.Holds.Wait)
		setDefault(&h.Holds.WaitInTransaction, c.Holds.WaitInTransaction)
		setDefault(&h.Holds.Grant, c.Holds.Grant)
	}
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// SocketCandidates are the places where the commands other than serve look for
// the control socket when none is named, the likeliest first.
func SocketCandidates(s Surroundings) []string {
	if s.UID == 0 {
		return []string{"/run/holdfast/holdfast.sock"}
	}
	return []string{s.userSocket(), "/run/holdfast/holdfast.sock"}
}

// stateFolder is $XDG_STATE_HOME/holdfast; the variable's default is
// ~/.local/state, and a relative one is to be ignored (XDG Base Directory
// Specification).
func (s Surroundings) stateFolder() string {
	if dir := s.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "holdfast")
	}
	if filepath.IsAbs(s.Home) {
		return filepath.Join(s.Home, ".local", "state", "holdfast")
	}
	return filepath.Join(os.TempDir(), "holdfast-"+strconv.Itoa(s.UID))
}

// userSocket is below $XDG_RUNTIME_DIR, or with the state where there is none.
func (s Surroundings) userSocket() string {
	if dir := s.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "holdfast", "holdfast.sock")
	}
	return filepath.Join(s.stateFolder(), "holdfast.sock")
}
