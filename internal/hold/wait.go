package hold

import (
	"context"
	"errors"
	"sync"
	"time"
)

// waiter is a hold that a session waits for.
type waiter struct {
	mu      gate // held while the hold is changed, disk included
	hold    Hold
	err     error // why the session must refuse although nobody decided so
	decided chan struct{}
	over    bool // decided is closed

	behind  sync.Mutex // guards what follows; see Blocked
	blocked Blocked
	told    Blocked // what watchers were told last
	toldAt  time.Time
}

func newWaiter() *waiter { return &waiter{mu: make(gate, 1), decided: make(chan struct{})} }

func (w *waiter) snapshot() Hold {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.hold.clone()
	if h.State == Pending {
		h.Blocked = w.blockedNow()
	}
	return h
}

// wakeLocked tells the session. It is called once the hold has left Pending, or
// err is set.
func (w *waiter) wakeLocked() {
	if !w.over {
		w.over = true
		close(w.decided)
	}
}

// Wait records a hold for r, calls held with it once it is on disk (held may be
// nil and must not block), and blocks until the hold ends.
//
// Where there is a grant for r it is spent, and its hold comes back as Released at
// once, with GrantUntil set. Else, in return mode, a hold is recorded, or found that
// the identical statement has made already, and comes back as Pending at once.
// Where the transaction of r was approved, or a file that lists it, it goes on under that approval: a hold of its
// own comes back as Released at once, with Under set. In all these cases held is not
// called.
//
// The hold returned is Released, Denied, Expired, Withdrawn, Abandoned or Lapsed, or
// in return mode Pending. Only Released may be sent to the server, once, and must be
// followed by Finish.
// When ctx ends first, its cause decides: see ErrWithdrawn. Every error wraps
// ErrUnavailable, but for a request that is a fault of the caller; then nothing
// may be sent.
func (d *Desk) Wait(ctx context.Context, r Request, held func(Hold)) (Hold, error) {
	r = d.People().identified(r)
	if h, passed, err := d.pass(ctx, r); passed || err != nil {
		return h, err
	}
	if h, spent, err := d.item(ctx, r); spent || err != nil {
		return h, err
	}
	if h, over, err := d.ahead(ctx, r); over || err != nil {
		return h, err
	}
	if r.Return && ctx.Err() == nil {
		return Hold{}, errors.New("asking for reviewers in return mode: the request has no binding")
	}
	r.Return = false // who leaves withdraws it, as ever
	w, err := d.ask(ctx, r)
	if err != nil {
		return Hold{}, err
	}
	h := w.snapshot()
	defer d.leave(h.ID)
	if held != nil {
		held(h)
	}
	timer := time.NewTimer(r.Wait)
	defer timer.Stop()
	select {
	case <-w.decided:
	case <-ctx.Done():
	case <-d.stopping:
	case <-timer.C:
		d.end(ctx, w, expire, "nobody answered in time")
	}
	return d.conclude(ctx, w)
}

// end ends a hold that is still pending. Nothing is released by it, so it takes
// effect at once, and is written later where the disk fails.
func (d *Desk) end(ctx context.Context, w *waiter, s step, result string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hold.State != Pending || w.err != nil {
		return
	}
	d.endLocked(ctx, w, s, func(h *Hold) { h.Result = result })
}

func (d *Desk) endLocked(ctx context.Context, w *waiter, s step, set func(*Hold)) {
	before := w.hold
	after, err := before.stepped(s, set)
	if err != nil {
		w.err = err
		w.wakeLocked()
		return
	}
	w.hold = after
	d.save(ctx, before, after, s, set)
	w.wakeLocked()
}

// conclude is the last word on a hold that was decided or whose session is
// leaving: an approved one is released, if anybody still waits for it.
func (d *Desk) conclude(ctx context.Context, w *waiter) (Hold, error) {
	s, why := d.gone(ctx)
	if why != nil {
		d.end(ctx, w, s, why.Error())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.err != nil:
		return Hold{}, w.err
	case w.hold.State != Approved:
		return w.hold.clone(), nil
	case why != nil && s != expire:
		d.endLocked(ctx, w, lapse, func(h *Hold) { h.Result = why.Error() })
		return w.hold.clone(), w.err
	}
	return d.releaseLocked(ctx, w)
}

// gone says why nobody waits any more, or nil.
func (d *Desk) gone(ctx context.Context) (step, error) {
	if ctx.Err() == nil {
		select {
		case <-d.stopping:
			return abandon, ErrStopping
		default:
			return "", nil
		}
	}
	cause := context.Cause(ctx)
	var early Early
	switch {
	case errors.As(cause, &early):
		return expire, early
	case errors.Is(cause, ErrServerGone), errors.Is(cause, ErrStopping):
		return abandon, cause
	case errors.Is(cause, context.Canceled):
		return withdraw, ErrWithdrawn
	}
	return withdraw, cause
}

// save writes a change that holds whether or not it can be written now.
func (d *Desk) save(ctx context.Context, before, after Hold, s step, set func(*Hold)) {
	swapped, err := d.swap(ctx, before, after)
	if err != nil || !swapped {
		d.later.put(job{id: before.ID, asked: before.Asked, step: s, set: set})
		return
	}
	e := changed(after, before.State, clock())
	if d.write(ctx, e) != nil {
		d.later.put(job{id: before.ID, event: &e, state: after.State})
		return
	}
	d.later.recorded(after)
}
