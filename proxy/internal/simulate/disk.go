package simulate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

var (
	errDisk    = errors.New("no space left on device")
	errSlow    = errors.New("the disk took too long")
	errCrashed = errors.New("this run of holdfast has crashed")
)

// disk is what survives a crash: the control store and the record. Nothing is read
// or written before the world says so, one request at a time: what is under way
// when holdfast crashes has taken effect or not.
type disk struct {
	w       *world
	control control
	journal []event.HoldChanged

	faults int  // one request of how many fails; 0 is none
	slow   bool // requests may take longer than anybody waits
	broken bool // every request fails
	stuck  bool // no request comes to its end
	failed int  // requests that failed so far

	mu      sync.Mutex
	waiting []*request
}

// request is a read or a write that is under way.
type request struct {
	of       *port
	key      string
	by       string // whose answer it is for; empty for all else
	at       time.Time
	deadline time.Time // zero is none
	effect   func() error
	done     chan error
}

// port is the disk as one run of holdfast has it.
type port struct {
	*disk
	dead bool // guarded by disk.mu
}

// asker is the key of what a context says of whose answer it is. Several answers to one
// hold may ask for the same at the same moment, and the first one goes on first.
type asker struct{}

// do asks for a request and waits for its end.
func (p *port) do(ctx context.Context, key string, effect func() error) error {
	by, _ := ctx.Value(asker{}).(string)
	r := &request{of: p, key: key, by: by, at: time.Now(), effect: effect, done: make(chan error, 1)}
	r.deadline, _ = ctx.Deadline()
	p.mu.Lock()
	if p.dead {
		p.mu.Unlock()
		return errCrashed
	}
	p.waiting = append(p.waiting, r)
	p.mu.Unlock()
	p.w.stir()
	return <-r.done
}

// under are the requests under way, in an order that the seed alone decides.
func (d *disk) under() []*request {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortStableFunc(d.waiting, func(a, b *request) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.key, b.key), strings.Compare(a.by, b.by))
	})
	return d.waiting
}

// soonest is the request whose asker waits no longer first, or nil.
func (d *disk) soonest() (first *request) {
	for _, r := range d.under() {
		if !r.deadline.IsZero() && (first == nil || r.deadline.Before(first.deadline)) {
			first = r
		}
	}
	return first
}

// possible adds what may happen on the disk.
func (d *disk) possible(may []func()) []func() {
	if d.stuck {
		return may
	}
	for _, r := range d.under() {
		may = append(may, func() { d.finish(r) })
	}
	return may
}

// finish brings a request to its end.
func (d *disk) finish(r *request) {
	fails := d.broken || d.faults > 0 && d.w.IntN(d.faults) == 0
	switch {
	case !fails:
		d.end(r, true, nil)
	case d.w.IntN(2) == 0:
		d.end(r, true, errDisk)
	default:
		d.end(r, false, errDisk)
	}
}

// giveUp ends a request that took too long; it may have taken effect.
func (d *disk) giveUp(r *request) { d.end(r, d.w.IntN(2) == 0, errSlow) }

// end ends a request: whether it takes effect, and what its asker is told.
func (d *disk) end(r *request, effect bool, told error) {
	d.mu.Lock()
	d.waiting = slices.DeleteFunc(d.waiting, func(o *request) bool { return o == r })
	d.mu.Unlock()
	if d.w.options.Trace != nil {
		d.w.trace("  disk " + r.key + describeEnd(effect, told))
	}
	if told != nil {
		d.failed++
	}
	if effect {
		if err := r.effect(); err != nil && told == nil {
			told = err
		}
	}
	r.done <- told
}

func describeEnd(effect bool, told error) string {
	switch {
	case told == nil:
		return ""
	case effect:
		return ", done, but: " + told.Error()
	}
	return ", not done: " + told.Error()
}

// crash ends what a run has under way, and everything that it asks for later.
func (d *disk) crash(p *port) {
	d.mu.Lock()
	p.dead = true
	d.mu.Unlock()
	for _, r := range slices.Clone(d.under()) {
		if r.of == p {
			d.end(r, d.w.IntN(2) == 0, errCrashed)
		}
	}
}

// weather draws how the disk is from now on.
func (d *disk) weather() {
	d.broken, d.stuck = false, false
	if d.faults > 0 {
		switch d.w.IntN(6) {
		case 0:
			d.broken = true
		case 1:
			d.stuck = d.slow
		}
	}
}
