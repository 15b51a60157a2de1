package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The audit file tells the story of each hold, and a changed line is found.
func TestAudit(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query("TRUNCATE events"))
		denied := s.deny(t, "TRUNCATE events")
		c.ReadUntil('Z')
		c.Send(pgtest.Query("TRUNCATE events"))
		approved := s.approve(t, "TRUNCATE events")
		c.ReadUntil('Z')
		s.hf.AwaitState(t, approved.ID, "executed")
		s.hf.Stop(t)

		record, err := os.ReadFile(s.hf.Audit)
		if err != nil {
			t.Fatalf("reading the audit: %v", err)
		}
		lines := bytes.SplitAfter(bytes.TrimRight(record, "\n"), []byte("\n"))
		for i, line := range lines {
			if !json.Valid(line) {
				t.Errorf("line %d is no JSON: %s", i+1, line)
			}
		}
		for _, id := range []string{denied.ID, approved.ID} {
			if !bytes.Contains(record, []byte(id)) {
				t.Errorf("the audit does not name hold %s", id)
			}
		}
		verify(t, s, record, 0, "")
		if len(lines) < 3 {
			t.Fatalf("the audit has %d lines", len(lines))
		}
		broken := len(lines) / 2
		changed := slices.Clone(lines)
		changed[broken] = bytes.Replace(changed[broken], []byte(`"`), []byte(`" `), 1)
		verify(t, s, bytes.Join(changed, nil), 1, fmt.Sprint(broken+1))
		verify(t, s, bytes.Join(slices.Delete(slices.Clone(lines), broken, broken+1), nil), 1, fmt.Sprint(broken+1))
	})
}

func verify(t *testing.T, s scene, record []byte, exit int, says string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(file, record, 0o600); err != nil {
		t.Fatalf("writing an audit: %v", err)
	}
	wantExit(t, "audit verify", s.hf.CLI("audit", "verify", file), exit, says)
}

// The secret of these statements must reach no log, hold or record.
const secret = "correct-horse-battery"

func TestPasswordsAreNowhere(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		for _, sql := range []string{
			"CREATE ROLE holdfast_test_role PASSWORD '" + secret + "'",
			"ALTER ROLE holdfast_test_role PASSWORD E'" + secret + "'",
			"ALTER USER holdfast_test_role WITH ENCRYPTED PASSWORD $x$" + secret + "$x$",
		} {
			c.Query(sql)
		}
		t.Cleanup(func() { s.srv.Exec(t, "postgres", "DROP ROLE IF EXISTS holdfast_test_role") })
		for _, sql := range []string{
			"ALTER ROLE holdfast_test_role PASSWORD '" + secret + "'; DROP TABLE events",
			"DROP TABLE events; CREATE ROLE x LOGIN PASSWORD '" + secret + "' VALID UNTIL 'infinity'",
			"DO $$ BEGIN EXECUTE 'ALTER ROLE holdfast_test_role PASSWORD ''" + secret + "'''; DROP TABLE events; END $$",
			"TRUNCATE events; CREATE USER MAPPING FOR postgres SERVER x OPTIONS (user 'u', password '" + secret + "')",
			"TRUNCATE events; CREATE SUBSCRIPTION s CONNECTION 'host=x password=" + secret + "' PUBLICATION p",
			"DROP TABLE events; ALTER ROLE broken broken PASSWORD '" + secret + "'",
		} {
			c.Send(pgtest.Query(sql))
			hold := s.hf.AwaitHold(t, "")
			for _, out := range []string{
				s.hf.MustCLI(t, "holds"), s.hf.MustCLI(t, "holds", "--json"),
				s.hf.MustCLI(t, "show", hold.ID), s.hf.MustCLI(t, "show", hold.ID, "--json"),
			} {
				if strings.Contains(out, secret) {
					t.Errorf("a hold shows the password: %s", out)
				}
			}
			s.hf.Deny(t, hold.ID)
			for _, m := range c.ReadUntil('Z') {
				if bytes.Contains(m.Body, []byte(secret)) {
					t.Errorf("a message shows the password: %q", m.Body)
				}
			}
		}
		s.hf.Stop(t)
		err := filepath.WalkDir(s.hf.Folder, func(name string, entry os.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(name)
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s contains the password", filepath.Base(name))
			}
			return err
		})
		if err != nil {
			t.Fatalf("reading what holdfast wrote: %v", err)
		}
	})
}

// What serve writes is its owner's alone.
func TestFilesArePrivate(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		for _, name := range []string{s.hf.Socket, s.hf.Audit, strings.TrimPrefix(s.hf.Control, "sqlite://")} {
			info, err := os.Stat(name)
			if err != nil {
				t.Errorf("looking at it: %v", err)
			} else if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %s", filepath.Base(name), info.Mode())
			}
		}
	})
}

// A configuration with a fault, or with a feature of a later version, stops the
// start and says where.
func TestFaultsStopTheStart(t *testing.T) {
	binary := pgtest.Binary(t, "./cmd/holdfast")
	good := oneHost(pgtest.Paths{
		Listen: "127.0.0.1:0", Server: "postgres://localhost", Control: "sqlite:///tmp/x.db", Socket: "/tmp/x.sock", Audit: "/tmp/x.jsonl",
	}, "")
	for name, test := range map[string]struct{ text, says string }{
		"unknown key":       {good + "holdz: {}\n", "holdz"},
		"unknown host key":  {strings.Replace(good, "mode:", "moode:", 1), "moode"},
		"unknown mode":      {strings.Replace(good, "enforce", "enforced", 1), "enforced"},
		"a later feature":   {good + "    auth: {method: scram}\n", "auth"},
		"an unknown verb":   {good + "rules: [{name: a, when: {verbs: trucate}, action: hold}]\n", "did you mean truncate?"},
		"not YAML":          {good + "\t- [\n", ""},
		"server is missing": {strings.Replace(good, "server:", "environment:", 1), "environment"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "holdfast.yaml")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatalf("writing a configuration: %v", err)
			}
			out := pgtest.Run(exec.Command(binary, "serve", "--check", "--config", file))
			wantExit(t, "serve --check", out, 2, test.says)
			if !strings.Contains(out.Stderr, "holdfast.yaml:") {
				t.Errorf("no place is named: %s", out.Stderr)
			}
		})
	}
	for _, args := range [][]string{
		{"serve"}, {"serve", "--monitor", "y", "--listen", ":1", "--server", "postgres://x"}, {"nonsense"},
	} {
		wantExit(t, strings.Join(args, " "), pgtest.Run(exec.Command(binary, args...)), 2, "")
	}
}

func TestVersionAndCompletion(t *testing.T) {
	binary := pgtest.Binary(t, "./cmd/holdfast")
	wantExit(t, "version", pgtest.Run(exec.Command(binary, "version")), 0, "holdfast")
	wantExit(t, "completion", pgtest.Run(exec.Command(binary, "completion", "bash")), 0, "complete")
	wantExit(t, "help", pgtest.Run(exec.Command(binary, "--help")), 0, "approve")
}
