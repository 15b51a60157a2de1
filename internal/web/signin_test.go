package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/hold"
)

func TestLinkSignsInOnce(t *testing.T) {
	r := newRig(t, team)
	l, err := r.Link(hold.Answerer{OS: "bsmith"})
	check(t, err)
	if l.For != "ben" || !strings.HasPrefix(l.URL, r.URL()+"/signin?link=") {
		t.Errorf("%+v", l)
	}
	path := strings.TrimPrefix(l.URL, r.URL())
	secret := strings.TrimPrefix(path, "/signin?link=")
	b, other := r.browser(), r.browser()
	if a := b.get("/holds/abc"); a.status != http.StatusSeeOther || a.to != "/signin?next=%2Fholds%2Fabc" {
		t.Errorf("not signed in: %d to %q", a.status, a.to)
	}
	for range 3 { // looking does not use it up
		want(t, "the link", b.get(path), 200, "Sign in as ben")
	}
	a := b.post("/signin", url.Values{"link": {secret}, "next": {"/history"}})
	if a.status != http.StatusSeeOther || a.to != "/history" {
		t.Fatalf("%d to %q: %s", a.status, a.to, a.body)
	}
	if c := a.header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Path=/") {
		t.Errorf("cookie %q", c)
	}
	want(t, "signed in", b.get("/holds"), 200, "Signed in as")
	want(t, "once more", other.post("/signin", url.Values{"link": {secret}}), http.StatusForbidden, "This link cannot be used")
	want(t, "the used link", other.get(path), 200, "This link cannot be used")
	want(t, "guessed", other.post("/signin", url.Values{"link": {""}}), http.StatusForbidden, "This link cannot be used")
	if a := b.post("/signout", url.Values{"token": {b.token()}}); a.status != http.StatusSeeOther {
		t.Errorf("signing out: %d", a.status)
	}
	if a := b.get("/holds"); a.status != http.StatusSeeOther {
		t.Errorf("signed out, and sees %d", a.status)
	}
}

// TestNext: after signing in one goes to a page of the console and nowhere else.
func TestNext(t *testing.T) {
	r := newRig(t, team)
	for next, want := range map[string]string{
		"/holds/abc": "/holds/abc", "/history?q=a%20b": "/history?q=a%20b", "": "/holds",
		"https://evil.example/": "/holds", "//evil.example/": "/holds", `/\evil.example`: "/holds", "javascript:alert(1)": "/holds",
		"/signin?link=x": "/holds", "/events": "/holds", "evil": "/holds", "/\r\nSet-Cookie: a=b": "/holds",
	} {
		a := r.browser().post("/signin", url.Values{"link": {strings.TrimPrefix(r.link("bsmith"), "/signin?link=")}, "next": {next}})
		if a.status != http.StatusSeeOther || a.to != want {
			t.Errorf("%q leads to %q (%d)", next, a.to, a.status)
		}
	}
}

func TestNobodyGetsNoLink(t *testing.T) {
	r := newRig(t, team)
	for os, want := range map[string]string{"root": "os user root is nobody in people", "": "nobody in people"} {
		_, err := r.Link(hold.Answerer{OS: os})
		var refused hold.ErrNotAllowed
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason, want) {
			t.Errorf("%q: %v", os, err)
		}
	}
}

// TestWhoLeftLosesEverythingAtOnce, open pages and links that nobody has used included.
func TestWhoLeftLosesEverythingAtOnce(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	ben, cy := r.signedIn("bsmith"), r.signedIn("cy")
	token, unused := ben.token(), r.link("bsmith")
	r.desk.SetPeople(known(t, append([]hold.Person{{Name: "ben"}}, team[0], team[2], team[3]))) // ben's OS user is nobody's any more
	want(t, "an answer", ben.post("/holds/"+id+"/approve", url.Values{"token": {token}}), http.StatusUnauthorized, "nothing was done")
	if a := ben.get("/holds"); a.status != http.StatusSeeOther {
		t.Errorf("a look: %d", a.status)
	}
	want(t, "a link", r.browser().post("/signin", url.Values{"link": {strings.TrimPrefix(unused, "/signin?link=")}}), http.StatusForbidden, "This link cannot be used")
	want(t, "who stayed", cy.get("/holds"), 200, "DROP TABLE events")
	r.desk.SetPeople(known(t, team))
	if a := ben.get("/holds"); a.status != http.StatusSeeOther {
		t.Errorf("whoever comes back signs in anew: %d", a.status)
	}
	if s := r.state(id); s != hold.Pending {
		t.Errorf("state %s", s)
	}
}

// TestWithoutPeople: the session is the OS user's, unverified as on the command line.
func TestWithoutPeople(t *testing.T) {
	r := newRig(t, nil)
	req := drop()
	req.Reviewers = hold.Reviewers{}
	id := r.ask(req, "DROP TABLE")
	root := r.signedIn("root")
	want(t, "the page", root.get("/holds/"+id), 200, "whoever may use the control socket, unverified", "the configuration has no people")
	if a := root.answer(id, "approve", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if h := r.await(id, hold.Executed); h.DecidedBy != "root" || h.Identity != "unverified" || h.Via != "console" {
		t.Errorf("%+v", h)
	}
	r.desk.SetPeople(known(t, team)) // now there are people, and root is none of them
	if a := root.get("/holds"); a.status != http.StatusSeeOther {
		t.Errorf("a session from before: %d", a.status)
	}
}
