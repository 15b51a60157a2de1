package proxy

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// TestTermsOfReturnMode: one rule that returns makes all return, with the time of a
// hold outside of a transaction, and so does the client's choice where no rule must
// wait; what nothing can be bound to waits.
func TestTermsOfReturnMode(t *testing.T) {
	usual := Terms{Wait: 30 * time.Minute, WaitInTransaction: time.Minute, Grant: time.Hour}
	for _, c := range []struct {
		name    string
		binding string
		wanted  []rules.Terms
		chosen  bool // by the client
		returns bool
		wait    time.Duration
	}{
		{"no rule", "b", nil, false, false, time.Minute},
		{"a rule that waits", "b", []rules.Terms{{}}, false, false, time.Minute},
		{"a rule that returns", "b", []rules.Terms{{Return: true}}, false, true, 30 * time.Minute},
		{"with a time of its own", "b", []rules.Terms{{Return: true, Wait: time.Hour, WaitInTransaction: time.Second}}, false, true, time.Hour},
		{"one of two", "b", []rules.Terms{{}, {Return: true}}, false, true, 30 * time.Minute},
		{"nothing to bind to", "", []rules.Terms{{Return: true}}, false, false, time.Minute},
		{"chosen, no rule", "b", nil, true, true, 30 * time.Minute},
		{"chosen, a rule without a mode", "b", []rules.Terms{{}}, true, true, 30 * time.Minute},
		{"chosen, a rule that must wait", "b", []rules.Terms{{}, {MustWait: true}}, true, false, time.Minute},
		{"chosen, one of each", "b", []rules.Terms{{MustWait: true}, {Return: true}}, true, true, 30 * time.Minute},
		{"chosen, nothing to bind to", "", nil, true, false, time.Minute},
	} {
		r := hold.Request{InTransaction: true, Binding: c.binding}
		usual.apply(&r, c.wanted, c.chosen)
		if r.Return != c.returns || r.Wait != c.wait || r.Grant != time.Hour {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

// TestReturnedAtOnce: the statement fails with ZH001, in a transaction too, and the
// session goes on.
func TestReturnedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, decided(hold.Pending))
		defer f.end()
		f.query("drop table t")
		f.expect(t, "Q", "N:00000")
		f.rejects()
		f.expect(t, "", "E:ZH001 Z")
		r := f.desk.requests[0]
		if r.Binding == "" || r.Unbound != "" || !r.Undone || r.Grant != hold.DefaultGrant {
			t.Errorf("asked %+v", r)
		}
	})
}

// TestChosenByTheClient: the desk is asked in return mode.
func TestChosenByTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, decided(hold.Pending))
		defer f.end()
		f.returns = true
		f.query("drop table t")
		f.rejects()
		f.expect(t, "Q", "N:00000 E:ZH001 Z")
		if r := f.desk.requests[0]; !r.Return || r.Wait != DefaultWait {
			t.Errorf("asked %+v", r)
		}
	})
}

// TestWordsOfGrants: who reads them knows what to do, and what not.
func TestWordsOfGrants(t *testing.T) {
	h := &host{}
	h.terms.Store(&Terms{Reviewers: hold.Reviewers{Count: 1}, Answerers: "ben"})
	at := time.Date(2026, 11, 26, 16, 10, 0, 0, time.UTC)
	held := hold.Hold{
		ID: "g26wwfqq", State: hold.Pending, Expires: at, Decided: at, GrantUntil: at.Add(30 * time.Minute), DecidedBy: "ben",
		Request: hold.Request{Environment: "production", Rule: "agents ask", Reason: "DROP TABLE events", Binding: "b", Wait: 30 * time.Minute},
	}
	ask := &session.Ask{InTransaction: true, Verdict: rules.Verdict{Effects: []rules.Effect{{Verb: rules.VerbDropTable}}}}
	e := returnedWords(h, ask, held)
	want := "ZH001 holdfast: held as g26wwfqq: DROP TABLE events on production\n" +
		`It has not run. Nothing was dropped. Rule "agents ask" needs 1 reviewer: ben. It can be approved until 16:10:00 UTC. The transaction is aborted: ROLLBACK ends it.` + "\n" +
		"Ask a person to approve g26wwfqq (holdfast approve g26wwfqq), then send the identical statement again, once; do not rewrite it or look for another way. " +
		"To wait for the answer: holdfast wait g26wwfqq."
	if got := e.Code + " " + e.Message + "\n" + e.Detail + "\n" + e.Hint; got != want {
		t.Errorf("returned:\n%s\nwant:\n%s", got, want)
	}
	if n := releasedNotice(held, 0); n.Message != "holdfast: released g26wwfqq: approved by ben at 16:10:00 UTC, for one run until 16:40:00 UTC" {
		t.Errorf("released: %s", n.Message)
	}
	held.State = hold.Expired
	if e := refusalWords(h, ask, answerOf{hold: held}); !strings.HasSuffix(e.Hint, "It can still be approved: holdfast approve g26wwfqq. Then run the same statement again, once.") {
		t.Errorf("expired: %s", e.Hint)
	}
	held.Binding = ""
	if e := refusalWords(h, ask, answerOf{hold: held}); !strings.HasSuffix(e.Hint, "Run it again when a reviewer is there.") {
		t.Errorf("expired, with nothing to bind to: %s", e.Hint)
	}
}

func TestStartPath(t *testing.T) {
	for _, c := range []struct {
		params map[string]string
		want   string
	}{
		{map[string]string{"user": "ana", "options": "-c statement_timeout=5s"}, ""},
		{map[string]string{"search_path": "a"}, "search_path=a\x00"},
		{map[string]string{"Role": "r", "options": "--search-path=b"}, "role=r\x00options=--search-path=b\x00"},
		{map[string]string{"options": `-c sear\ch_path=b`}, `options=-c sear\ch_path=b` + "\x00"}, // the server drops the backslash
	} {
		if got := startPath(c.params); got != c.want {
			t.Errorf("%v: %q, want %q", c.params, got, c.want)
		}
	}
}
