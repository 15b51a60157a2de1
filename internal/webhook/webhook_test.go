package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
	"github.com/holdfast-db/holdfast/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "hunter2-shared"

// receiver is the other system. It checks each request and answers what a test wants.
type receiver struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex
	answers []func(http.ResponseWriter) // one for each request; then 204
	got     []Body
	times   []time.Time
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t}
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)
	return r
}

// ServeHTTP takes one request.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	text, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	if err := Verify(secret, req.Header.Get(SignatureHeader), time.Now(), text); err != nil {
		r.t.Errorf("signature: %v", err)
	}
	var b Body
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("%s %s: %v", req.Method, text, err)
	}
	if b.Delivery == "" || b.Delivery != req.Header.Get("Holdfast-Delivery") {
		r.t.Errorf("delivery %q, header %q", b.Delivery, req.Header.Get("Holdfast-Delivery"))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.times = append(r.times, time.Now())
	if len(r.answers) > 0 {
		answer := r.answers[0]
		r.answers = r.answers[1:]
		if answer != nil {
			answer(w)
			return
		}
	}
	r.got = append(r.got, b)
	w.WriteHeader(http.StatusNoContent)
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(code) }
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// await waits for a hold in a state.
func (r *receiver) await(id string, state hold.State) Body {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		r.mu.Lock()
		for _, b := range r.got {
			if b.Hold != nil && b.Hold.ID == id && b.Hold.State == string(state) {
				r.mu.Unlock()
				return b
			}
		}
		r.mu.Unlock()
	}
	r.t.Fatalf("hold %s did not come as %s: %+v", id, state, r.got)
	return Body{}
}

type rig struct {
	t     *testing.T
	dir   string
	to    *receiver
	opts  func(*Options)
	alert *alert.Desk
	store *store.Store
	audit *audit.Log
	bus   *event.Bus
	desk  *hold.Desk
	hook  *Hook
	log   bytes.Buffer
}

func newRig(t *testing.T, opts func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), to: newReceiver(t), opts: opts}
	r.start()
	t.Cleanup(func() {
		r.stop()
		if strings.Contains(r.log.String(), "hunter2") || strings.Contains(r.log.String(), r.to.server.URL) {
			t.Errorf("the log shows the secret or the URL: %s", r.log.String())
		}
	})
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) start() {
	r.t.Helper()
	var err error
	r.store, err = store.Open(r.t.Context(), "sqlite://"+filepath.Join(r.dir, "holdfast.db"))
	r.must(err)
	r.audit, err = audit.Open(filepath.Join(r.dir, "audit.jsonl"))
	r.must(err)
	people, err := hold.NewPeople([]hold.Person{{Name: "ana", Postgres: []string{"app"}}, {Name: "ben", OS: "ben"}, {Name: "cy", OS: "cy"}}, nil)
	r.must(err)
	r.bus = event.NewBus()
	r.desk, err = hold.Open(r.t.Context(), hold.Options{Store: r.store, Record: r.audit, People: people, Events: r.bus.Publish})
	r.must(err)
	r.alert, err = alert.OpenDesk(r.t.Context(), alert.Options{
		Store: r.store, Record: r.audit, People: people, Environments: map[string]string{"shop-prod": "production"}, Rules: alert.Rules{Brake: []alert.BrakeRule{{}}},
	})
	r.must(err)
	o := Options{Alerts: r.alert, URL: r.to.server.URL + "/in?token=hunter2", Secret: secret, Desk: r.desk, Messages: r.store.Messages("webhook"), Log: zerolog.New(&r.log)}
	if r.opts != nil {
		r.opts(&o)
	}
	r.hook, err = Open(r.t.Context(), o)
	r.must(err)
	r.hook.pace(outbox.Pace{First: 10 * time.Millisecond, Longest: 50 * time.Millisecond})
	r.bus.Subscribe("webhook", observer{r.hook})
	r.hook.Start()
}

type observer struct{ hook *Hook }

func (o observer) Observe(e event.Event) {
	if c, ok := e.(event.HoldChanged); ok {
		o.hook.Changed(c.Hold, c.From == "")
	}
}

func (r *rig) stop() {
	if r.desk == nil {
		return
	}
	r.must(r.desk.Close())
	r.bus.Close()
	r.hook.Close()
	r.must(r.alert.Close())
	r.must(r.audit.Close())
	r.must(r.store.Close())
	r.desk = nil
}

func (r *rig) ask(reviewers int) (id string, ended chan hold.Hold) {
	r.t.Helper()
	ids, ended := make(chan string, 1), make(chan hold.Hold, 1)
	go func() {
		h, err := r.desk.Wait(context.Background(), hold.Request{
			Host: "shop-prod", Environment: "production", Database: "shop", User: "app", Application: "psql", Client: "10.0.0.1",
			SQL: "DELETE FROM users WHERE name = 'hunter2'", Statements: []string{"DELETE users"}, Rule: "deletes", Reason: "every row goes",
			Wait: time.Minute, Reviewers: hold.Reviewers{Count: reviewers},
		}, func(h hold.Hold) { ids <- h.ID })
		if err != nil {
			r.t.Error(err)
		}
		ended <- h
	}()
	return <-ids, ended
}

func (r *rig) answer(id, os string, approve bool) {
	r.t.Helper()
	_, err := r.desk.Decide(r.t.Context(), id, hold.Decision{Approve: approve, By: hold.Answerer{OS: os}, Via: "cli", Note: "seen"})
	r.must(err)
}

// The whole life of a hold is told, without values.
func TestLife(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Console = "https://holdfast.example.com/" })
	id, ended := r.ask(2)
	b := r.to.await(id, hold.Pending)
	if b.Hold.SQL != "DELETE FROM users WHERE name = ?" || b.Hold.Requester != "ana" || b.Hold.URL != "https://holdfast.example.com/holds/"+id {
		t.Errorf("sent %+v", b.Hold)
	}
	r.answer(id, "ben", true)
	for len(r.to.await(id, hold.Pending).Hold.Approvals) != 0 {
		time.Sleep(time.Millisecond)
	}
	r.answer(id, "cy", true)
	<-ended
	r.desk.Finish(id, hold.Failed, "23503: Key (name)=(hunter2) is still referenced")
	b = r.to.await(id, hold.Failed)
	if b.Hold.Result != "23503" || len(b.Hold.Approvals) != 2 || b.Hold.DecidedBy != "cy" || b.Hold.Via != "cli" {
		t.Errorf("sent %+v", b.Hold)
	}
}

// A grant that is taken back is told, and what goes on under another hold.
func TestRevokedAndPassed(t *testing.T) {
	r := newRig(t, nil)
	req := hold.Request{
		Host: "shop-prod", Database: "shop", User: "app", SQL: "TRUNCATE a", Statements: []string{"TRUNCATE a"}, Rule: "truncates",
		Wait: time.Minute, Binding: "x", Return: true, Undone: true, Transaction: "7/1",
	}
	h, err := r.desk.Wait(context.Background(), req, nil)
	r.must(err)
	r.to.await(h.ID, hold.Pending)
	r.answer(h.ID, "ben", true)
	r.to.await(h.ID, hold.Granted)
	_, err = r.desk.Revoke(context.Background(), h.ID, hold.Revoking{By: hold.Answerer{OS: "cy"}, Via: "cli"})
	r.must(err)
	if b := r.to.await(h.ID, hold.Lapsed); b.Hold.RevokedBy != "cy" {
		t.Errorf("sent %+v", b.Hold)
	}
	req.Return = false
	ids := make(chan string, 1)
	go func() {
		id := <-ids
		_, err := r.desk.Decide(context.Background(), id, hold.Decision{Approve: true, By: hold.Answerer{OS: "ben"}, Via: "cli", Scope: hold.ScopeTransaction})
		if err != nil {
			t.Error(err)
		}
	}()
	first, err := r.desk.Wait(context.Background(), req, func(h hold.Hold) { ids <- h.ID })
	r.must(err)
	second, err := r.desk.Wait(context.Background(), req, nil)
	r.must(err)
	if b := r.to.await(second.ID, hold.Released); b.Hold.Under != first.ID {
		t.Errorf("sent %+v", b.Hold)
	}
}

func TestLiterals(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Literals = true })
	id, ended := r.ask(1)
	if b := r.to.await(id, hold.Pending); !strings.Contains(b.Hold.SQL, "'hunter2'") {
		t.Errorf("sent %+v", b.Hold)
	}
	r.answer(id, "ben", false)
	<-ended
	r.to.await(id, hold.Denied)
}

// Whatever goes wrong, each state comes in the end, once, under the delivery id of
// its first request.
func TestRepeats(t *testing.T) {
	r := newRig(t, nil)
	r.to.answers = []func(http.ResponseWriter){hangUp, status(500), status(404), status(302), hangUp, status(429)}
	id, ended := r.ask(1)
	first := r.to.await(id, hold.Pending)
	r.answer(id, "ben", false)
	<-ended
	second := r.to.await(id, hold.Denied)
	if first.Delivery != id+"-0" || second.Delivery != id+"-1" || len(r.to.got) != 2 {
		t.Errorf("deliveries: %+v", r.to.got)
	}
}

// The receiver says how long to wait.
func TestRetryAfter(t *testing.T) {
	r := newRig(t, nil)
	r.to.answers = []func(http.ResponseWriter){func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	}}
	id, ended := r.ask(1)
	r.to.await(id, hold.Pending)
	if took := r.to.times[1].Sub(r.to.times[0]); took < time.Second {
		t.Errorf("tried again after %v", took)
	}
	r.answer(id, "ben", false)
	<-ended
}

// What was not sent before a stop is sent by the next start, and nothing twice.
func TestRestart(t *testing.T) {
	r := newRig(t, nil)
	id, ended := r.ask(1)
	r.to.await(id, hold.Pending)
	r.to.mu.Lock()
	for range 1000 {
		r.to.answers = append(r.to.answers, status(503))
	}
	r.to.mu.Unlock()
	r.stop()
	<-ended
	r.to.mu.Lock()
	r.to.answers = nil
	r.to.mu.Unlock()
	r.start()
	r.to.await(id, hold.Abandoned)
	r.stop()
	r.start()
	r.stop()
	if len(r.to.got) != 2 {
		t.Errorf("sent %+v", r.to.got)
	}
}

func TestVerify(t *testing.T) {
	now, body := time.Now(), []byte(`{"a":1}`)
	good := Sign(secret, now, body)
	for name, c := range map[string]struct {
		header string
		at     time.Time
		body   string
		ok     bool
	}{
		"right":           {good, now.Add(4 * time.Minute), `{"a":1}`, true},
		"old":             {good, now.Add(6 * time.Minute), `{"a":1}`, false},
		"ahead":           {good, now.Add(-6 * time.Minute), `{"a":1}`, false},
		"another body":    {good, now, `{"a":2}`, false},
		"another secret":  {Sign("x", now, body), now, `{"a":1}`, false},
		"another time":    {strings.Replace(good, "t=", "t=1", 1), now, `{"a":1}`, false},
		"no signature":    {"", now, `{"a":1}`, false},
		"nothing signed":  {"t=" + "1,v1=", now, `{"a":1}`, false},
		"only time":       {"t=1", now, `{"a":1}`, false},
		"another version": {strings.Replace(good, "v1", "v0", 1), now, `{"a":1}`, false},
	} {
		if err := Verify(secret, c.header, c.at, []byte(c.body)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
