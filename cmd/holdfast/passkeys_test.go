package main_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/passkey"
	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/store"
)

// keep puts passkeys of people into a control store that nobody has open.
func keep(t *testing.T, control string, people ...string) {
	t.Helper()
	s, err := store.Open(context.Background(), control)
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range people {
		k := passkey.Key{ID: []byte(person), Person: person, Handle: []byte("handle"), Site: "localhost", Name: "Laptop", Public: []byte("key"), Added: time.Now()}
		if err := s.Passkeys().Put(context.Background(), k); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestPasskeysFollowTheConfiguration: who has one can answer, so nothing is warned of;
// who is not in people, at the start or later, loses theirs, which is on record.
func TestPasskeysFollowTheConfiguration(t *testing.T) {
	c := configured{}
	c.srv = pgtest.Shared(t, pgtest.Newest(t))
	c.db = c.srv.Database(t, shop)
	const people, none = "console: {listen: '127.0.0.1:0'}\npeople: [{name: ana}, {name: ben}, {name: cy}]\n", "of people can answer, and 1 must"
	c.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: c.srv, Config: func(p pgtest.Paths) string {
		keep(t, p.Control, "ana", "ben", "zoe")
		c.text = func(extra, rules string) string { return oneHost(p, extra) + rules }
		return c.text("", people)
	}})
	c.file = c.hf.Folder + "/holdfast.yaml"
	if out := c.hf.CLI("serve", "--check", "--config", c.file); out.Exit != 0 || strings.Contains(out.Stdout, none) {
		t.Errorf("with passkeys: exit %d, %s%s", out.Exit, out.Stdout, out.Stderr)
	}
	if strings.Contains(c.hf.Log(), none) {
		t.Errorf("serve says %s", c.hf.Log())
	}
	c.write(t, c.text("", strings.Replace(people, "{name: ben}, ", "", 1)+refuseTruncate))
	awaitStatus(t, c.hf, "without ben", func(p policyStatus) bool { return p.Policy.Rules == 1 })
	c.write(t, c.text("", people))
	awaitStatus(t, c.hf, "with another ben", func(p policyStatus) bool { return p.Policy.Rules == 0 })
	c.hf.Stop(t)
	keys, err := store.ReadPasskeys(t.Context(), c.hf.Control)
	if err != nil || len(keys) != 1 || keys[0].Person != "ana" {
		t.Errorf("kept are %+v, %v", keys, err)
	}
	record, err := os.ReadFile(c.hf.Audit)
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range []string{"ben", "zoe"} {
		if n := strings.Count(string(record), `"kind":"passkey removed","fields":{"person":"`+person+`"`); n != 1 {
			t.Errorf("it is %d times on record that %s lost a passkey: %s", n, person, record)
		}
	}
	keep(t, c.hf.Control) // whatever the look left behind, it can be opened
	c.write(t, c.text("", strings.Replace(people, "{name: ana}, ", "", 1)))
	if out := c.hf.CLI("serve", "--check", "--config", c.file); out.Exit != 0 || !strings.Contains(out.Stdout, "0 "+none) {
		t.Errorf("without passkeys: exit %d, %s%s", out.Exit, out.Stdout, out.Stderr)
	}
}
