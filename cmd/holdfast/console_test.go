package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/user"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// webBrowser is a browser that is signed in to the console of a holdfast.
type webBrowser struct {
	t    *testing.T
	base string
	http http.Client
}

// signIn opens the link that a run of `console login` printed.
func signIn(t *testing.T, out pgtest.Output) *webBrowser {
	t.Helper()
	var link struct{ URL, For string }
	if err := json.Unmarshal([]byte(out.Stdout), &link); err != nil || out.Exit != 0 {
		t.Fatalf("console login: exit %d, %s%s", out.Exit, out.Stdout, out.Stderr)
	}
	base, secret, _ := strings.Cut(link.URL, "/signin?link=")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &webBrowser{t: t, base: base, http: http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}}
	if page := b.send("/signin", url.Values{"link": {secret}}); !strings.Contains(page, "Signed in as") {
		t.Fatalf("signing in as %s: %s", link.For, page)
	}
	return b
}

// send sends a form, or asks for a page, and follows to what comes of it.
func (b *webBrowser) send(path string, form url.Values) string {
	b.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatalf("asking the console for %s: %v", path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// answer sends the form of a hold and returns the page that comes.
func (b *webBrowser) answer(id, verb string, form url.Values) string {
	b.t.Helper()
	m := formToken.FindStringSubmatch(b.send("/holds/"+id, nil))
	if m == nil {
		b.t.Fatal("the page of the hold has no form")
	}
	form.Set("token", m[1])
	return b.send("/holds/"+id+"/"+verb, form)
}

// A hold is answered in the console, and the server does what was answered.
func TestConsole(t *testing.T) {
	onNewest(t, []string{"--console", "127.0.0.1:0"}, func(t *testing.T, s scene) {
		b := signIn(t, s.hf.CLI("console", "login", "--json"))
		c := s.connect(t)
		c.Send(pgtest.Query("DELETE FROM events"))
		denied := s.hf.AwaitHold(t, "DELETE FROM events")
		if page := b.answer(denied.ID, "deny", url.Values{"reason": {"wrong tab"}}); !strings.Contains(page, "Nothing was deleted.") {
			t.Errorf("after denying: %s", page)
		}
		if a := readAnswer(t, c); a.err == nil || !strings.Contains(a.err['M'], "wrong tab") {
			t.Errorf("the client was told %+v", a.err)
		}
		s.wantRows(t, "3")
		c.Send(pgtest.Query("DELETE FROM events"))
		approved := s.hf.AwaitHold(t, "DELETE FROM events")
		b.answer(approved.ID, "approve", url.Values{"note": {"checked"}})
		if a := readAnswer(t, c); a.err != nil {
			t.Errorf("the client was told %+v", a.err)
		}
		s.wantRows(t, "0")
		me, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		if h := s.hf.AwaitState(t, approved.ID, "executed"); h.Via != "console" || h.DecidedBy != me.Username || h.Note != "checked" {
			t.Errorf("%+v", h)
		}
		for _, page := range []string{"/holds", "/history?q=wrong+tab", "/hosts", "/policy"} {
			if text := b.send(page, nil); !strings.Contains(text, "</html>") || page != "/policy" && !strings.Contains(text, "default") && !strings.Contains(text, "wrong tab") {
				t.Errorf("%s: %s", page, text)
			}
		}
	})
}

// Links are for the person whose OS user asks, and the session is that person's.
func TestConsoleKnowsPeople(t *testing.T) {
	h := newHousehold(t, "{group: dba}", "console: {listen: '127.0.0.1:0'}\n")
	c, held := h.ask(t)
	ana := signIn(t, h.hf.CLI("console", "login", "--json"))
	if page := ana.send("/holds/"+held.ID, nil); !strings.Contains(page, "ana asked, so ana cannot answer") || strings.Contains(page, "/approve\"") {
		t.Errorf("who asked sees %s", page)
	}
	ben := signIn(t, h.as(t, h.ben, "console", "login", "--json"))
	ben.answer(held.ID, "approve", url.Values{})
	if a := readAnswer(t, c); a.err != nil {
		t.Errorf("the client was told %+v", a.err)
	}
	if got := h.hf.AwaitState(t, held.ID, "executed"); got.DecidedBy != "ben" || got.Via != "console" {
		t.Errorf("%+v", got)
	}
}

// Without a console there is nothing to sign in to, and the command says how to have one.
func TestNoConsole(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		if out := s.hf.CLI("console", "login"); out.Exit != 1 || !strings.Contains(out.Stderr, "has no web console") || !strings.Contains(out.Stderr, "--console") {
			t.Errorf("exit %d: %s%s", out.Exit, out.Stdout, out.Stderr)
		}
	})
}

// What signs people in does not travel in the clear.
func TestConsoleInTheClear(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		out := s.hf.CLI("serve", "--listen", "127.0.0.1:0", "--server", "postgres://127.0.0.1", "--console", "0.0.0.0:0")
		if out.Exit != 2 || !strings.Contains(out.Stderr, "--console: \"0.0.0.0:0\" can be reached from other machines") {
			t.Errorf("exit %d: %s", out.Exit, out.Stderr)
		}
	})
}
