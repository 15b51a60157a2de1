package hold

import (
	"context"
)

// pass lets a statement go on under an approval for its transaction. It gets a hold of
// its own, which begins as Released: in the store and in the record, with its text and
// the hold whose approval it is, before anything is sent. passed says that Wait is done.
func (d *Desk) pass(ctx context.Context, r Request) (h Hold, passed bool, err error) {
	if r.Transaction == "" || ctx.Err() != nil {
		return Hold{}, false, nil
	}
	for _, s := range d.scopesOf(r.Transaction) {
		if h, passed, err = d.passUnder(ctx, s, r); passed || err != nil {
			return h, true, err
		}
	}
	return Hold{}, false, nil
}

func (d *Desk) passUnder(ctx context.Context, s *openScope, r Request) (Hold, bool, error) {
	switch err := s.gate.LockSoon(ctx); {
	case ctx.Err() != nil:
		if err == nil {
			s.gate.Unlock()
		}
		return Hold{}, false, nil // it leaves, and is asked about as ever
	case err != nil:
		return Hold{}, false, unavailable("looking for an approval", err)
	}
	defer s.gate.Unlock()
	approvals, ok := s.covers(d.People(), r)
	if s.over || !ok {
		return Hold{}, false, nil
	}
	h, err := d.sendUnder(ctx, r, s.hold, approvals)
	return h, err == nil, err
}

// sendUnder records a statement as sent under the approvals of another hold.
func (d *Desk) sendUnder(ctx context.Context, r Request, under Hold, approvals []Approval) (Hold, error) {
	if !d.enter() {
		return Hold{}, unavailable("sending under hold "+under.ID, ErrStopping)
	}
	w := newWaiter()
	w.mu.Lock()
	defer w.mu.Unlock()
	r.Return = false // it is about to run
	h, err := newHold(r, pass)
	if err == nil {
		h.Under, h.Approvals = under.ID, approvals
		h.Decided, h.ReleaseAt = h.Asked, h.Asked
		h.DecidedBy, h.Via, h.Identity, h.Note = under.DecidedBy, under.Via, under.Identity, under.Note
		h, err = d.insert(ctx, w, h)
	}
	defer func() { d.leave(h.ID) }()
	if err == nil {
		if err = d.write(ctx, changed(h, "", h.ReleaseAt)); err != nil {
			d.later.end(h, fail, notSent+err.Error())
		}
	}
	if err != nil {
		w.err = err
		return Hold{}, err
	}
	w.hold = h
	d.later.recorded(h)
	return h.clone(), nil
}
