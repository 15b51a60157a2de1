package hold

import (
	"context"
	"errors"
)

// scopeOf is what was approved with a hold and is still open; nil when nothing is.
func (d *Desk) scopeOf(h Hold) *openScope {
	for _, s := range d.scopesOf(h.Transaction) {
		if s.hold.ID == h.ID && clock().Before(s.until) {
			return s
		}
	}
	return nil
}

// revokeScope ends an approval for a transaction that goes on: the next statement in it
// is asked about again. It takes effect at once, and is written as soon as the disk
// allows: a restart would end it too.
func (d *Desk) revokeScope(h Hold, r Revocation) (Hold, error) {
	s := d.scopeOf(h)
	if s == nil {
		return Hold{}, ErrNotRevocable{Hold: h.clone()}
	}
	s.gate.Lock() // what goes on already is not stopped
	defer s.gate.Unlock()
	if s.over {
		return Hold{}, ErrNotRevocable{Hold: h.clone()}
	}
	s.over, r.At = true, clock()
	amend := func(h *Hold) { h.Revoked = r }
	d.later.put(job{id: h.ID, amend: amend})
	h = h.clone()
	amend(&h)
	return h, nil
}

// settleAmended stores a change of a hold that leaves its state. It runs where outcomes
// are written, so that neither undoes the other.
func (d *Desk) settleAmended(ctx context.Context, j *job) error {
	before, err := d.load(ctx, j.id)
	if errors.Is(err, ErrUnknownID) {
		return nil // it ended so long ago
	}
	if err != nil {
		return err
	}
	after := before.clone()
	j.amend(&after)
	swapped, err := d.swap(ctx, before, after)
	if err == nil && !swapped {
		err = unavailable("changing hold "+j.id, errors.New("it changed meanwhile"))
	}
	if err != nil {
		return err
	}
	e := changed(after, before.State, after.Revoked.At)
	j.event, j.state, j.hold = &e, after.State, after
	return nil
}

// Coverage is what an approval is for besides its own statement.
type Coverage struct {
	Open   bool   // more may go on under it
	Passed []Hold // that went on, in order
}

// Covers says what went on, and still may, under the approval of h. The error wraps
// ErrUnavailable.
func (d *Desk) Covers(ctx context.Context, h Hold) (c Coverage, err error) {
	if !h.Covering() && !h.OfFile() {
		return c, nil
	}
	if s := d.scopeOf(h); s != nil {
		s.gate.Lock()
		c.Open = !s.over
		s.gate.Unlock()
	}
	if c.Passed, err = d.store.Under(ctx, h.ID); err != nil {
		return c, unavailable("listing what went on under hold "+h.ID, err)
	}
	return c, nil
}
