package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/holdfast-db/holdfast/internal/hold"
)

func byQuery(s *chromedp.Selector) { chromedp.ByQuery(s) }

// TestApproveOnAPhone: from the list by the thumb bar to the form and to the outcome,
// which comes by itself.
func TestApproveOnAPhone(t *testing.T) {
	r := newRig(t, team)
	b := r.tab(phone, "bsmith")
	b.sees("Nothing is waiting")
	b.value("window.seen = 'the same page'")
	id := r.ask(drop(), "DROP TABLE")
	b.sees("For you to answer", "DROP TABLE events") // live
	if b.value("window.seen") != "the same page" || !strings.HasPrefix(b.value("document.title"), "(1) Holds") {
		t.Error("the page was loaded anew")
	}
	b.do(chromedp.Click(`a[href="/holds/`+id+`"]`, byQuery), chromedp.WaitVisible(".thumb", byQuery))
	b.do(chromedp.Click(`.thumb a[href="#approve"]`, byQuery), chromedp.WaitVisible("#approve button", byQuery))
	b.until(`(() => { const r = document.querySelector("#approve button").getBoundingClientRect(); return r.top > 50 && r.bottom < innerHeight })()`, "the button is not in view")
	if s := r.state(id); s != hold.Pending {
		t.Fatalf("the thumb bar answered: %s", s)
	}
	b.do(chromedp.SendKeys("#note", "checked", byQuery), chromedp.Click("#approve button", byQuery))
	b.sees("the server executed it", "checked")
	if h := r.await(id, hold.Executed); h.DecidedBy != "ben" || h.Note != "checked" {
		t.Errorf("%+v", h)
	}
	b.until("!document.querySelector('.thumb')", "the thumb bar stays")
}

// TestTwoBrowsers: while one types a reason, the other denies. The page of the first
// shows that, and keeps what was typed.
func TestTwoBrowsers(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	ben, cy := r.tab(desktop, "bsmith"), r.tab(phone, "cy")
	ben.open("/holds/" + id)
	cy.open("/holds/" + id)
	ben.do(chromedp.SendKeys("#note", "looks right to me", byQuery))
	cy.do(chromedp.SendKeys("#reason", "wrong tab", byQuery), chromedp.Click("#deny button", byQuery))
	cy.sees("cy denied it", "Nothing was dropped.")
	ben.sees("cy denied it", "wrong tab", "What you typed was not sent: “looks right to me”")
	ben.until("!document.querySelector('#approve')", "there still is a form")
}

// TestTypingIsNotDisturbed: an approval by another leaves the field, its text and the
// place in it as they are.
func TestTypingIsNotDisturbed(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.Reviewers.Count = 2
	id := r.ask(req, "DROP TABLE")
	ben := r.tab(desktop, "bsmith")
	ben.open("/holds/" + id)
	ben.sees("2 of dba needed")
	ben.do(chromedp.Focus("#note", byQuery), chromedp.SendKeys("#note", "half a no", byQuery), chromedp.SendKeys("#note", kb.ArrowLeft, byQuery))
	if a := r.signedIn("cy").answer(id, "approve", nil); a.status != 303 {
		t.Fatal(a.body)
	}
	ben.sees("1 more of dba needed", "cy approved")
	ben.do(chromedp.KeyEvent("X"))
	ben.until(`document.querySelector("#note").value === "half a nXo"`, "the text is lost or the place in it: "+ben.value(`document.querySelector("#note").value`))
}

// TestTypedNameInABrowser: the browser itself does not send a wrong name.
func TestTypedNameInABrowser(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.Statements, req.TypeName = []string{`DROP SCHEMA "Re-port [1] (a|b)"`}, true
	id := r.ask(req, "DROP SCHEMA")
	b := r.tab(phone, "bsmith")
	b.open("/holds/" + id)
	b.do(chromedp.SendKeys("#name", "Re-port", byQuery), chromedp.Click("#approve button", byQuery))
	b.until("document.querySelector('#name').validity.patternMismatch", "a wrong name is right")
	if s := r.state(id); s != hold.Pending {
		t.Fatal(s)
	}
	b.do(chromedp.SendKeys("#name", " [1] (a|b)", byQuery))
	b.until("document.querySelector('#name').validity.valid", "the right name is wrong")
	b.do(chromedp.SendKeys("#name", "\r", byQuery)) // Enter sends the form it is in
	b.sees("the server executed it")
	r.await(id, hold.Executed)
}

// TestWithoutJavaScript: everything but being live.
func TestWithoutJavaScript(t *testing.T) {
	r := newRig(t, team)
	first, second := r.ask(drop(), "DROP TABLE"), r.ask(drop(), "")
	b := r.tab(phone, "")
	b.do(emulation.SetScriptExecutionDisabled(true))
	b.open(r.link("bsmith"))
	b.do(chromedp.Click("form button", byQuery), chromedp.WaitVisible(`a[href="/holds/`+first+`"]`, byQuery))
	b.shot("holds-without-javascript")
	b.open("/holds/" + first)
	b.shot("hold-without-javascript")
	b.do(chromedp.Click("#approve button", byQuery), chromedp.WaitVisible(".strip.over", byQuery))
	r.await(first, hold.Executed)
	b.open("/holds/" + second)
	b.do(chromedp.SendKeys("#reason", "wrong tab", byQuery), chromedp.Click("#deny button", byQuery), chromedp.WaitVisible(".strip.over", byQuery))
	if h := r.await(second, hold.Denied); h.Note != "wrong tab" {
		t.Errorf("%+v", h)
	}
	b.do(chromedp.Click(".me summary", byQuery), chromedp.Click(".menu button", byQuery), chromedp.WaitVisible(".door", byQuery))
}

// TestKeyboardOnly: signing in, finding the hold, denying it, with Tab and Enter. What
// has the focus is seen.
func TestKeyboardOnly(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	b := r.tab(desktop, "")
	b.open(r.link("bsmith"))
	b.tabTo("Sign in")
	b.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("nav.tabs", byQuery))
	b.tabTo("Skip to content")
	b.do(chromedp.KeyEvent("\r"))
	b.tabTo("DROP TABLE events")
	b.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("#deny", byQuery))
	b.tabTo("reason")
	b.do(chromedp.KeyEvent("wrong tab"), chromedp.KeyEvent("\t"))
	b.focusIsSeen("Deny, nothing is dropped")
	b.do(chromedp.KeyEvent("\r"))
	b.sees("ben denied it")
	r.await(id, hold.Denied)
	b.tabTo("ben")
	b.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible(".menu", byQuery), chromedp.KeyEvent(kb.Escape))
	b.until("!document.querySelector('.me').open", "Escape leaves the menu open")
}

// focused is the text or the id of what has the focus.
const focused = `(e => e === document.body ? "nothing" : (e.id || "") + " " + (e.innerText || ""))(document.activeElement)`

// tabTo presses Tab until something with that text has the focus.
func (t *tab) tabTo(text string) {
	t.t.Helper()
	for range 40 {
		t.do(chromedp.KeyEvent("\t"))
		if strings.Contains(t.value(focused), text) {
			t.focusIsSeen(text)
			return
		}
	}
	t.t.Fatalf("Tab does not lead to %q in %s", text, t.text())
}

// focusIsSeen fails unless it is on something with that text, marked, and in view.
func (t *tab) focusIsSeen(text string) {
	t.t.Helper()
	if now := t.value(focused); !strings.Contains(now, text) {
		t.t.Errorf("the focus is on %q, want %q", now, text)
	}
	if mark := t.value(`(s => s.outlineStyle + " " + parseFloat(s.outlineWidth))(getComputedStyle(document.activeElement))`); mark != "solid 2" {
		t.t.Errorf("%q is marked by the outline %q", text, mark)
	}
	t.until(`(r => r.bottom > 0 && r.top < innerHeight && r.right > 0)(document.activeElement.getBoundingClientRect())`, text+" is not in view")
}

// hostile is text that wants to be more than text.
const hostile = `</span></pre><script>document.title="owned"</script><img src=x onerror="document.title='owned'"> {{.Token}} ${1} %s '; DROP TABLE y; -- ` + "\u202e\u0000\x1b[31m</textarea><b id=owned>"

// TestHostileTextStaysText, wherever a stranger can put it.
func TestHostileTextStaysText(t *testing.T) {
	r := newRig(t, nil)
	req := drop()
	req.Reviewers, req.TypeName = hold.Reviewers{}, true
	for _, to := range []*string{&req.Host, &req.Environment, &req.Database, &req.User, &req.Application, &req.Client, &req.Rule, &req.Reason, &req.Why} {
		*to = hostile
	}
	req.SQL, req.Statements = "SELECT 1;\n"+hostile, []string{"DROP TABLE " + hostile, hostile}
	id := r.ask(req, "")
	b := r.tab(desktop, "root")
	for _, path := range []string{"/holds", "/holds/" + id, "/history?q=" + "%3Cb%20id%3Downed%3E", "/signin?next=%22%3E%3Cb%20id%3Downed%3E"} {
		b.open(path)
		b.do(chromedp.Sleep(100 * time.Millisecond)) // time enough for an image to fail
		if b.value("document.title === 'owned'") != "false" || b.value("document.querySelectorAll('#owned, main script, main img').length") != "0" {
			t.Errorf("%s: text became more than text: %s", path, b.text())
		}
		for _, s := range []screen{phone, desktop} {
			b.do(b.as(s)...)
			if wide := b.value(sideways); wide != "0" {
				t.Errorf("%s on %s can be moved sideways by %s", path, s.name, wide)
			}
		}
	}
	b.open("/holds/" + id)
	b.sees(`<script>document.title="owned"</script>`, `\u202e\x00\x1b[31m`, "{{.Token}}")
	if strings.ContainsAny(b.value("document.body.innerText"), "\u202e\x1b") {
		t.Error("a character that hides is on the page")
	}
	b.shot("hold-hostile")
	b.do(chromedp.SetValue("#reason", `"><b id=owned>`, byQuery), chromedp.Click("#deny button", byQuery))
	b.sees(`"><b id=owned>`)
	r.await(id, hold.Denied)
}

// TestWhoLeavesIsShownOut: an open page ends with its person.
func TestWhoLeavesIsShownOut(t *testing.T) {
	r := newRig(t, team)
	b := r.tab(phone, "bsmith")
	r.desk.SetPeople(known(t, append([]hold.Person{{Name: "ben"}}, team[0], team[2], team[3])))
	r.ask(drop(), "") // something changes, so the stream speaks
	b.sees("holdfast console login")
}

// TestHoldfastRestarts: the page says that it is not live, and then shows whoever
// signs in what became of the hold.
func TestHoldfastRestarts(t *testing.T) {
	r := newRig(t, team)
	id, done := r.askUntil(context.Background(), drop(), "")
	b := r.tab(phone, "bsmith")
	b.open("/holds/" + id)
	r.restart(team)
	if h := <-done; h.State != hold.Abandoned {
		t.Error(h.State)
	}
	b.sees("holdfast console login")
	b.open(r.link("bsmith"))
	b.do(chromedp.Click("form button", byQuery))
	b.sees("Recent", "Abandoned")
	b.open("/holds/" + id)
	b.sees("It was abandoned", "Nothing was dropped.")
}
