package config

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the expectations of testdata/faults")

// separator stands between the file and what Load says about it.
const separator = "-----\n"

// TestFaults compares every message with its golden file: one file is a
// configuration, the separator, and everything that is wrong with it.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		golden, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			input, want, ok := bytes.Cut(text, []byte(separator))
			if !ok {
				t.Fatalf("%s has no separator", golden)
			}
			t.Chdir(t.TempDir())
			write(t, "holdfast.yaml", string(input))
			_, err = Load(Input{Flags: map[string]string{"config": "holdfast.yaml"}, Surroundings: nobody(nil), Checks: checks})
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("Load = %v, want Faults", err)
			}
			wd, _ := os.Getwd()
			got := strings.ReplaceAll(err.Error(), wd, "DIR") + "\n"
			if *update {
				write(t, golden, string(input)+separator+got)
			} else if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if strings.Contains(got, "hunter2") || strings.Contains(got, "xoxb-secret") {
				t.Errorf("a secret is shown again:\n%s", got)
			}
		})
	}
}

// checks stand for those of the packages that use the URLs.
var checks = Checks{
	Monitor: func(url string, interval time.Duration) error {
		switch {
		case !strings.HasPrefix(url, "postgres://"):
			return errors.New("reading the monitor's URL: it does not begin with postgres://")
		case interval > 0 && interval < 10*time.Second:
			return errors.New("the interval is too short")
		}
		return nil
	},
	Server: func(url string) error {
		switch {
		case !strings.HasPrefix(url, "postgres://"):
			return errors.New("reading server URL: scheme is not postgres")
		case strings.Contains(url, "hunter2"):
			return errors.New("reading server URL: it has a password")
		case strings.Contains(url, "sslmode=maybe"):
			return errors.New(`reading server URL: sslmode "maybe" is not known`)
		}
		return nil
	},
	Token: func(hash string) error {
		if !strings.HasPrefix(hash, "sha256:") {
			return errors.New("it is no hash of a token")
		}
		return nil
	},
	Password: func(hash string) error {
		if !strings.HasPrefix(hash, "$argon2id$") {
			return errors.New("it is no argon2id hash")
		}
		return nil
	},
	Console: func(listen, url string, tls bool) error {
		if url == "" && !strings.HasPrefix(listen, "127.0.0.1:") {
			return errors.New("it can be reached from other machines, so it needs url")
		}
		return nil
	},
	Control: func(url string) error {
		if !strings.HasPrefix(url, "sqlite:///") {
			return errors.New("a control store in PostgreSQL is not in this version; use sqlite:///var/lib/holdfast/holdfast.db")
		}
		return nil
	},
}

// nobody is a user with the given variables, and a home that does not exist.
func nobody(env map[string]string) Surroundings {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return Surroundings{Getenv: func(k string) string { return env[k] }, UID: 1000, Home: "/nowhere/home", Dir: dir}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
