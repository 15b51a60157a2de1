package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"
)

const (
	// InteractionsPath is where the HTTP door is to be mounted, and what the app's
	// manifest names as its request URL.
	InteractionsPath = "/slack/interactions"

	// clockSkew is how old a signed request may be, or how far ahead: five minutes,
	// as Slack's documentation has it.
	clockSkew = 5 * time.Minute

	// maxRequest bounds a request, in bytes. An interaction brings the whole message
	// along, twice escaped.
	maxRequest = 1 << 20

	// httpAnswer bounds how long a request may stay open: Slack hangs up after 3 s.
	httpAnswer = 2500 * time.Millisecond
)

// forgedSilence is how long refused requests are only counted after one was logged: the
// door is open to everybody, and must not fill a disk with lines.
const forgedSilence = time.Minute

// tally counts what is told now and then. The zero value is ready to use.
type tally struct {
	mu   sync.Mutex
	told time.Time
	n    int
}

// count counts one. Where that is to be told, n is how many there were since the last
// time, this one among them.
func (t *tally) count(now time.Time) (n int, tell bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
	if !t.told.IsZero() && now.Sub(t.told) < forgedSilence {
		return 0, false
	}
	n, t.n, t.told = t.n, 0, now
	return n, true
}

// Handler is the HTTP door, for those who do not want Socket Mode. Every request
// must be signed by Slack, fresh, and new.
func (a *App) Handler() http.Handler { return http.HandlerFunc(a.serve) }

func (a *App) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST is answered here", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "the request cannot be read, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	if err := a.signed(r.Header, body); err != nil {
		if n, tell := a.forged.count(time.Now()); tell {
			a.log.Warn().Err(err).Str("from", r.RemoteAddr).Int("requests", n).Msg("a request that claims to be Slack's was refused; said once a minute")
		}
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	cb, err := payloadOf(body)
	if err != nil {
		a.log.Warn().Err(err).Msg("a request of Slack cannot be read")
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.respond(w, cb)
}

// respond waits for what the click is acknowledged with.
func (a *App) respond(w http.ResponseWriter, cb *slackgo.InteractionCallback) {
	answer := make(chan any, 1)
	if !a.interaction(cb, "", func(payload any) { answer <- payload }) {
		http.Error(w, "holdfast is busy or stopping; try again", http.StatusServiceUnavailable)
		return
	}
	timer := time.NewTimer(httpAnswer)
	defer timer.Stop()
	select {
	case payload := <-answer:
		if payload == nil {
			w.WriteHeader(http.StatusOK)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(payload) // who is gone sees no form
	case <-timer.C:
		w.WriteHeader(http.StatusOK)
	}
}

// signed is nil for a request that Slack signed just now and that did not come
// before; docs.slack.dev, "Verifying requests from Slack".
func (a *App) signed(h http.Header, body []byte) error {
	if a.o.SigningSecret == "" {
		return errors.New("no signing secret is configured, so no request is taken for Slack's")
	}
	stamp, signature := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errors.New("the request has no timestamp")
	}
	if off := time.Since(time.Unix(seconds, 0)); off > clockSkew || off < -clockSkew {
		return errors.New("the timestamp of the request is more than five minutes off; check this machine's clock")
	}
	mac := hmac.New(sha256.New, []byte(a.o.SigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	if !hmac.Equal([]byte("v0="+hex.EncodeToString(mac.Sum(nil))), []byte(signature)) {
		return errors.New("the signature of the request is wrong; check slack.signing_secret")
	}
	if !a.replays.first(signature) {
		return errors.New("the request came before")
	}
	return nil
}

func payloadOf(body []byte) (*slackgo.InteractionCallback, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the request is no form")
	}
	cb := &slackgo.InteractionCallback{}
	if err := json.Unmarshal([]byte(form.Get("payload")), cb); err != nil {
		return nil, errors.New("the request has no payload that can be read")
	}
	return cb, nil
}
