package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// policyStatus is what status says of the policy.
type policyStatus struct {
	Policy struct {
		File    string    `json:"file"`
		SHA256  string    `json:"file_sha256"`
		Loaded  time.Time `json:"loaded"`
		Rules   int       `json:"rules"`
		Fault   string    `json:"fault"`
		Restart []string  `json:"needs_restart"`
	} `json:"policy"`
}

func statusOf(t *testing.T, hf *pgtest.Proxy) (s policyStatus) {
	t.Helper()
	out := hf.CLI("status", "--json")
	if err := json.Unmarshal([]byte(out.Stdout), &s); err != nil {
		t.Fatalf("reading status: %v, %+v", err, out)
	}
	return s
}

// awaitStatus waits until status is as wanted.
func awaitStatus(t *testing.T, hf *pgtest.Proxy, what string, wanted func(policyStatus) bool) policyStatus {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		s := statusOf(t, hf)
		if wanted(s) {
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("%s: status is %+v\n%s", what, s, hf.Log())
		}
	}
}

// configured is a holdfast with a file that the test can write anew.
type configured struct {
	scene
	file string
	text func(extra, rules string) string
}

func newConfigured(t *testing.T, rules string) configured {
	t.Helper()
	c := configured{}
	c.srv = pgtest.Shared(t, pgtest.Newest(t))
	c.db = c.srv.Database(t, shop)
	c.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: c.srv, Config: func(p pgtest.Paths) string {
		c.text = func(extra, rules string) string { return oneHost(p, extra) + rules }
		return c.text("", rules)
	}})
	c.file = filepath.Join(c.hf.Folder, "holdfast.yaml")
	return c
}

func (c configured) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(c.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// answered runs a statement and returns the SQLSTATE of its error, "" for none.
func answered(c *pgtest.Client, sql string) string {
	for _, m := range c.Query(sql) {
		if m.Type == 'E' {
			return m.Fields()['C']
		}
	}
	return ""
}

const refuseTruncate = `
rules:
  - {name: never empty, when: {verbs: truncate}, action: refuse}
`

const allowTruncate = `
rules:
  - {name: events may go, when: {tables: events, verbs: truncate}, action: allow}
  - {name: never empty, when: {verbs: truncate}, action: refuse}
`

// TestReload: a session that is open is judged by the file as it is now; a file with
// faults changes nothing and is said; SIGHUP does not wait.
func TestReload(t *testing.T) {
	s := newConfigured(t, refuseTruncate)
	c := s.connect(t)
	first := statusOf(t, s.hf)
	if first.Policy.File != s.file || first.Policy.Rules != 1 || len(first.Policy.SHA256) != 64 || first.Policy.Fault != "" {
		t.Errorf("at the start: %+v", first)
	}
	if code := answered(c, "TRUNCATE events"); code != "ZH004" {
		t.Fatalf("under the first rules: %q", code)
	}

	s.write(t, s.text("", allowTruncate))
	second := awaitStatus(t, s.hf, "after the change", func(p policyStatus) bool { return p.Policy.Rules == 2 })
	if code := answered(c, "TRUNCATE events"); code != "" {
		t.Fatalf("under the new rules: %q", code)
	}
	s.wantRows(t, "0")
	if !second.Policy.Loaded.After(first.Policy.Loaded) || second.Policy.SHA256 == first.Policy.SHA256 {
		t.Errorf("after the change: %+v", second)
	}

	s.write(t, s.text("", strings.ReplaceAll(refuseTruncate, "truncate", "trucate")))
	bad := awaitStatus(t, s.hf, "with a fault", func(p policyStatus) bool { return p.Policy.Fault != "" })
	if bad.Policy.Rules != 2 || !strings.Contains(bad.Policy.Fault, "did you mean truncate?") {
		t.Errorf("with a fault: %+v", bad)
	}
	if code := answered(c, "TRUNCATE events"); code != "" {
		t.Errorf("a file with a fault changed the rules: %q", code)
	}
	if out := s.hf.CLI("status"); !strings.Contains(out.Stdout, "has faults, so the policy before it goes on") {
		t.Errorf("status: %s", out.Stdout)
	}

	s.write(t, s.text("    holds: {wait: 7m}\n", refuseTruncate))
	if err := syscall.Kill(s.hf.PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, s.hf, "after SIGHUP", func(p policyStatus) bool { return p.Policy.Rules == 1 && p.Policy.Fault == "" })
	if code := answered(c, "TRUNCATE events"); code != "ZH004" {
		t.Errorf("after SIGHUP: %q", code)
	}
	c.Send(pgtest.Query("DROP TABLE events"))
	held := s.hf.AwaitHold(t, "DROP TABLE events")
	if wait := held.Expires.Sub(held.Asked); wait != 7*time.Minute {
		t.Errorf("the new wait of the host does not count: %v", wait)
	}
	s.hf.CLI("deny", held.ID)
	c.ReadUntil('Z')

	s.write(t, strings.Replace(s.text("", refuseTruncate), "mode: enforce", "mode: observe", 1))
	awaitStatus(t, s.hf, "with another mode", func(p policyStatus) bool {
		return len(p.Policy.Restart) == 1 && p.Policy.Restart[0] == "host shop: mode"
	})
	if log := s.hf.Log(); !strings.Contains(log, "needs a restart") || strings.Count(log, "was not taken") != 1 {
		t.Errorf("log: %s", log)
	}
	s.hf.Stop(t)
	record, err := os.ReadFile(s.hf.Audit)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(record), `"kind":"policy loaded"`); n != 4 || !strings.Contains(string(record), second.Policy.SHA256) ||
		strings.Count(string(record), `"kind":"policy not loaded"`) != 1 {
		t.Errorf("%d policies on record: %s", n, record)
	}
}

// TestRuleWithTerms: what a rule wants is asked for, typed names included, and what
// is held keeps it when the rules change.
func TestRuleWithTerms(t *testing.T) {
	s := newConfigured(t, `
rules:
  - {name: drops are typed, when: {verbs: [drop]}, action: hold, wait: 5m, type_name: true, reviewers: {count: 1}}
`)
	c := s.connect(t)
	c.Send(pgtest.Query("DROP TABLE events"))
	held := s.hf.AwaitHold(t, "DROP TABLE events")
	if held.Rule != "drops are typed" || held.Expires.Sub(held.Asked) != 5*time.Minute {
		t.Errorf("held: %+v", held)
	}
	s.write(t, s.text("", ""))
	awaitStatus(t, s.hf, "without rules", func(p policyStatus) bool { return p.Policy.Rules == 0 })
	wantExit(t, "without the name", s.hf.CLI("approve", held.ID), 1, "approve it with --type public.events")
	wantExit(t, "another name", s.hf.CLI("approve", held.ID, "--type", "evnts"), 1, "not approved")
	wantExit(t, "show", s.hf.CLI("show", held.ID), 0, "type the name of what goes: public.events")
	var shown struct {
		TypeName  []string `json:"type_name"`
		Reviewers struct {
			Needs []struct {
				Count, Approved int
			}
		}
	}
	if err := json.Unmarshal([]byte(s.hf.CLI("show", "--json", held.ID).Stdout), &shown); err != nil || len(shown.TypeName) != 2 || len(shown.Reviewers.Needs) != 1 {
		t.Errorf("%+v, %v", shown, err)
	}
	wantExit(t, "the name", s.hf.CLI("approve", held.ID, "--type", "events"), 0, "")
	c.ReadUntil('Z')
	s.wantRows(t, "")
}
