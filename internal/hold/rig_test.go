package hold_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/store"
)

// rig is a desk on a real store and a real audit, whose disk can fail.
type rig struct {
	*hold.Desk
	t     *testing.T
	dir   string
	store *store.Store
	log   *audit.Log
	disk  *disk

	mu     sync.Mutex
	events []event.HoldChanged
}

// disk stands between the desk and its store and record. before is asked ahead
// of every operation, and its error is the operation's; after is asked behind it
// and can turn its success into an error.
type disk struct {
	hold.Store
	record hold.Record
	mu     sync.Mutex
	before func(op string) error
	after  func(op string) error
}

func (d *disk) ask(when *func(string) error, op string) error {
	d.mu.Lock()
	f := *when
	d.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(op)
}

func (d *disk) fail(before, after func(op string) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before, d.after = before, after
}

func (d *disk) do(op string, f func() error) error {
	if err := d.ask(&d.before, op); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return d.ask(&d.after, op)
}

func (d *disk) Insert(ctx context.Context, h hold.Hold) error {
	return d.do("insert", func() error { return d.Store.Insert(ctx, h) })
}

func (d *disk) Swap(ctx context.Context, before, after hold.Hold) (ok bool, err error) {
	err = d.do("swap "+string(after.State), func() error {
		ok, err = d.Store.Swap(ctx, before, after)
		return err
	})
	return ok && err == nil, err
}

func (d *disk) Load(ctx context.Context, id string) (h hold.Hold, err error) {
	err = d.do("load", func() error {
		h, err = d.Store.Load(ctx, id)
		return err
	})
	return h, err
}

func (d *disk) Recorded(ctx context.Context, id string, s hold.State) error {
	return d.do("recorded", func() error { return d.Store.Recorded(ctx, id, s) })
}

func (d *disk) Write(ctx context.Context, e event.Event) error {
	return d.do("record "+e.(event.HoldChanged).State, func() error { return d.record.Write(ctx, e) })
}

func newRig(t *testing.T, people hold.People) *rig {
	t.Helper()
	return openRig(t, t.TempDir(), people)
}

func openRig(t *testing.T, dir string, people hold.People) *rig {
	t.Helper()
	r := &rig{t: t, dir: dir}
	var err error
	if r.store, err = store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "holdfast.db")); err != nil {
		t.Fatal(err)
	}
	if r.log, err = audit.Open(filepath.Join(dir, "audit.jsonl")); err != nil {
		t.Fatal(err)
	}
	r.disk = &disk{Store: r.store, record: r.log}
	r.Desk, err = hold.Open(t.Context(), hold.Options{Store: r.disk, Record: r.disk, People: people, Events: r.observe})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	return r
}

func (r *rig) observe(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := e.(event.HoldChanged); ok {
		r.events = append(r.events, c)
	}
}

// stop closes everything; a second call does nothing.
func (r *rig) stop() {
	r.t.Helper()
	if r.Desk == nil {
		return
	}
	if err := r.Desk.Close(); err != nil {
		r.t.Error(err)
	}
	if err := r.log.Close(); err != nil {
		r.t.Error(err)
	}
	if err := r.store.Close(); err != nil {
		r.t.Error(err)
	}
	r.Desk = nil
}

// record is the states of one hold in the audit, in order; it verifies the file.
func (r *rig) record(id string) (states []string) {
	r.t.Helper()
	return recorded(r.t, r.dir, id)
}

func recorded(t *testing.T, dir, id string) (states []string) {
	t.Helper()
	for _, e := range auditOf(t, dir) {
		if e.Hold == id {
			states = append(states, e.State)
		}
	}
	return states
}

func auditOf(t *testing.T, dir string) (events []event.HoldChanged) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := audit.Verify(bytes.NewReader(data)); err != nil {
		t.Fatalf("the audit is broken after %d records: %v", n, err)
	}
	for line := range bytes.Lines(data) {
		var l struct{ Fields event.HoldChanged }
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		if l.Fields.Hold != "" {
			events = append(events, l.Fields)
		}
	}
	return events
}

// stored is a hold as the store has it.
func (r *rig) stored(id string) hold.Hold {
	r.t.Helper()
	h, err := r.store.Load(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return h
}

// outcome is what Wait returned.
type outcome struct {
	hold hold.Hold
	err  error
}

// ask calls Wait in a goroutine, and returns once the hold is on disk.
func (r *rig) ask(ctx context.Context, req hold.Request) (id string, done <-chan outcome) {
	r.t.Helper()
	ids, result := make(chan string, 1), make(chan outcome, 1)
	go func() {
		h, err := r.Wait(ctx, req, func(h hold.Hold) { ids <- h.ID })
		result <- outcome{h, err}
	}()
	select {
	case id = <-ids:
		return id, result
	case o := <-result:
		r.t.Fatalf("Wait ended before the hold was on disk: %+v, %v", o.hold, o.err)
		return "", nil
	}
}

func request() hold.Request {
	return hold.Request{
		Host: "shop-prod", Environment: "production", Database: "shop", User: "ana", Application: "psql", Client: "10.0.0.1",
		SQL: "DROP TABLE events -- hunter2", Statements: []string{"DROP TABLE events"}, Rule: "drops", Reason: "DROP TABLE events",
		Wait: 30 * time.Minute,
	}
}

func people(t *testing.T) hold.People {
	t.Helper()
	p, err := hold.NewPeople([]hold.Person{
		{Name: "ana", Postgres: []string{"ana", "admin"}, OS: "ana"},
		{Name: "ben", Postgres: []string{"ben"}, OS: "ben"},
		{Name: "cy", OS: "cy"},
		{Name: "dee", OS: "dee"},
		{Name: "zoe", OS: "zoe"},
	}, map[string][]string{"dba": {"ana", "ben", "cy", "dee"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func yes(os string) hold.Decision {
	return hold.Decision{Approve: true, By: hold.Answerer{OS: os}, Via: "cli"}
}

func no(os, note string) hold.Decision {
	return hold.Decision{By: hold.Answerer{OS: os}, Via: "cli", Note: note}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
