package hold

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// diskWait bounds one write. A disk that takes longer is as good as gone,
	// and the session behind it must get its answer.
	diskWait = 10 * time.Second

	// ListEnded is how many ended holds List returns at most: what fits a
	// screen many times over. The audit has all of them.
	ListEnded = 200

	// MaxSQL bounds the text kept of a held statement, in bytes: the length up
	// to which text is parsed at all. The binding covers the whole of it.
	MaxSQL = 256 << 10
)

// Options are what a desk works with. Store and Record are needed; they stay the
// caller's, who closes them after the desk.
type Options struct {
	Store  Store
	Record Record
	People People

	// Events is told of every change of a hold once it is on disk, or nil. It
	// must not block: (*event.Bus).Publish.
	Events func(event.Event)

	// Random is where ids are drawn from; nil is crypto/rand. What it gives must
	// not be guessed by anybody, but in tests.
	Random io.Reader
}

// Desk is where statements wait for people. Make one with Open.
type Desk struct {
	store  Store
	record Record
	events func(event.Event)
	random io.Reader
	people atomic.Pointer[People]

	mu     sync.Mutex // guards the fields below
	closed bool
	live   map[string]*waiter
	spent  map[string]string       // grants that were sent and whose outcome is not written, with their binding
	scopes map[string][]*openScope // by transaction
	news   chan struct{}           // see changes

	gates [gates]gate // see gateOf

	stopping chan struct{}  // closed when Close begins
	waiting  sync.WaitGroup // calls of Wait
	later    *later
	keeper   *keeper
	watching Watchers
}

// Open makes a desk and settles what an earlier run left open: pending holds are
// abandoned, approved ones lapse, and of released ones it is unknown what became
// of them. Grants and pending holds in return mode are kept. Nothing is held until Open has returned. The error wraps
// ErrUnavailable when the store or the record failed.
func Open(ctx context.Context, o Options) (*Desk, error) {
	if o.Store == nil || o.Record == nil {
		return nil, errors.New("opening the desk: it needs a store and a record")
	}
	d := &Desk{
		store: o.Store, record: o.Record, events: o.Events, random: o.Random,
		live: map[string]*waiter{}, spent: map[string]string{}, scopes: map[string][]*openScope{}, news: make(chan struct{}), stopping: make(chan struct{}),
	}
	d.makeGates()
	d.keeper = newKeeper(d)
	if d.events == nil {
		d.events = func(event.Event) {}
	}
	if d.random == nil {
		d.random = rand.Reader
	}
	d.SetPeople(o.People)
	if err := d.settleOrphans(ctx); err != nil {
		return nil, err
	}
	d.later = newLater(d)
	d.keeper.start()
	return d, nil
}

// SetPeople replaces who is known, for a reload of the configuration. Answers
// given before stay counted.
func (d *Desk) SetPeople(p People) { d.people.Store(&p) }

// People is who is known at the moment.
func (d *Desk) People() People { return *d.people.Load() }

// Reviewers is the names of everybody who may answer r, sorted; see
// People.Reviewers.
func (d *Desk) Reviewers(r Request) []string { return d.People().Reviewers(r) }

// Lost is how many outcomes and ends could not be written to the store and the
// record since the start: the queue was full, or the disk did not come back
// before Close. A restart settles their holds.
func (d *Desk) Lost() uint64 { return d.later.lost.Load() }

// Get finds a hold, waiting or ended. Errors: ErrUnknownID, ErrUnavailable.
func (d *Desk) Get(ctx context.Context, id string) (Hold, error) {
	if w := d.waiter(id); w != nil {
		if h := w.snapshot(); h.ID == id {
			return h, nil
		}
	}
	h, err := d.store.Load(ctx, id)
	return found(id, h, err)
}

// found is what the store says when it is asked for a hold, in the desk's words.
func found(id string, h Hold, err error) (Hold, error) {
	switch {
	case errors.Is(err, ErrUnknownID):
		return Hold{}, fmt.Errorf("finding hold %q: %w", clip(id), ErrUnknownID)
	case err != nil:
		return Hold{}, unavailable("reading hold", err)
	}
	return h, nil
}

// List is the holds that wait for people, soonest expiry first, and then the grants
// that wait to be spent; with all, the others follow, newest first, ListEnded at
// most. The error wraps ErrUnavailable.
func (d *Desk) List(ctx context.Context, all bool) ([]Hold, error) {
	open, err := d.store.Open(ctx)
	if err != nil {
		return nil, unavailable("listing holds", err)
	}
	var waiting, granted, others []Hold
	for _, h := range open {
		if w := d.waiter(h.ID); w != nil && h.State == Pending {
			h.Blocked = w.blockedNow()
		}
		switch {
		case h.State.Waiting():
			waiting = append(waiting, h)
		case h.State == Granted:
			granted = append(granted, h)
		default:
			others = append(others, h)
		}
	}
	slices.SortStableFunc(granted, func(a, b Hold) int { return a.GrantUntil.Compare(b.GrantUntil) })
	waiting = append(waiting, granted...)
	if !all {
		return waiting, nil
	}
	ended, err := d.store.Ended(ctx, ListEnded)
	if err != nil {
		return nil, unavailable("listing holds", err)
	}
	others = append(others, ended...)
	slices.SortStableFunc(others, func(a, b Hold) int { return b.Asked.Compare(a.Asked) })
	return append(waiting, others[:min(len(others), ListEnded)]...), nil
}

// Close abandons every hold that a session waits for, with ErrStopping, waits until their
// sessions have been told, and writes what is still queued. Wait and Decide
// answer ErrUnavailable from then on. It does not close the store and the
// record. The error says how much could not be written.
func (d *Desk) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	close(d.stopping)
	d.mu.Unlock()
	d.waiting.Wait()
	d.keeper.close()
	before := d.Lost()
	d.later.close()
	if n := d.Lost() - before; n > 0 {
		return fmt.Errorf("closing the desk: %d changes of holds could not be written; the next start settles them", n)
	}
	return nil
}

func (d *Desk) waiter(id string) *waiter {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live[id]
}

// disk is the context of one write: it outlives the caller, since a write that
// was begun must be finished and known, and it ends.
func disk(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), diskWait)
}

// write puts e on disk in the record, and then tells observers and watchers.
func (d *Desk) write(ctx context.Context, e event.HoldChanged) error {
	ctx, cancel := disk(ctx)
	defer cancel()
	if err := d.record.Write(ctx, e); err != nil {
		return unavailable("writing the record", err)
	}
	d.events(e)
	d.tell()
	d.watching.Tell(e.Hold)
	return nil
}

// clock is the time as the store keeps it, so that a hold reads the same from
// memory and from disk.
func clock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
