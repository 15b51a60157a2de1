package alert_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/rules"
)

// rig is a desk on a real store and a real audit, whose disk can fail.
type rig struct {
	*alert.Desk
	t    *testing.T
	dir  string
	disk *disk
	log  *audit.Log

	options alert.Options
	braked  atomic.Int32

	mu     sync.Mutex
	events []event.AlertChanged
	lines  bytes.Buffer
}

// disk is a store and a record that can fail.
type disk struct {
	*store.Store
	record *audit.Log

	failing, hanging, recordFails atomic.Bool

	answered func() // called when an answer has been written, or nil
}

var errDisk = errors.New("no space left on device")

func (d *disk) do(ctx context.Context, f func() error) error {
	if d.hanging.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	if d.failing.Load() {
		return errDisk
	}
	return f()
}

func (d *disk) SaveVolume(ctx context.Context, name string, b []byte) error {
	return d.do(ctx, func() error { return d.Store.SaveVolume(ctx, name, b) })
}

func (d *disk) PutAlerts(ctx context.Context, list []alert.Kept) error {
	return d.do(ctx, func() error { return d.Store.PutAlerts(ctx, list) })
}

func (d *disk) PutAnswer(ctx context.Context, k alert.Kept, s []alert.Standing) error {
	err := d.do(ctx, func() error { return d.Store.PutAnswer(ctx, k, s) })
	if d.answered != nil {
		d.answered()
	}
	return err
}

func (d *disk) Write(ctx context.Context, e event.Event) error {
	if d.recordFails.Load() {
		return errDisk
	}
	return d.record.Write(ctx, e)
}

func newRig(t *testing.T, change func(*alert.Options)) *rig {
	t.Helper()
	return rigIn(t, t.TempDir(), change)
}

func rigIn(t *testing.T, dir string, change func(*alert.Options)) *rig {
	t.Helper()
	r := &rig{t: t, dir: dir}
	people, err := hold.NewPeople([]hold.Person{{Name: "ana", Postgres: []string{"ana"}, OS: "ana"}, {Name: "ben", OS: "ben"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.options = alert.Options{
		People: people, Environments: map[string]string{"shop": "production"},
		Events: func(e event.Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.events = append(r.events, e.(event.AlertChanged))
		},
		Braked: func() { r.braked.Add(1) },
		Log:    zerolog.New(lockedWriter{r}),
	}
	if change != nil {
		change(&r.options)
	}
	r.start()
	t.Cleanup(r.stop)
	return r
}

type lockedWriter struct{ *rig }

func (w lockedWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lines.Write(b)
}

func (r *rig) start() {
	r.t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, "sqlite://"+filepath.Join(r.dir, "holdfast.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	if r.log, err = audit.Open(filepath.Join(r.dir, "audit.jsonl")); err != nil {
		r.t.Fatal(err)
	}
	r.disk = &disk{Store: s, record: r.log}
	o := r.options
	o.Store, o.Record = r.disk, r.disk
	if r.Desk, err = alert.OpenDesk(ctx, o); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) stop() {
	if r.Desk == nil {
		return
	}
	failing := r.disk.failing.Load()
	if err := r.Close(); (err != nil) != failing {
		r.t.Errorf("closing the desk: %v", err)
	}
	r.Desk = nil
	if err := errors.Join(r.log.Close(), r.disk.Store.Close()); err != nil {
		r.t.Error(err)
	}
}

// restart stops in order and starts again.
func (r *rig) restart() {
	r.t.Helper()
	r.stop()
	r.start()
}

// crash starts again without what was not kept yet.
func (r *rig) crash() {
	r.t.Helper()
	r.disk.failing.Store(true)
	r.restart()
}

// take hands in one transaction of an actor on orders.
func (r *rig) take(user string, deleted int64) { r.takeOf("orders", user, deleted) }

func (r *rig) takeOf(table, user string, deleted int64) {
	r.Take(&event.Tally{
		Origin: event.Origin{Host: "shop", Environment: "production", Database: "app", User: user, Application: "psql", Client: "10.1.2.3"},
		Rows:   []event.Rows{{Table: table, Deleted: deleted, Example: "DELETE FROM " + table + " WHERE id = $1"}},
	})
}

// one is the alert there is.
func (r *rig) one() alert.Alert {
	r.t.Helper()
	list, err := r.List(context.Background(), false)
	if err != nil || len(list) != 1 {
		r.t.Fatalf("%d alerts, %v: %+v", len(list), err, list)
	}
	return list[0]
}

func (r *rig) answer(id string, a alert.Answer) (alert.Alert, error) {
	return r.Answer(context.Background(), id, a)
}

func by(os string, v alert.Verb) alert.Answer {
	return alert.Answer{Verb: v, Via: "cli", Answerer: hold.Answerer{OS: os}}
}

// changes is what happened so far, forgotten afterwards.
func (r *rig) changes() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, e := range r.events {
		all = append(all, e.Change)
	}
	r.events = nil
	return strings.Join(all, " ")
}

func (r *rig) logged(part string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Count(r.lines.String(), part)
}

func (r *rig) audited(part string) int {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "audit.jsonl"))
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Count(string(text), part)
}

// learned puts into the store what a watch learns in three weeks of ten rows an hour by
// api, up to now.
func learned(t *testing.T, dir string) {
	t.Helper()
	w, err := volume.NewWatch(volume.Options{}, func(volume.Alert) {})
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Now().AddDate(0, 0, -21); at.Before(time.Now()); at = at.Add(6 * time.Minute) {
		c := volume.Count{At: at, Host: "shop", Database: "app", Table: "orders", Actor: volume.Actor{User: "api", Application: "psql"}, Deleted: 1, Rows: 30000}
		if err := w.Add(&c); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := w.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), "sqlite://"+filepath.Join(dir, "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.SaveVolume(context.Background(), "watch", b.Bytes()), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// learnedRig is a rig that has learned.
func learnedRig(t *testing.T, change func(*alert.Options)) *rig {
	t.Helper()
	dir := t.TempDir()
	learned(t, dir)
	return rigIn(t, dir, change)
}

func pattern(t *testing.T, text string) []rules.Pattern {
	t.Helper()
	p, err := rules.ParsePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	return []rules.Pattern{p}
}
