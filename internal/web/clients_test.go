package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/console"
)

// clients are those that a rig says are connected.
type clients struct {
	mu  sync.Mutex
	all []console.Session
}

func (c *clients) now() []console.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

func (c *clients) set(all ...console.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = all
}

// connected is a session in a state.
func connected(id, user, state string) console.Session {
	return console.Session{
		ID: id, Host: "shop-prod", Environment: "production", Database: "shop", User: user, Application: "psql", Client: "10.20.3.14",
		Kind: "interactive", TLS: true, Since: time.Now().Add(-26 * time.Hour), State: state, StateSince: time.Now().Add(-3 * time.Minute),
	}
}

// crowd are sessions in every state.
func crowd(hold string) []console.Session {
	in := connected("", "cy", "logging in")
	in.Application, in.TLS, in.Kind = "", false, "program"
	held := connected("4711", "ana", "held")
	held.Hold, held.Statement = hold, "DROP TABLE import_2026_11 CASCADE"
	running := connected("4708", "etl", "running")
	running.Application, running.Kind, running.Host, running.Environment = "nightly-cleanup", "program", "shop-staging", "staging"
	running.Statement = "DELETE sessions with a WHERE"
	far := connected("4701", "ben", "idle in transaction (aborted)")
	far.Application, far.Client = "DataGrip 2026.2.1 (a data source with a long name of its own)", "2001:db8:85a3:1234:5678:8a2e:370:7334"
	return []console.Session{in, held, running, connected("4705", "ana", "idle in transaction"), far, connected("12", "ana", "idle")}
}

// TestSessionsLive: who comes, leaves and does something is seen without a reload, and
// what is typed into the form meanwhile stays.
func TestSessionsLive(t *testing.T) {
	r := newRig(t, team)
	r.clients.set(connected("7", "ana", "idle in transaction"))
	b := r.tab(phone, "bsmith")
	b.open("/hosts")
	b.do(chromedp.Click(`a[href="/sessions?host=shop-prod"]`, byQuery))
	b.sees("1 session now, newest first", "idle in transaction for 3 min", "session 7, interactive, connected 1 d 2 h ago", "10.20.3.14, TLS")
	b.value("window.seen = 'the same page'")
	b.do(chromedp.SendKeys("#q", "half a", byQuery))
	held := connected("9", "cy", "held")
	held.Hold, held.Statement = r.ask(drop(), ""), "DROP TABLE events"
	r.clients.set(held)
	b.sees("cy psql", "held as "+held.Hold, "DROP TABLE events")
	b.until("!document.body.innerText.includes('session 7')", "who left is still there")
	if b.value("window.seen") != "the same page" || b.value("document.querySelector('#q').value") != "half a" {
		t.Error("the page was loaded anew")
	}
	r.clients.set()
	b.sees("Nobody is connected.") // without a word of the stream
}

// TestSessionsPicked by host, user and text; of many the newest are shown.
func TestSessionsPicked(t *testing.T) {
	r := newRig(t, team)
	all := crowd("23456789")
	r.clients.set(all...)
	b := r.signedIn("bsmith")
	page := func(path string) string {
		t.Helper()
		a := b.get(path)
		if a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		return a.body
	}
	for _, c := range []struct {
		query string
		n     int
		has   string
	}{
		{"", 6, "logging in"}, {"host=shop-staging", 1, "DELETE sessions with a WHERE"}, {"user=ana", 3, "held as <code>23456789"}, {"q=DataGrip", 1, "aborted"},
		{"q=idle+in+trans&user=ana", 1, "4705"}, {"q=program", 2, "nightly-cleanup"}, {"user=an", 0, "No session is like that."},
	} {
		body := page("/sessions?" + c.query)
		if n := strings.Count(body, `<li class="client">`); n != c.n || !strings.Contains(body, c.has) {
			t.Errorf("%s: %d sessions, want %d with %q", c.query, n, c.n, c.has)
		}
	}
	for i := range 250 {
		all = append(all, connected(fmt.Sprint(i), "app", "idle"))
	}
	r.clients.set(all...)
	if body := page("/sessions"); strings.Count(body, `<li class="client">`) != 100 || !strings.Contains(body, "256 sessions now") || !strings.Contains(body, "and 156 more.") {
		t.Errorf("of 256 sessions: %s", body)
	}
}
