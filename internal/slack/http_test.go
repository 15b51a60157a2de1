package slack

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
)

// byHTTP is a rig without Socket Mode.
func byHTTP(t *testing.T) *rig {
	return newRig(t, func(o *Options) { o.AppToken = "" })
}

func (r *rig) send(req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.app.Handler().ServeHTTP(w, req)
	return w
}

func (r *rig) signed(payload any) *http.Request {
	return fakeslack.Signed(payload, fakeslack.SigningSecret, time.Now())
}

func TestHTTPAnswers(t *testing.T) {
	r := byHTTP(t)
	req := request()
	req.TypeName = true
	a := r.ask(req)
	m := r.messageOf(a, "Held")
	if w := r.send(r.signed(r.fake.Press(ben, m, actionApprove))); w.Code != http.StatusOK || w.Body.Len() > 0 {
		t.Fatalf("the press was answered with %d %s", w.Code, w.Body)
	}
	v := r.fake.AwaitView(ben)
	w := r.send(r.signed(r.fake.Submit(v, map[string]string{fieldTyped: "event"})))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"response_action":"errors"`) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("the wrong name was answered with %d %s", w.Code, w.Body)
	}
	if w := r.send(r.signed(r.fake.Submit(v, map[string]string{fieldTyped: "events"}))); w.Code != http.StatusOK || w.Body.Len() > 0 {
		t.Errorf("the right name was answered with %d %s", w.Code, w.Body)
	}
	r.wantEnd(a, hold.Released)
	if n := len(r.fake.Calls("apps.connections.open")); n > 0 {
		t.Errorf("Socket Mode was tried %d times", n)
	}
}

// Nothing that Slack did not sign, or signed long ago, or that came before, is an
// answer.
func TestHTTPForged(t *testing.T) {
	r := byHTTP(t)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	press := func() map[string]any { return r.fake.Press(ben, m, actionApprove) }
	secret, now := fakeslack.SigningSecret, time.Now()
	forged := map[string]*http.Request{
		"another secret":      fakeslack.Signed(press(), "another", now),
		"no secret":           fakeslack.Signed(press(), "", now),
		"an old clock":        fakeslack.Signed(press(), secret, now.Add(-6*time.Minute)),
		"a clock ahead":       fakeslack.Signed(press(), secret, now.Add(6*time.Minute)),
		"no signature":        r.signed(press()),
		"no timestamp":        r.signed(press()),
		"another timestamp":   r.signed(press()),
		"another body":        r.signed(press()),
		"signature cut":       r.signed(press()),
		"version left out":    r.signed(press()),
		"timestamp no number": r.signed(press()),
	}
	forged["no signature"].Header.Del("X-Slack-Signature")
	forged["no timestamp"].Header.Del("X-Slack-Request-Timestamp")
	forged["timestamp no number"].Header.Set("X-Slack-Request-Timestamp", "now")
	forged["another timestamp"].Header.Set("X-Slack-Request-Timestamp", "1795482881")
	forged["another body"].Body = fakeslack.Signed(press(), "x", now).Body
	cut := forged["signature cut"].Header.Get("X-Slack-Signature")
	forged["signature cut"].Header.Set("X-Slack-Signature", cut[:len(cut)-2])
	forged["version left out"].Header.Set("X-Slack-Signature", strings.TrimPrefix(cut, "v0="))
	for name, req := range forged {
		if w := r.send(req); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: answered with %d", name, w.Code)
		}
	}
	r.wantPending(a)
	if n := strings.Count(r.log.String(), "claims to be Slack's was refused"); n != 1 {
		t.Errorf("%d requests made %d lines in the log", len(forged), n)
	}

	first := r.signed(press())
	again := first.Clone(t.Context())
	body := fakeslack.Body(first)
	first.Body, again.Body = body(), body()
	if w := r.send(first); w.Code != http.StatusOK {
		t.Fatalf("the first one was answered with %d %s", w.Code, w.Body)
	}
	r.wantEnd(a, hold.Released)
	if w := r.send(again); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "came before") {
		t.Errorf("the replay was answered with %d %s", w.Code, w.Body)
	}
}

func TestHTTPNonsense(t *testing.T) {
	r := byHTTP(t)
	get := httptest.NewRequest(http.MethodGet, InteractionsPath, nil)
	if w := r.send(get); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET was answered with %d", w.Code)
	}
	if w := r.send(r.signed(map[string]any{"big": strings.Repeat("x", maxRequest)})); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body was answered with %d", w.Code)
	}
	if w := r.send(r.signed([]any{"no", "object"})); w.Code != http.StatusBadRequest {
		t.Errorf("no object was answered with %d", w.Code)
	}
	if w := r.send(r.signed(map[string]any{"type": "url_verification", "challenge": "x"})); w.Code != http.StatusOK {
		t.Errorf("another type was answered with %d", w.Code)
	}
}

// Without a signing secret nothing is taken by HTTP, whatever it is signed with.
func TestHTTPSwitchedOff(t *testing.T) {
	r := newRig(t, func(o *Options) { o.SigningSecret = "" })
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	if w := r.send(fakeslack.Signed(r.fake.Press(ben, m, actionApprove), "", time.Now())); w.Code != http.StatusUnauthorized {
		t.Errorf("answered with %d", w.Code)
	}
	r.wantPending(a)
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

func FuzzPayload(f *testing.F) {
	for _, seed := range []string{
		`{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"hold.approve","value":"22222222"}]}`,
		`{"type":"view_submission","view":{"callback_id":"hold.deny","private_metadata":"a b c","state":{"values":{}}}}`,
		`{"actions":[null]}`, `{"view":null}`, `[]`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		cb, err := payloadOf([]byte("payload=" + url.QueryEscape(payload)))
		if err != nil {
			return
		}
		c, err := clickOf(cb)
		if err == nil && (!validMember(c.user) || !holdID.MatchString(c.hold) || c.action == "") {
			t.Errorf("%q was taken as %+v", payload, c)
		}
	})
}

// Refused requests are counted, and told once a minute.
func TestForgedAreCounted(t *testing.T) {
	var c tally
	now := time.Now()
	for i, want := range []int{1, 0, 0, 0} {
		if n, tell := c.count(now.Add(time.Duration(i) * time.Second)); n != want || tell != (want > 0) {
			t.Errorf("%d, %v; want %d", n, tell, want)
		}
	}
	if n, tell := c.count(now.Add(forgedSilence)); n != 4 || !tell {
		t.Errorf("%d, %v after the silence", n, tell)
	}
}
