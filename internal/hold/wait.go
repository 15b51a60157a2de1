package hold

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
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
	defer d.leave(w)
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

// ask records a new hold in the store and the record.
func (d *Desk) ask(ctx context.Context, r Request) (*waiter, error) {
	if r.Wait <= 0 {
		return nil, fmt.Errorf("asking for reviewers: the wait of %v is not positive", r.Wait)
	}
	if !d.enter() {
		return nil, unavailable("asking for reviewers", ErrStopping)
	}
	h, err := d.insert(ctx, r)
	if err != nil {
		d.waiting.Done()
		return nil, err
	}
	w := &waiter{hold: h, decided: make(chan struct{})}
	d.mu.Lock()
	d.live[h.ID] = w
	d.mu.Unlock()
	if err := d.write(ctx, changed(h, "", h.Asked)); err != nil {
		d.later.end(h.ID, abandon, "the record could not be written")
		d.leave(w)
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
func (d *Desk) leave(w *waiter) {
	d.mu.Lock()
	delete(d.live, w.hold.ID)
	d.mu.Unlock()
	d.waiting.Done()
}

// insert finds a free id and stores the new hold.
func (d *Desk) insert(ctx context.Context, r Request) (Hold, error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	state, err := next("", ask)
	if err != nil {
		return Hold{}, err
	}
	now := time.Now()
	h := Hold{State: state, Request: r.clone(), Asked: now, Expires: now.Add(r.Wait)}
	for range idTries {
		h.ID = newID()
		if err = d.store.Insert(ctx, h); !errors.Is(err, ErrDuplicateID) {
			break
		}
	}
	if err != nil {
		return Hold{}, unavailable("storing a hold", err)
	}
	return h, nil
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
	before, now := w.hold, time.Now()
	after, err := before.stepped(release, func(h *Hold) { h.ReleaseAt = now })
	if err != nil {
		return Hold{}, err
	}
	swapped, err := d.swap(ctx, before, after)
	if err == nil && !swapped {
		err = unavailable("releasing hold "+before.ID, errors.New("another process changed it"))
	}
	if err == nil {
		err = d.write(ctx, changed(after, before.State, now))
	}
	if err != nil {
		w.hold.State, w.err = Lapsed, err
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
	e := changed(after, before.State, after.changedAt())
	if d.write(ctx, e) != nil {
		d.later.put(job{id: before.ID, event: &e, state: after.State})
		return
	}
	d.later.recorded(after)
}

// stepped is h after s, with what else set changes.
func (h Hold) stepped(s step, set func(*Hold)) (Hold, error) {
	state, err := next(h.State, s)
	if err != nil {
		return h, fmt.Errorf("changing hold %s: %w", h.ID, err)
	}
	h = h.clone()
	h.State = state
	switch now := time.Now(); {
	case h.State == Executed || h.State == Failed || h.State == Unknown:
		h.Ended = now
	case h.Decided.IsZero():
		h.Decided = now
	}
	if set != nil {
		set(&h)
	}
	return h, nil
}

// changedAt is when h got the state it has.
func (h Hold) changedAt() time.Time {
	switch {
	case !h.Ended.IsZero():
		return h.Ended
	case h.State == Released:
		return h.ReleaseAt
	case h.Decided.IsZero():
		return h.Asked
	}
	return h.Decided
}

// clone shares nothing with h.
func (h Hold) clone() Hold {
	h.Request = h.Request.clone()
	h.Approvals = append([]Approval(nil), h.Approvals...)
	return h
}

// clone shares nothing with r, and bounds its text.
func (r Request) clone() Request {
	r.Statements = append([]string(nil), r.Statements...)
	if len(r.SQL) > MaxSQL {
		cut := clipAt(r.SQL, MaxSQL)
		r.SQL = cut + fmt.Sprintf("\n-- holdfast: %d more bytes are not shown", len(r.SQL)-len(cut))
	}
	r.SQL = strings.ToValidUTF8(r.SQL, "\uFFFD")
	return r
}
