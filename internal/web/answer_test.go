package web_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// want fails unless an answer has a status and, as text, each of the words.
func want(t *testing.T, what string, a reply, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %s", what, a.status, status, a.body)
	}
	for _, w := range words {
		if !strings.Contains(html.UnescapeString(a.body), w) {
			t.Errorf("%s: no %q in %s", what, w, a.body)
		}
	}
}

func TestApprove(t *testing.T) {
	r := newRig(t, team)
	id, done := r.askUntil(context.Background(), drop(), "DROP TABLE")
	ben := r.signedIn("bsmith")
	want(t, "the page", ben.get("/holds/"+id), 200, "ana wants to run", "DROP TABLE events", "Approve, drop events", "1 of dba needed", "It has not run.")
	a := ben.answer(id, "approve", url.Values{"note": {"  checked\r\nwith ana "}})
	if a.status != http.StatusSeeOther || a.to != "/holds/"+id {
		t.Fatalf("%d to %q: %s", a.status, a.to, a.body)
	}
	if h := <-done; h.State != hold.Released || h.DecidedBy != "ben" || h.Via != "console" || h.Identity != "verified" || h.Note != "checked with ana" {
		t.Errorf("%+v", h)
	}
	r.await(id, hold.Executed)
	want(t, "afterwards", ben.get("/holds/"+id), 200, "ben", "the server executed it", "checked with ana")
}

func TestDeny(t *testing.T) {
	r := newRig(t, team)
	id, done := r.askUntil(context.Background(), drop(), "")
	if a := r.signedIn("cy").answer(id, "deny", url.Values{"reason": {"wrong tab"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if h := <-done; h.State != hold.Denied || h.DecidedBy != "cy" || h.Note != "wrong tab" {
		t.Errorf("%+v", h)
	}
	want(t, "afterwards", r.signedIn("ana").get("/holds/"+id), 200, "cy", "denied it", "Nothing was dropped.", "wrong tab")
}

// TestWhoMayNot: who asked, who is in no group, and who said yes already.
func TestWhoMayNot(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.Reviewers.Count = 2
	id := r.ask(req, "DROP TABLE")
	ana, ben, zoe := r.signedIn("ana"), r.signedIn("bsmith"), r.signedIn("zoe")
	for _, c := range []struct {
		who         *browser
		says, fault string
	}{
		{ana, "ana asked, so ana cannot answer.", "Not approved: ana asked, so ana cannot answer."},
		{zoe, "You are not among those who may answer it.", "Not approved: zoe is not in group dba."},
	} {
		page := c.who.get("/holds/" + id)
		want(t, c.says, page, 200, c.says)
		if strings.Contains(page.body, "/approve\"") {
			t.Errorf("%s: there is a form", c.says)
		}
		want(t, c.fault, c.who.answer(id, "approve", nil), http.StatusForbidden, c.fault)
	}
	if a := ben.answer(id, "approve", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	want(t, "one of two", ben.get("/holds/"+id), 200, "You approved it. It waits for 1 more of dba.")
	want(t, "twice", ben.answer(id, "approve", nil), http.StatusForbidden, "ben has approved this hold already")
	if s := r.state(id); s != hold.Pending {
		t.Fatalf("state %s", s)
	}
	if a := r.signedIn("cy").answer(id, "approve", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	r.await(id, hold.Executed)
}

func TestTypedName(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.Statements, req.TypeName = []string{`DROP SCHEMA "Rep (1)"`}, true
	id := r.ask(req, "DROP SCHEMA")
	ben := r.signedIn("bsmith")
	want(t, "the field", ben.get("/holds/"+id), 200, `To approve, type`, `pattern="Rep\u{20}\u{28}1\u{29}"`)
	want(t, "nothing typed", ben.answer(id, "approve", nil), http.StatusForbidden, "wants the name of what goes typed")
	wrong := ben.answer(id, "approve", url.Values{"name": {`rep (1)`}, "note": {"as <b>agreed</b>"}})
	want(t, "wrongly typed", wrong, http.StatusForbidden, "Not approved: typed", `value="rep (1)"`, "as <b>agreed</b></textarea>")
	if strings.Contains(wrong.body, "<b>agreed") {
		t.Error("a note became HTML")
	}
	if a := ben.answer(id, "approve", url.Values{"name": {"Rep (1)"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	r.await(id, hold.Executed)
}

// TestWhatIsTypedIsSaid, and nothing where nothing is.
func TestWhatIsTypedIsSaid(t *testing.T) {
	r := newRig(t, team)
	ana, ben := r.signedIn("ana"), r.signedIn("bsmith")
	const goes, base = "<dt>Typed</dt><dd>the name of what goes</dd>", "<dt>Typed</dt><dd>the name of the database</dd>"
	page := func(b *browser, id string, has, lacks string) {
		t.Helper()
		a := b.get("/holds/" + id)
		if a.status != http.StatusOK || has != "" && !strings.Contains(a.body, has) || strings.Contains(a.body, lacks) {
			t.Errorf("%d, %q and not %q in %s", a.status, has, lacks, a.body)
		}
	}
	plain := r.ask(drop(), "")
	page(ana, plain, "ana asked, so ana cannot answer.", "<dt>Typed")
	page(ben, plain, "", "<dt>Typed")
	req := drop()
	req.TypeName = true
	typed := r.ask(req, "")
	page(ana, typed, goes, "/approve\"")
	page(ben, typed, goes, base)
	req.TypeName, req.SelfConfirm = false, true
	own := r.ask(req, "DROP TABLE")
	page(ana, own, base, goes)
	page(ben, own, "ana asked, and may approve it by typing shop", "<dt>Typed")
	if a := ana.answer(own, "approve", url.Values{"name": {"shop"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d: %s", a.status, a.body)
	}
	r.await(own, hold.Executed)
}

func TestSecondBrowserSeesThatItIsDecided(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	ben, cy := r.signedIn("bsmith"), r.signedIn("cy")
	token := cy.token() // its page is open
	if a := ben.answer(id, "deny", nil); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	late := cy.post("/holds/"+id+"/approve", url.Values{"token": {token}, "note": {"go on"}})
	want(t, "too late", late, http.StatusConflict, "Not approved: already denied by ben.", "What you typed was not sent: “go on”")
	if s := r.state(id); s != hold.Denied {
		t.Errorf("state %s", s)
	}
	want(t, "a note that breaks its line is one line", cy.answer("23456789", "deny", nil), http.StatusNotFound, "No hold has this id")
}

// TestRace: 50 people answer one hold, and one answer counts.
func TestRace(t *testing.T) {
	var crowd []hold.Person
	for i := range 50 {
		name := "p" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		crowd = append(crowd, hold.Person{Name: name, OS: name})
	}
	r := newRig(t, append(crowd, hold.Person{Name: "ana", Postgres: []string{"ana"}}, hold.Person{Name: "ben"}, hold.Person{Name: "cy"}))
	req := drop()
	req.Reviewers = hold.Reviewers{}
	id, done := r.askUntil(context.Background(), req, "DROP TABLE")
	var browsers []*browser
	tokens := map[*browser]string{}
	for _, p := range crowd {
		b := r.signedIn(p.OS)
		browsers, tokens[b] = append(browsers, b), b.token()
	}
	var counted, late atomic.Int32
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i, b := range browsers {
		all.Go(func() {
			<-begin
			verb := []string{"approve", "deny"}[i%2]
			switch a := b.post("/holds/"+id+"/"+verb, url.Values{"token": {tokens[b]}}); a.status {
			case http.StatusSeeOther:
				counted.Add(1)
			case http.StatusConflict:
				late.Add(1)
			default:
				t.Errorf("status %d: %s", a.status, a.body)
			}
		})
	}
	close(begin)
	all.Wait()
	if counted.Load() != 1 || late.Load() != 49 {
		t.Errorf("%d answers counted, %d were late", counted.Load(), late.Load())
	}
	if h := <-done; h.State != hold.Released && h.State != hold.Denied {
		t.Errorf("it ended as %s", h.State)
	}
}

// TestRestart: holdfast restarts between asking and answering. The hold is abandoned,
// everybody is signed out, and the answer that comes then does nothing.
func TestRestart(t *testing.T) {
	r := newRig(t, team)
	id, done := r.askUntil(context.Background(), drop(), "")
	ben := r.signedIn("bsmith")
	token := ben.token()
	r.restart(team)
	if h := <-done; h.State != hold.Abandoned {
		t.Errorf("the session was told %s", h.State)
	}
	want(t, "an answer from before", ben.post("/holds/"+id+"/approve", url.Values{"token": {token}}), http.StatusUnauthorized, "Nobody is signed in here any more")
	ben = r.signedIn("bsmith")
	want(t, "its page", ben.get("/holds/"+id), 200, "It was abandoned", "Nothing was dropped.")
	want(t, "an answer afterwards", ben.answer(id, "approve", nil), http.StatusSeeOther)
	want(t, "its page then", ben.get("/holds/"+id), 200, "may run the identical statement once until", "Waits to be run once by ana")
	if s := r.state(id); s != hold.Granted {
		t.Errorf("state %s", s)
	}
}
