package web_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/web"
)

// withEmail is the team, of which ben and cy have addresses.
func withEmail() []hold.Person {
	people := append([]hold.Person{}, team...)
	people[1].Email, people[2].Email = "ben@example.com", "cy@example.com"
	return people
}

func newVouched(t *testing.T) (*provider, *rig) {
	t.Helper()
	p := newProvider(t)
	r := newRigWith(t, withEmail(), &web.OIDC{Issuer: p.URL, ClientID: "holdfast", ClientSecret: "s3cret",
		HTTP: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}})
	return p, r
}

// away leaves for the provider and returns where that sends the browser back to.
func (b *browser) away(next string) string {
	b.t.Helper()
	leave := b.get("/signin/oidc?next=" + url.QueryEscape(next))
	if leave.status != http.StatusSeeOther {
		b.t.Fatalf("leaving: %d %s", leave.status, leave.body)
	}
	res, err := b.http.Get(leave.to)
	check(b.t, err)
	res.Body.Close()
	return strings.TrimPrefix(res.Header.Get("Location"), b.URL())
}

func TestSignInByOpenIDConnect(t *testing.T) {
	p, r := newVouched(t)
	id := r.ask(drop(), "DROP TABLE")
	p.claims = map[string]any{"email": "Ben@example.com", "email_verified": true}
	b := r.browser()
	back := b.away("/holds/" + id)
	other := r.browser()
	want(t, "in another browser", other.get(back), http.StatusForbidden, "not begun in this browser")
	if a := b.get(back); a.status != http.StatusSeeOther || a.to != "/holds/"+id {
		t.Fatalf("%d to %q: %s", a.status, a.to, a.body)
	}
	want(t, "the same twice", b.get(back), http.StatusForbidden, "not begun in this browser")
	if a := b.answer(id, "approve", nil); a.status != http.StatusSeeOther {
		t.Fatal(a.body)
	}
	if h := r.await(id, hold.Executed); h.DecidedBy != "ben" || h.Identity != "verified" {
		t.Errorf("%+v", h)
	}
	r.desk.SetPeople(known(t, team)) // without addresses
	if a := b.get("/holds"); a.status != http.StatusSeeOther {
		t.Errorf("whose address has left the configuration still sees %d", a.status)
	}
}

// TestNotVouchedFor: what is not right in every part signs nobody in.
func TestNotVouchedFor(t *testing.T) {
	p, r := newVouched(t)
	good := map[string]any{"email": "ben@example.com", "email_verified": true}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	for name, c := range map[string]struct {
		claims map[string]any
		change func(back string) string
		forged *rsa.PrivateKey
		says   string
	}{
		"not verified":         {claims: map[string]any{"email_verified": false}, says: "has not verified"},
		"verified in words":    {claims: map[string]any{"email_verified": "true"}, says: "did not vouch"},
		"nobody":               {claims: map[string]any{"email": "eve@example.com"}, says: "nobody in people"},
		"no address":           {claims: map[string]any{"email": ""}, says: "nobody in people"},
		"another audience":     {claims: map[string]any{"aud": "other"}, says: "did not vouch"},
		"another issuer":       {claims: map[string]any{"iss": "https://evil.example"}, says: "did not vouch"},
		"too old":              {claims: map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, says: "did not vouch"},
		"of another sign-in":   {claims: map[string]any{"nonce": "x"}, says: "did not vouch"},
		"signed by a stranger": {forged: stranger, says: "did not vouch"},
		"a code of one's own":  {change: func(b string) string { return strings.Replace(b, "code=", "code=x", 1) }, says: "did not vouch"},
		"no code":              {change: func(b string) string { return strings.Replace(b, "code=", "error=access_denied&was=", 1) }, says: "did not let you in"},
		"another state":        {change: func(b string) string { return strings.Replace(b, "state=", "state=x", 1) }, says: "not begun in this browser"},
	} {
		p.claims, p.forged = map[string]any{}, c.forged
		for _, more := range []map[string]any{good, c.claims} {
			for k, v := range more {
				p.claims[k] = v
			}
		}
		b := r.browser()
		back := b.away("/holds")
		if c.change != nil {
			back = c.change(back)
		}
		a := b.get(back)
		want(t, name, a, http.StatusForbidden, c.says)
		if b.get("/holds").status == http.StatusOK {
			t.Errorf("%s: somebody is signed in", name)
		}
	}
}

func TestProviderIsDown(t *testing.T) {
	p, r := newVouched(t)
	p.Close()
	want(t, "no answer", r.browser().get("/signin/oidc"), http.StatusBadGateway, "does not answer")
	if a := r.signedIn("bsmith").get("/holds"); a.status != http.StatusOK {
		t.Errorf("a link still signs in: %d", a.status)
	}
}

// TestOpenIDConnectInABrowser: across sites, with cookies that are Lax.
func TestOpenIDConnectInABrowser(t *testing.T) {
	p, r := newVouched(t)
	p.claims = map[string]any{"email": "ben@example.com", "email_verified": true}
	id := r.ask(drop(), "")
	b := r.tab(phone, "")
	b.open("/holds/" + id)
	b.shot("signin-oidc-phone-light")
	b.do(chromedp.Click(`a[href^="/signin/oidc"]`, byQuery))
	b.sees("ana wants to run")
}
