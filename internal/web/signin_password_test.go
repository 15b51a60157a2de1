package web_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/web"
)

const bensPassword = "correct horse battery staple"

// hashes are passwords that a test changes while the console runs.
type hashes struct {
	mu  sync.Mutex
	all map[string]string
}

func (h *hashes) now() map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all
}

func (h *hashes) set(all map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = all
}

func TestSignInByPassword(t *testing.T) {
	r := newRig(t, team)
	hash, err := web.HashPassword(bensPassword)
	check(t, err)
	r.hashes.set(map[string]string{"ben": hash, "ghost": hash})
	id := r.ask(drop(), "DROP TABLE")
	try := func(b *browser, name, password string) reply {
		return b.post("/signin", url.Values{"name": {name}, "password": {password}, "next": {"/holds/" + id}})
	}
	b := r.browser()
	for _, c := range [][2]string{{"ben", "wrong"}, {"ben", ""}, {"cy", bensPassword}, {"ghost", bensPassword}, {"", ""}, {"nobody", bensPassword}} {
		want(t, c[0]+" with "+c[1], try(b, c[0], c[1]), http.StatusForbidden, "The name and the password do not belong together.", `value="`+c[0]+`"`)
	}
	if a := try(b, "ben", bensPassword); a.status != http.StatusSeeOther || a.to != "/holds/"+id {
		t.Fatalf("%d to %q", a.status, a.to)
	}
	if a := b.answer(id, "approve", nil); a.status != http.StatusSeeOther {
		t.Fatal(a.body)
	}
	if h := r.await(id, hold.Executed); h.DecidedBy != "ben" || h.Identity != "verified" {
		t.Errorf("%+v", h)
	}
	other, err := web.HashPassword("another good password")
	check(t, err)
	r.hashes.set(map[string]string{"ben": other})
	if a := b.get("/holds"); a.status != http.StatusSeeOther {
		t.Errorf("with the password of before one still sees %d", a.status)
	}
	for i := range 12 {
		a := try(b, "ben", "wrong")
		if late := i >= 10; late != (a.status == http.StatusTooManyRequests) {
			t.Errorf("attempt %d: %d", i+1, a.status)
		}
	}
	want(t, "the right one after too many", try(b, "ben", "another good password"), http.StatusTooManyRequests, "Too many wrong passwords")
	if a := r.signedIn("bsmith").get("/holds"); a.status != http.StatusOK {
		t.Errorf("a link still signs in: %d", a.status)
	}
}

// TestPasswordPage is signing in on a phone.
func TestPasswordPage(t *testing.T) {
	r := newRig(t, team)
	hash, err := web.HashPassword(bensPassword)
	check(t, err)
	r.hashes.set(map[string]string{"ben": hash})
	b := r.tab(phone, "")
	axe := axeSource(t)
	for _, s := range screens() {
		b.do(b.as(s)...)
		b.open("/signin")
		b.shot("signin-password-" + s.name)
		if found := b.axe(axe); found != "" {
			t.Errorf("%s: axe says\n%s", s.name, found)
		}
	}
	b.do(chromedp.SendKeys("#name", "ben", byQuery), chromedp.SendKeys("#password", bensPassword+"\r", byQuery))
	b.sees("Nothing is waiting")
}
