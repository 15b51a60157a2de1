package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// named is the console by the name that browsers take passkeys at.
func (r *rig) named() string { return strings.Replace(r.URL(), "127.0.0.1", "localhost", 1) }

// openNamed is open there.
func (t *tab) openNamed(path string) {
	t.t.Helper()
	t.do(chromedp.Navigate(t.rig.named()+path), chromedp.WaitVisible("main", chromedp.ByQuery))
}

// keyed is a tab with an authenticator, signed in with a link as an OS user.
func (r *rig) keyed(s screen, osUser string) (*tab, webauthn.AuthenticatorID) {
	r.t.Helper()
	b := r.tab(s, "")
	var id webauthn.AuthenticatorID
	b.do(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		id, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	b.signInByLink(osUser)
	return b, id
}

func (t *tab) signInByLink(osUser string) {
	t.t.Helper()
	t.openNamed(t.rig.link(osUser))
	t.do(chromedp.Click("form button", chromedp.ByQuery), chromedp.WaitVisible("nav.tabs", chromedp.ByQuery))
}

const addForm, getForm = `form[data-passkey=create]`, `form[data-passkey=get]`

// addPasskey adds one under a name.
func (t *tab) addPasskey(name string) {
	t.t.Helper()
	t.openNamed("/account")
	t.do(chromedp.SendKeys(addForm+" #name", name, chromedp.ByQuery), chromedp.Click(addForm+" button", chromedp.ByQuery),
		chromedp.WaitVisible(".keys", chromedp.ByQuery))
	t.sees(name, "not used yet")
}

func (t *tab) signOut() {
	t.t.Helper()
	t.do(chromedp.Click(".me summary", chromedp.ByQuery), chromedp.Click(".menu button", chromedp.ByQuery), chromedp.WaitVisible(".door", chromedp.ByQuery))
}

func (t *tab) askForPasskey() {
	t.t.Helper()
	t.do(chromedp.Click(getForm+" button", chromedp.ByQuery))
}

// recorded counts the lines of the record with all of these words.
func (r *rig) recorded(words ...string) (n int) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "audit.jsonl"))
	check(r.t, err)
lines:
	for line := range strings.Lines(string(text)) {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue lines
			}
		}
		n++
	}
	return n
}

// TestPasskeyFromFirstToLast: added, used to sign in and to approve, and removed.
func TestPasskeyFromFirstToLast(t *testing.T) {
	r := newRig(t, team)
	b, _ := r.keyed(phone, "bsmith")
	if a := r.browser().get("/signin"); strings.Contains(a.body, "passkey") {
		t.Error("passkeys are offered where nobody has one")
	}
	b.addPasskey("Ben's telephone")
	if n := r.recorded(`"kind":"passkey added"`, `"person":"ben"`, `"name":"Ben's telephone"`, `"site":"localhost"`); n != 1 {
		t.Errorf("it is %d times on record", n)
	}
	b.do(chromedp.SendKeys(addForm+" #name", "again", chromedp.ByQuery), chromedp.Click(addForm+" button", chromedp.ByQuery))
	b.sees("There is a passkey of yours here already.")
	b.signOut()
	id := r.ask(drop(), "DROP TABLE")
	b.openNamed("/signin?next=/holds/" + id)
	b.askForPasskey()
	b.do(chromedp.WaitVisible("#approve", chromedp.ByQuery))
	b.do(chromedp.Evaluate(`document.querySelector("#approve button").click()`, nil), chromedp.WaitVisible(".strip.over", chromedp.ByQuery))
	if h := r.await(id, hold.Executed); h.DecidedBy != "ben" || h.Identity != "verified" || h.Via != "console" {
		t.Errorf("%+v", h)
	}
	b.openNamed("/account")
	b.sees("ben, with a passkey", "signed this browser in", "last used")
	b.do(chromedp.Click(".keys .danger", chromedp.ByQuery), chromedp.WaitVisible(".door", chromedp.ByQuery))
	if n := r.recorded(`"kind":"passkey removed"`, `"cause":"by ben"`); n != 1 || len(r.passkeys.Of("ben")) != 0 {
		t.Errorf("it is %d times on record that it was removed", n)
	}
	b.openNamed("/signin")
	if strings.Contains(b.text(), "passkey") {
		t.Error("passkeys are offered where nobody has one any more")
	}
}

// TestPasskeysThatAreRefused: by the browser itself, and by holdfast where the browser
// or the authenticator lies. Afterwards the right one still signs in.
func TestPasskeysThatAreRefused(t *testing.T) {
	r := newRig(t, team)
	b, key := r.keyed(desktop, "bsmith")
	b.addPasskey("Laptop")
	b.signOut()
	b.do(webauthn.SetUserVerified(key, false))
	b.openNamed("/signin")
	b.askForPasskey()
	b.sees("No passkey was given")
	b.do(webauthn.SetUserVerified(key, true))
	for name, lie := range map[string]*webauthn.SetResponseOverrideBitsParams{
		"nobody verified": webauthn.SetResponseOverrideBits(key).WithIsBadUV(true),
		"nobody present":  webauthn.SetResponseOverrideBits(key).WithIsBadUP(true),
		"not signed":      webauthn.SetResponseOverrideBits(key).WithIsBogusSignature(true),
	} {
		b.do(lie)
		b.openNamed("/signin")
		b.askForPasskey()
		b.until(`document.body.innerText.includes("was not accepted")`, name+" is not refused")
		b.do(webauthn.SetResponseOverrideBits(key))
	}
	b.openNamed("/signin")
	b.askForPasskey()
	b.do(chromedp.WaitVisible("nav.tabs", chromedp.ByQuery))
	b.signOut()
	b.setCount(key, 0)
	b.openNamed("/signin")
	b.askForPasskey()
	b.sees("its counter went back")
	if n := r.recorded(`"kind":"passkey refused"`, `"person":"ben"`, `"shown_count":1`); n != 1 {
		t.Errorf("it is %d times on record", n)
	}
	b.setCount(key, 100)
	b.askForPasskey()
	b.do(chromedp.WaitVisible("nav.tabs", chromedp.ByQuery))
}

// setCount gives the only key another counter, as a copy of it would have.
func (t *tab) setCount(id webauthn.AuthenticatorID, count int64) {
	t.t.Helper()
	t.do(chromedp.ActionFunc(func(ctx context.Context) error {
		all, err := webauthn.GetCredentials(id).Do(ctx)
		if err != nil {
			return err
		}
		all[0].SignCount = count
		if err := webauthn.RemoveCredential(id, all[0].CredentialID).Do(ctx); err != nil {
			return err
		}
		return webauthn.AddCredential(id, all[0]).Do(ctx)
	}))
}

// question asks holdfast for a challenge.
func (b *browser) question() (challenge string) {
	b.t.Helper()
	a := b.post("/signin/passkey/begin", url.Values{})
	var q struct {
		PublicKey struct{ Challenge, RPID string }
	}
	if err := json.Unmarshal([]byte(a.body), &q); err != nil || a.status != http.StatusOK || q.PublicKey.RPID != "localhost" {
		b.t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return q.PublicKey.Challenge
}

// answered is what the authenticator says to a challenge on the page that is open.
func (t *tab) answered(challenge string) (answer string) {
	t.t.Helper()
	t.do(chromedp.Evaluate(`(async () => {
		const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
		const c = await navigator.credentials.get({publicKey: {challenge: bytes(`+quoted(challenge)+`), rpId: "localhost", userVerification: "required"}});
		return JSON.stringify(c.toJSON());
	})()`, &answer, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return answer
}

// atName is a browser without eyes that asks for the console by its name. Its cookies
// are those of one host.
func (r *rig) atName() *browser {
	b := r.browser()
	inner := b.http.Transport
	b.http.Transport = renamed{inner, strings.TrimPrefix(r.named(), "http://")}
	return b
}

// renamed sends requests to where they go, for another name.
type renamed struct {
	http.RoundTripper
	host string
}

func (n renamed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = n.host
	return n.RoundTripper.RoundTrip(r)
}

// TestPasskeyAnswersCountOnce: in the browser that asked, from a page of the console.
func TestPasskeyAnswersCountOnce(t *testing.T) {
	r, elsewhere := newRig(t, team), newRig(t, team)
	b, _ := r.keyed(desktop, "bsmith")
	b.addPasskey("Laptop")
	one, other := r.atName(), r.atName()
	send := func(from *browser, answer string) reply {
		return from.post("/signin/passkey", url.Values{"answer": {answer}, "next": {"/account"}})
	}
	other.question()
	answer := b.answered(one.question())
	want(t, "without an answer", send(r.atName(), ""), http.StatusForbidden, "not begun in this browser")
	want(t, "in another browser", send(other, answer), http.StatusForbidden, "was not accepted")
	base, err := url.Parse(r.URL())
	check(t, err)
	tickets := one.http.Jar.Cookies(base)
	if a := send(one, answer); a.status != http.StatusSeeOther || a.to != "/account" {
		t.Fatalf("%d to %s: %s", a.status, a.to, a.body)
	}
	if a := one.get("/account"); !strings.Contains(a.body, "with a passkey") {
		t.Error(a.body)
	}
	want(t, "twice", send(one, answer), http.StatusForbidden, "not begun in this browser")
	replay := r.atName()
	replay.http.Jar.SetCookies(base, tickets)
	want(t, "a replay with its ticket", send(replay, answer), http.StatusForbidden, "not begun in this browser")

	b.do(chromedp.Navigate(elsewhere.named()+"/signin"), chromedp.WaitVisible("main", chromedp.ByQuery)) // another port, the same RP ID
	want(t, "of another origin", send(one, b.answered(one.question())), http.StatusForbidden, "was not accepted")
	b.openNamed("/account")
	if a := send(one, b.answered(one.question())); a.status != http.StatusSeeOther {
		t.Errorf("what is right: %d %s", a.status, a.body)
	}
}

// TestPasskeysOfWhoLeaves: their use ends with the configuration, and whoever comes
// later under their name does not have them.
func TestPasskeysOfWhoLeaves(t *testing.T) {
	r := newRig(t, team)
	b, _ := r.keyed(desktop, "bsmith")
	b.addPasskey("Laptop")
	b.signOut()
	b.askForPasskey()
	b.do(chromedp.WaitVisible("nav.tabs", chromedp.ByQuery))
	without, err := hold.NewPeople([]hold.Person{team[0], team[2]}, map[string][]string{"dba": {"ana", "cy"}})
	check(t, err)
	r.desk.SetPeople(without)
	b.openNamed("/account")
	b.sees("holdfast console login")
	b.askForPasskey()
	b.sees("This passkey is nobody's here")
	check(t, r.passkeys.Keep(t.Context(), without.Has))
	if n := r.recorded(`"kind":"passkey removed"`, `"person":"ben"`, `"cause":"not in people any more"`); n != 1 {
		t.Errorf("it is %d times on record", n)
	}
	r.desk.SetPeople(known(t, team))
	challenger := r.atName()
	want(t, "somebody of that name", challenger.post("/signin/passkey", url.Values{"answer": {b.answered(challenger.question())}}), http.StatusForbidden, "nobody's here")
}

// TestPasskeyForms: what changes something takes the session's own form, and adding a
// sign-in of the last minutes.
func TestPasskeyForms(t *testing.T) {
	r := newRig(t, team)
	b, _ := r.keyed(desktop, "bsmith")
	b.addPasskey("Laptop")
	ben, cy := r.atName(), r.atName()
	for who, os := range map[*browser]string{ben: "bsmith", cy: "cy"} {
		if a := who.post("/signin", url.Values{"link": {strings.TrimPrefix(r.link(os), "/signin?link=")}}); a.status != http.StatusSeeOther {
			t.Fatal(a.body)
		}
	}
	token, key := ben.token(), r.passkeys.Of("ben")[0].Hex()
	foreign := func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }
	for _, path := range []string{"/account/passkeys", "/account/passkeys/begin", "/account/passkeys/remove"} {
		want(t, path+" without a token", ben.post(path, url.Values{"key": {key}}), http.StatusForbidden, "another session")
		want(t, path+" with the token of cy", ben.post(path, url.Values{"key": {key}, "token": {cy.token()}}), http.StatusForbidden, "another session")
		want(t, path+" from elsewhere", ben.do(http.MethodPost, path, url.Values{"key": {key}, "token": {token}}, foreign), http.StatusForbidden, "not sent by a page")
		want(t, path+" of a stranger", r.atName().post(path, url.Values{"key": {key}}), http.StatusUnauthorized, "Nobody is signed in")
	}
	for _, path := range []string{"/signin/passkey", "/signin/passkey/begin"} {
		want(t, path+" from elsewhere", r.atName().do(http.MethodPost, path, url.Values{}, foreign), http.StatusForbidden, "not sent by a page")
	}
	cy.post("/account/passkeys/remove", url.Values{"key": {key}, "token": {cy.token()}})
	if len(r.passkeys.Of("ben")) != 1 {
		t.Fatal("cy removed a passkey of ben")
	}
	form := url.Values{"token": {token}, "name": {"Laptop"}}
	want(t, "without JavaScript", ben.post("/account/passkeys", form), http.StatusBadRequest, "Passkeys need JavaScript")
	want(t, "in time", ben.post("/account/passkeys/begin", form), http.StatusOK, `"residentKey":"required"`)
	form.Set("answer", "{}")
	want(t, "no answer", ben.post("/account/passkeys", form), http.StatusForbidden, "was not accepted")
	r.Age(16 * time.Minute)
	want(t, "later", ben.post("/account/passkeys/begin", form), http.StatusForbidden, "too long ago")
	want(t, "later", ben.post("/account/passkeys", form), http.StatusForbidden, "too long ago")
	want(t, "the page", ben.get("/account"), http.StatusOK, "sign in again")
	if a := ben.post("/account/passkeys/remove", url.Values{"key": {key}, "token": {token}}); a.status != http.StatusSeeOther || len(r.passkeys.Of("ben")) != 0 {
		t.Errorf("removing later: %d %s", a.status, a.body)
	}
}

// TestWhereThereAreNoPasskeys: the page says why, and nothing is offered.
func TestWhereThereAreNoPasskeys(t *testing.T) {
	r := newRig(t, team)
	b, _ := r.keyed(desktop, "bsmith")
	b.addPasskey("Laptop")
	byAddress := r.signedIn("bsmith")
	want(t, "by its address", byAddress.get("/account"), http.StatusOK, r.named()+" alone")
	if a := byAddress.get("/signin"); strings.Contains(a.body, "passkey") {
		t.Error("they are offered by its address")
	}
	want(t, "by its address", byAddress.post("/signin/passkey/begin", url.Values{}), http.StatusForbidden, "alone")
	want(t, "by its address", byAddress.post("/signin/passkey", url.Values{}), http.StatusForbidden, "alone")
	want(t, "by its address", byAddress.post("/account/passkeys/begin", url.Values{"token": {byAddress.token()}}), http.StatusForbidden, "alone")
	nobody := newRig(t, nil)
	c := nobody.browser()
	if a := c.post("/signin", url.Values{"link": {strings.TrimPrefix(nobody.link("root"), "/signin?link=")}}); a.status != http.StatusSeeOther {
		t.Fatal(a.body)
	}
	want(t, "without people", c.get("/account"), http.StatusOK, "the configuration lists none under people")
}

// TestPasskeysWithoutJavaScript: the pages say that they need it.
func TestPasskeysWithoutJavaScript(t *testing.T) {
	r := newRig(t, team)
	b, _ := r.keyed(phone, "bsmith")
	b.addPasskey("Laptop")
	b.do(emulation.SetScriptExecutionDisabled(true))
	b.openNamed("/account")
	b.shot("account-without-javascript")
	b.do(chromedp.WaitVisible(".card noscript p", chromedp.ByQuery), chromedp.WaitNotVisible(addForm, chromedp.ByQuery))
	b.do(chromedp.Click(".keys .danger", chromedp.ByQuery), chromedp.WaitNotPresent(".keys", chromedp.ByQuery)) // removing does not
	b.do(emulation.SetScriptExecutionDisabled(false))
	b.addPasskey("Laptop")
	b.do(emulation.SetScriptExecutionDisabled(true))
	b.openNamed("/signin")
	b.shot("signin-without-javascript")
	b.do(chromedp.WaitVisible(".door noscript p", chromedp.ByQuery), chromedp.WaitNotVisible(getForm, chromedp.ByQuery))
}

// TestPagesOfPasskeys as TestEveryPageOnEveryScreen has the others.
func TestPagesOfPasskeys(t *testing.T) {
	r := newRig(t, team)
	b, key := r.keyed(desktop, "bsmith")
	axe := axeSource(t)
	look := func(name, path string, named bool) {
		for _, s := range screens() {
			b.do(b.as(s)...)
			if named {
				b.openNamed(path)
			} else {
				b.open(path)
			}
			if wide := b.value(sideways); wide != "0" {
				t.Errorf("%s on %s can be moved sideways by %s", name, s.name, wide)
			}
			b.shot(name + "-" + s.name)
			if found := b.axe(axe); found != "" {
				t.Errorf("%s on %s: axe says\n%s", name, s.name, found)
			}
		}
	}
	look("account-empty", "/account", true)
	b.addPasskey("Ben's laptop")
	b.do(webauthn.ClearCredentials(key)) // another device
	b.addPasskey("A security key with a name that is rather long for one line")
	b.openNamed("/signin?next=/account")
	b.askForPasskey()
	b.sees("signed this browser in")
	look("account", "/account", true)
	look("signin-passkey", "/signin", true)
	b.do(webauthn.SetUserVerified(key, false))
	b.askForPasskey()
	b.sees("No passkey was given")
	b.shot("signin-passkey-refused")
	r.Age(16 * time.Minute)
	look("account-later", "/account", true)
	b.open(r.link("bsmith"))
	b.do(chromedp.Click("form button", chromedp.ByQuery), chromedp.WaitVisible("nav.tabs", chromedp.ByQuery))
	look("account-by-address", "/account", false)
	var cookies []*network.Cookie
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		cookies, err = network.GetCookies().WithURLs([]string{r.named()}).Do(ctx)
		return err
	}))
	for _, c := range cookies {
		if !c.HTTPOnly || strings.HasSuffix(c.Name, "_passkey") && c.SameSite != network.CookieSameSiteStrict {
			t.Errorf("%+v", c)
		}
	}
}
