// Package webhook tells another system of holds and alerts, by signed HTTP requests.
//
// Each hold that was asked or changed is sent as it is then, one JSON object in one
// POST; states that pass quickly may be left out. So is each alert that was raised, that
// grew or that somebody answered. A request is repeated until it was
// answered with 2xx, under the same delivery id, so that the receiver can tell a
// repetition. Nothing comes back: answers are given by the other doors.
//
// # The signature
//
// The header Holdfast-Signature is "t=SECONDS,v1=HEX": the time of the request and
// the HMAC-SHA256, with the shared secret, of SECONDS, a full stop and the body. A
// receiver computes the same, compares in constant time, and refuses what is more
// than five minutes old. Verify does all of it, in Go.
//
// # Concurrency
//
// All methods of Hook may be called from any goroutine, Start and Close once.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
)

// Desk is what this package needs of *hold.Desk.
type Desk interface {
	Get(ctx context.Context, id string) (hold.Hold, error)
	List(ctx context.Context, all bool) ([]hold.Hold, error)
	People() hold.People
}

// Options are what a Hook works with. All but Console, Literals and Alerts are needed.
type Options struct {
	URL    string
	Secret string

	Console string // URL of the web console, for links; empty is none

	// Literals sends values of statements and the server's errors along.
	Literals bool

	Desk     Desk
	Alerts   Alerts // nil sends none
	Messages outbox.Messages
	Log      zerolog.Logger
}

const (
	// callTimeout bounds one request: a receiver that does more than take it should
	// do that later.
	callTimeout = 10 * time.Second

	// drain is how long Close goes on sending.
	drain = 5 * time.Second
)

// Hook is one receiver.
type Hook struct {
	o       Options
	client  *http.Client
	outbox  *outbox.Outbox
	log     zerolog.Logger
	life    context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup // sends
	hearing sync.WaitGroup // hears of alerts until life ends

	mu   sync.Mutex // guards rows
	rows map[string]row
}

// Open makes a Hook and reads what an earlier run sent.
func Open(ctx context.Context, o Options) (*Hook, error) {
	if o.URL == "" || o.Secret == "" || o.Desk == nil || o.Messages == nil {
		return nil, errors.New("opening the webhook: it needs a URL, a secret, a desk and a place to keep messages")
	}
	// A redirect would carry a request to wherever it points.
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	h := &Hook{o: o, client: &http.Client{Timeout: callTimeout, CheckRedirect: noRedirect}, log: o.Log.With().Str("part", "webhook").Logger()}
	var err error
	if h.rows, err = outbox.Kept(ctx, o.Messages, "what was sent of", row.over); err != nil {
		return nil, err
	}
	h.life, h.cancel = context.WithCancel(context.Background())
	h.pace(outbox.UsualPace)
	return h, nil
}

func (h *Hook) pace(p outbox.Pace) {
	h.outbox = outbox.New(outbox.Options{Show: h.attempt, Known: h.known, Fault: faultOf, Failed: h.failed, Pace: p})
}

// Start sends what waits and what an earlier run left unsent. It returns at once.
func (h *Hook) Start() {
	if h.o.Alerts != nil {
		watch := h.o.Alerts.Watch() // before Resync, so that none is missed between
		h.hearing.Go(func() { h.hearAlerts(h.life, watch) })
	}
	h.Resync(h.life)
	h.running.Go(func() { h.outbox.Run(h.life) })
}

// Changed says that a hold was asked or has changed; asked is true when it was asked.
// It never blocks.
func (h *Hook) Changed(id string, asked bool) { h.outbox.Changed(id, asked) }

// Resync looks at every hold that waits and at every one whose end was not sent.
func (h *Hook) Resync(ctx context.Context) {
	waiting, err := h.o.Desk.List(ctx, false)
	if err != nil {
		h.log.Warn().Err(err).Msg("the holds that wait cannot be listed; new ones are sent, older ones when they change")
	}
	for _, held := range waiting {
		h.outbox.Changed(held.ID, true)
	}
	h.resyncAlerts(ctx)
	for _, id := range h.open() {
		h.outbox.Changed(id, false)
	}
}

// Close sends for a few seconds what is still to be sent and ends. Close the desk
// first and the store after. The next start sends what was left.
func (h *Hook) Close() {
	h.outbox.Finish()
	timer := time.AfterFunc(drain, h.cancel)
	defer timer.Stop()
	h.running.Wait()
	h.cancel()
	h.hearing.Wait()
}

func (h *Hook) failed(id string, err error, again time.Duration) {
	if h.life.Err() == nil {
		what := "hold"
		if strings.HasPrefix(id, alertKey) {
			what, id = "alert", strings.TrimPrefix(id, alertKey)
		}
		h.log.Warn().Str(what, id).Dur("again_in", again).Err(err).Msg("what has changed could not be sent to the webhook")
	}
}

// attempt sends one hold; a fault of this package must not end the proxy's sessions.
func (h *Hook) attempt(ctx context.Context, id string, asked bool) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			h.log.Error().Str("hold", id).Interface("fault", fault).Msg("a fault in this part of holdfast")
			err = errOurs
		}
	}()
	if strings.HasPrefix(id, alertKey) {
		return h.sendAlert(ctx, id)
	}
	return h.send(ctx, id, asked)
}

var errOurs = errors.New("a fault of holdfast while sending it")
