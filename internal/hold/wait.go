package hold

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

// waiter is a hold that a session waits for.
type waiter struct {
	mu      sync.Mutex // held while the hold is changed, disk included
	hold    Hold
	err     error // why the session must refuse although nobody decided so
	decided chan struct{}
	over    bool // decided is closed
}

func (w *waiter) snapshot() Hold {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hold.clone()
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
// The hold returned is Released, Denied, Expired, Withdrawn, Abandoned or Lapsed.
// Only Released may be sent to the server, once, and must be followed by Finish.
// When ctx ends first, its cause decides: see ErrWithdrawn. Every error wraps
// ErrUnavailable, but for a request that is a fault of the caller; then nothing
// may be sent.
func (d *Desk) Wait(ctx context.Context, r Request, held func(Hold)) (Hold, error) {
	w, err := d.ask(ctx, r)
	if err != nil {
		return Hold{}, err
	}
	defer d.leave(w.hold.ID) // the id does not change
	if held != nil {
		held(w.snapshot())
	}
	timer := time.NewTimer(w.hold.Wait)
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

// ask records a new hold in the store and the record. Until both have it the
// waiter is locked, so nobody can answer what is not on disk.
func (d *Desk) ask(ctx context.Context, r Request) (*waiter, error) {
	if r.Wait <= 0 {
		return nil, fmt.Errorf("asking for reviewers: the wait of %v is not positive", r.Wait)
	}
	if !d.enter() {
		return nil, unavailable("asking for reviewers", ErrStopping)
	}
	w := &waiter{decided: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := d.insert(ctx, w, r)
	if err == nil {
		w.hold = h
		if err = d.write(ctx, changed(h, "", h.Asked)); err != nil {
			d.later.end(h.ID, abandon, "the record could not be written")
		}
	}
	if err != nil {
		w.hold, w.err = Hold{}, err
		d.leave(h.ID)
		return nil, err
	}
	d.later.recorded(h)
	return w, nil
}

// enter counts a call of Wait, unless the desk is closing.
func (d *Desk) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.waiting.Add(1)
	}
	return !d.closed
}

// leave forgets the waiter: whoever asks from now on reads the store.
func (d *Desk) leave(id string) {
	d.forget(id)
	d.waiting.Done()
}

func (d *Desk) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.live, id)
}

// claim makes w the waiter for id, unless that is taken.
func (d *Desk) claim(id string, w *waiter) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.live[id]; taken {
		return false
	}
	d.live[id] = w
	return true
}

// insert finds a free id, makes w its waiter and stores the new hold. After an
// error the hold returned still has the id that was claimed last.
func (d *Desk) insert(ctx context.Context, w *waiter, r Request) (Hold, error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	h, err := newHold(r)
	for tries := 0; err == nil && tries < idTries; tries++ {
		h.ID = newID()
		if !d.claim(h.ID, w) {
			continue
		}
		insertErr := d.store.Insert(ctx, h)
		if insertErr == nil {
			return h, nil
		}
		if !errors.Is(insertErr, ErrDuplicateID) {
			// It may be on disk all the same.
			d.later.end(h.ID, abandon, "the store failed when it was asked")
			return h, unavailable("storing a hold", insertErr)
		}
		d.forget(h.ID)
	}
	return h, unavailable("storing a hold", errors.Join(err, ErrDuplicateID))
}

func newHold(r Request) (Hold, error) {
	state, err := next("", ask)
	now := clock()
	h := Hold{State: state, Request: r.clone(), Asked: now, Expires: now.Add(r.Wait), SQLHash: event.TextHash(r.SQL)}
	if len(r.SQL) > MaxSQL {
		kept := cutAt(r.SQL, MaxSQL)
		h.SQL = kept + fmt.Sprintf("\n-- holdfast: %d more bytes are not shown", len(r.SQL)-len(kept))
	}
	h.SQL = strings.ToValidUTF8(h.SQL, "\uFFFD")
	return h, err
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
	case why != nil:
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
	switch {
	case errors.Is(cause, ErrServerGone), errors.Is(cause, ErrStopping):
		return abandon, cause
	case errors.Is(cause, context.Canceled):
		return withdraw, ErrWithdrawn
	}
	return withdraw, cause
}

// releaseLocked writes the release, and is the only way to Released. Where
// either write fails the statement is not sent: the hold is settled as lapsed,
// or, if the store took the release, as failed without having been sent.
func (d *Desk) releaseLocked(ctx context.Context, w *waiter) (Hold, error) {
	before := w.hold
	after, err := before.stepped(release, nil)
	if err != nil {
		return Hold{}, err
	}
	swapped, err := d.swap(ctx, before, after)
	if err == nil && !swapped {
		err = unavailable("releasing hold "+before.ID, errors.New("another process changed it"))
	}
	if err == nil {
		err = d.write(ctx, changed(after, before.State, after.ReleaseAt))
	}
	if err != nil {
		w.err = err
		d.later.end(before.ID, lapse, notSent+err.Error())
		return Hold{}, err
	}
	d.later.recorded(after)
	w.hold = after
	return after.clone(), nil
}

// notSent begins the Result of a hold that was to be released and was not.
const notSent = "not sent: "

// swap is one compare-and-swap in the store.
func (d *Desk) swap(ctx context.Context, before, after Hold) (bool, error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	swapped, err := d.store.Swap(ctx, before, after)
	if err != nil {
		return false, unavailable("storing hold "+before.ID, err)
	}
	return swapped, nil
}

// save writes a change that holds whether or not it can be written now.
func (d *Desk) save(ctx context.Context, before, after Hold, s step, set func(*Hold)) {
	swapped, err := d.swap(ctx, before, after)
	if err != nil || !swapped {
		d.later.put(job{id: before.ID, step: s, set: set})
		return
	}
	e := changed(after, before.State, clock())
	if d.write(ctx, e) != nil {
		d.later.put(job{id: before.ID, event: &e, state: after.State})
		return
	}
	d.later.recorded(after)
}
