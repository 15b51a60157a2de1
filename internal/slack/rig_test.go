package slack

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
	"github.com/holdfast-db/holdfast/internal/store"
)

const (
	ana      = "U0ANA0ANA"
	ben      = "U0BEN0BEN"
	cleo     = "U0CLEO0CL"
	stranger = "U0STRANGE"
)

// rig is a desk on a real store and a real audit, shown in a fake Slack.
type rig struct {
	t    *testing.T
	dir  string
	fake *fakeslack.Slack
	opts func(*Options)
	pace pace

	faults bool // the log may tell of faults
	counts bool // there is a desk of alerts on the store

	store *store.Store
	audit *audit.Log
	bus   *event.Bus
	desk  *hold.Desk
	alert *alert.Desk // nil without counts
	app   *App
	log   *journal
}

// quick is a pace for tests.
var quick = pace{Pace: outbox.Pace{First: 20 * time.Millisecond, Longest: 200 * time.Millisecond}, drain: 5 * time.Second, answer: time.Second}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func newRig(t *testing.T, opts func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), fake: fakeslack.New(t), opts: opts, pace: quick, log: &journal{}}
	r.start()
	t.Cleanup(func() {
		r.stop()
		r.checkLog()
	})
	return r
}

// checkLog wants no secret in the log, and no fault.
func (r *rig) checkLog() {
	for _, secret := range append(fakeslack.Secrets, "hunter2") {
		if strings.Contains(r.log.String(), secret) {
			r.t.Errorf("the log contains %q:\n%s", secret, r.log)
		}
	}
	if strings.Contains(r.log.String(), "a fault in this part") && !r.faults {
		r.t.Errorf("something panicked:\n%s", r.log)
	}
	if r.t.Failed() {
		r.t.Logf("log:\n%s", r.log)
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// open makes desk and store without Slack.
func (r *rig) open() {
	r.t.Helper()
	var err error
	r.store, err = store.Open(r.t.Context(), "sqlite://"+filepath.Join(r.dir, "holdfast.db"))
	r.must(err)
	r.audit, err = audit.Open(filepath.Join(r.dir, "audit.jsonl"))
	r.must(err)
	r.bus = event.NewBus()
	r.desk, err = hold.Open(r.t.Context(), hold.Options{Store: r.store, Record: r.audit, People: people(r.t), Events: r.bus.Publish})
	r.must(err)
	if r.counts {
		r.alert, err = alert.OpenDesk(r.t.Context(), alert.Options{
			Store: r.store, Record: r.audit, People: people(r.t), Environments: map[string]string{"shop-prod": "production"},
			Rules: alert.Rules{Brake: []alert.BrakeRule{{}}},
		})
		r.must(err)
	}
}

func (r *rig) start() {
	r.t.Helper()
	r.open()
	r.connect()
}

// connect makes the App and starts it.
func (r *rig) connect() {
	r.t.Helper()
	o := Options{
		BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, SigningSecret: fakeslack.SigningSecret, Channel: fakeslack.ChannelID,
		APIURL: r.fake.APIURL(), Desk: r.desk, Messages: r.store.Messages("slack"), Log: zerolog.New(r.log),
	}
	if r.counts {
		o.Alerts = r.alert
	}
	if r.opts != nil {
		r.opts(&o)
	}
	var err error
	r.app, err = Open(r.t.Context(), o)
	r.must(err)
	r.app.pace = r.pace
	r.app.outbox = r.app.newOutbox(r.pace.Pace)
	r.bus.Subscribe("slack", observer{r.app})
	r.app.Start()
}

type observer struct{ app *App }

func (o observer) Observe(e event.Event) {
	switch e := e.(type) {
	case event.HoldChanged:
		o.app.Changed(e.Hold, e.State == string(hold.Pending) && e.From == "")
		if e.Under != "" {
			o.app.Changed(e.Under, false)
		}
	case event.HoldBlocked:
		o.app.Changed(e.Hold, false)
	}
}

// stop closes everything in the order of serve; a second call does nothing.
func (r *rig) stop() {
	if r.desk == nil {
		return
	}
	r.must(r.desk.Close())
	r.bus.Close()
	r.app.Close()
	if r.alert != nil {
		r.must(r.alert.Close())
	}
	r.must(r.audit.Close())
	r.must(r.store.Close())
	r.desk = nil
}

// asked is a hold that waits, and what becomes of it.
type asked struct {
	id     string
	ended  <-chan hold.Hold
	cancel context.CancelCauseFunc
}

func (r *rig) ask(req hold.Request) asked {
	r.t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	ids, ended := make(chan string, 1), make(chan hold.Hold, 1)
	go func() {
		h, err := r.desk.Wait(ctx, req, func(h hold.Hold) { ids <- h.ID })
		if err != nil {
			r.t.Errorf("waiting: %v", err)
		}
		ended <- h
	}()
	return asked{id: <-ids, ended: ended, cancel: cancel}
}

// wantEnd waits for the end of a hold.
func (r *rig) wantEnd(a asked, want hold.State) hold.Hold {
	r.t.Helper()
	select {
	case h := <-a.ended:
		if h.State != want {
			r.t.Fatalf("hold %s ended as %s, want %s", a.id, h.State, want)
		}
		return h
	case <-time.After(10 * time.Second):
		r.t.Fatalf("hold %s did not end; want %s", a.id, want)
		return hold.Hold{}
	}
}

// wantPending fails when a hold has been answered.
func (r *rig) wantPending(a asked) {
	r.t.Helper()
	h, err := r.desk.Get(r.t.Context(), a.id)
	if err != nil || h.State != hold.Pending || len(h.Approvals) > 0 {
		r.t.Fatalf("hold %s is %s, %v, %v; want it to wait", a.id, h.State, h.Approvals, err)
	}
}

// messageOf waits for the message that shows a hold in some state.
func (r *rig) messageOf(a asked, words ...string) fakeslack.Message {
	r.t.Helper()
	return r.fake.AwaitMessage(append(words, a.id)...)
}

// idle waits until nothing is left to be shown.
func (r *rig) idle() {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if r.app.outbox.Waiting() == 0 {
			return
		}
	}
	r.t.Fatal("something is still to be shown")
}

func request() hold.Request {
	return hold.Request{
		Host: "shop-prod", Environment: "production", Database: "shop", User: "ana", Application: "psql", Client: "10.0.0.1",
		SQL: "DROP TABLE events; -- hunter2", Statements: []string{"DROP TABLE events"}, Rule: "drops", Reason: "DROP TABLE events",
		Wait: time.Minute,
	}
}

func people(t *testing.T) hold.People {
	t.Helper()
	p, err := hold.NewPeople([]hold.Person{
		{Name: "ana", Postgres: []string{"ana"}, OS: "ana", Slack: ana},
		{Name: "ben", OS: "ben", Slack: ben},
		{Name: "cleo", OS: "cleo", Slack: cleo},
		{Name: "dee", OS: "dee"},
	}, map[string][]string{"dba": {"ben", "cleo", "ana"}, "security": {"dee"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// byCLI answers as the command line does.
func (r *rig) byCLI(id string, approve bool, os string) {
	r.t.Helper()
	_, err := r.desk.Decide(r.t.Context(), id, hold.Decision{Approve: approve, By: hold.Answerer{OS: os}, Via: "cli", Note: "by hand"})
	r.must(err)
}
