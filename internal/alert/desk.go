package alert

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/rules"
)

// Options are what a desk works with. Store and Record are needed; they stay the
// caller's, who closes them after the desk.
type Options struct {
	Store  Store
	Record hold.Record
	People hold.People
	Rules  Rules

	// Environments are those of the hosts, by name.
	Environments map[string]string

	// Events is told of every change of an alert, or nil. It must not block:
	// (*event.Bus).Publish.
	Events func(event.Event)

	// Braked is called whenever other brakes are on than before; nil is not. It may
	// call Brakes.
	Braked func()

	Log zerolog.Logger

	// Now is the clock, or nil for that of the machine, and Random where ids are drawn
	// from, or nil for crypto/rand.
	Now    func() time.Time
	Random io.Reader
}

// Rules are what the configuration says of alerts.
type Rules struct {
	Volume volume.Options
	Brake  []BrakeRule // an alert that one of them matches sets a brake; none does without
}

// BrakeRule says which alerts set a brake. What is empty matches all. An alert about
// everybody sets none, nor does one about what bypassed holdfast.
type BrakeRule struct {
	Hosts  []rules.Pattern
	Tables []rules.Pattern // of the name as it is counted, "public." before a bare one or not
	Kinds  []volume.Kind
}

// Desk counts, judges, and keeps alerts. Make one with OpenDesk; all methods may be
// called from any goroutine.
type Desk struct{}

// ErrUnknownID says that there is no alert of that id, or that it was over so long
// ago that only the audit has it.
var ErrUnknownID = errors.New("no alert has this id")

// ErrNotAllowed says why an answer is not accepted, for people.
type ErrNotAllowed = hold.ErrNotAllowed

// ErrEnded is the answer to an alert that is over.
type ErrEnded struct{ Alert Alert }

// Error says how it ended, for people.
func (e ErrEnded) Error() string { return "this alert is over: it was " + string(e.Alert.State) }

const (
	// DefaultSilence is how long nobody is told where an answer does not say.
	DefaultSilence = 24 * time.Hour

	// MaxSilence bounds it: what is usual is accepted, not silenced.
	MaxSilence = 30 * 24 * time.Hour

	// TableSteps is in how many parts Tables divides its span.
	TableSteps = 24
)

// OpenDesk makes a desk from what the store has of earlier runs.
func OpenDesk(ctx context.Context, o Options) (*Desk, error) {
	return nil, errors.New("not written yet")
}

// Close counts what was handed in, keeps everything, and ends the goroutine.
func (d *Desk) Close() error { return nil }

// Take counts what a transaction did to rows. It never blocks.
func (d *Desk) Take(t *event.Tally) {}

// SetRules and SetPeople are for a reload of the configuration.
func (d *Desk) SetRules(r Rules) error { return nil }

// SetPeople replaces who is known.
func (d *Desk) SetPeople(p hold.People) {}

// Get finds an alert. Errors: ErrUnknownID, hold.ErrUnavailable.
func (d *Desk) Get(ctx context.Context, id string) (Alert, error) { return Alert{}, ErrUnknownID }

// List is the alerts that last, the newest first; with all, those that are over follow.
func (d *Desk) List(ctx context.Context, all bool) ([]Alert, error) { return nil, nil }

// Answer does what somebody says about an alert, once it is on disk and on record.
// Errors: ErrUnknownID, ErrNotAllowed, ErrEnded, and one that wraps
// hold.ErrUnavailable when it could not be written, after which it does not count.
func (d *Desk) Answer(ctx context.Context, id string, a Answer) (Alert, error) {
	return Alert{}, ErrUnknownID
}

// Tables is every table from which rows were deleted or updated between from and to,
// the most deleted first.
func (d *Desk) Tables(ctx context.Context, from, to time.Time) ([]Table, error) { return nil, nil }

// SeriesOf says of what, and in which steps. Step is at least a minute; the span is
// at most MaxSteps of it.
type SeriesOf struct {
	Host, Database, Table string
	From, To              time.Time
	Step                  time.Duration
}

// Series is what was deleted from one table over time.
func (d *Desk) Series(ctx context.Context, of SeriesOf) (Series, error) { return Series{}, nil }

// Brakes are those that are on, for rules.Policy.WithBrakes; the caller owns the slice.
func (d *Desk) Brakes() []rules.Brake { return nil }

// Surplus is rows that the server says were deleted and that no session of holdfast
// deleted.
type Surplus struct {
	Host, Database, Table string
	Rows                  int64
	Since                 time.Time
	Reason                string // explains it in one sentence
}

// Behind takes a surplus, as one alert a table while it lasts.
func (d *Desk) Behind(s Surplus) {}

// Size takes how many rows a table has.
func (d *Desk) Size(host, database, table string, rows int64) {}

// Sum is rows of one table since the desk was opened.
type Sum struct{ Deleted, Updated, Undone int64 }

// Counted is what sessions did to the tables of a database since the desk was opened,
// by table as deletes are counted by, up to a second ago.
func (d *Desk) Counted(host, database string) map[string]Sum { return nil }

// JobLine writes a declared job as a line for the key expected of the configuration.
func JobLine(e volume.Expected) string { return "" }

// Watch hears which alerts are new or have changed; see hold.Watch, which it works like.
type Watch struct{}

// Watch starts watching. The caller closes it.
func (d *Desk) Watch() *Watch { return nil }

// Ready has a value when there is something to take. It is never closed.
func (w *Watch) Ready() <-chan struct{} { return nil }

// Take is the ids that changed since the last call; with all, some are missing.
func (w *Watch) Take() (ids []string, all bool) { return nil, false }

// Close ends watching.
func (w *Watch) Close() {}
