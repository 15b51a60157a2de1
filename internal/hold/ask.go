package hold

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/event"
)

// ask records a new hold in the store and the record. Until both have it the
// waiter is locked, so nobody can answer what is not on disk.
func (d *Desk) ask(ctx context.Context, r Request) (*waiter, error) {
	if r.Wait <= 0 {
		return nil, fmt.Errorf("asking for reviewers: the wait of %v is not positive", r.Wait)
	}
	if !d.enter() {
		return nil, unavailable("asking for reviewers", ErrStopping)
	}
	w := newWaiter()
	w.mu.Lock()
	defer w.mu.Unlock()
	h, err := newHold(r, ask)
	if err == nil {
		h, err = d.insert(ctx, w, h)
	}
	if err == nil {
		w.hold = h
		if err = d.write(ctx, changed(h, "", h.Asked)); err != nil {
			d.later.end(h, abandon, "the record could not be written")
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
func (d *Desk) insert(ctx context.Context, w *waiter, h Hold) (_ Hold, err error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	for tries := 0; err == nil && tries < idTries; tries++ {
		if h.ID, err = NewID(d.random); err != nil {
			break
		}
		if !d.claim(h.ID, w) {
			continue
		}
		insertErr := d.store.Insert(ctx, h)
		if insertErr == nil {
			return h, nil
		}
		if !errors.Is(insertErr, ErrDuplicateID) {
			// It may be on disk all the same, and ends as its state allows.
			d.later.end(h, abandon, notSent+"the store failed when it was asked")
			return h, unavailable("storing a hold", insertErr)
		}
		d.forget(h.ID)
	}
	return h, unavailable("storing a hold", errors.Join(err, ErrDuplicateID))
}

// newHold is a hold that begins with step s.
func newHold(r Request, s step) (Hold, error) {
	state, err := next("", s)
	now := clock()
	h := Hold{State: state, Request: r.clone(), Asked: now, Expires: now.Add(r.Wait), SQLHash: event.TextHash(r.SQL)}
	if len(r.SQL) > MaxSQL {
		kept := cutAt(r.SQL, MaxSQL)
		h.SQL = kept + fmt.Sprintf("\n-- holdfast: %d more bytes are not shown", len(r.SQL)-len(kept))
	}
	h.SQL = strings.ToValidUTF8(h.SQL, "\uFFFD")
	return h, err
}
