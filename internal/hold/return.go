package hold

import (
	"context"
	"errors"
	"fmt"
)

// maxKept bounds the holds that are open without a session that waits: those in
// return mode and grants. A program in a loop, each time with another statement,
// must not fill the store; thousands are more than people can look at.
const maxKept = 4096

// ahead is what comes before a session waits: a grant of the identical statement is
// spent, and in return mode a hold is found or made. over says that Wait is done; it
// always is in return mode, unless ctx has ended.
func (d *Desk) ahead(ctx context.Context, r Request) (h Hold, over bool, err error) {
	if r.Binding == "" {
		return Hold{}, false, nil
	}
	if !d.enter() {
		return Hold{}, true, unavailable("asking for reviewers", ErrStopping)
	}
	defer d.waiting.Done()
	g := d.gateOf(r.Binding)
	switch err := g.LockSoon(ctx); {
	case ctx.Err() != nil:
		if err == nil {
			g.Unlock()
		}
		return Hold{}, false, nil // nobody wants it any more
	case err != nil:
		return Hold{}, true, unavailable("looking for an approval", err)
	}
	defer g.Unlock()
	d.awaitGivenBack(ctx, r.Binding)
	bound, err := d.bound(ctx, r)
	if err != nil {
		return Hold{}, true, err
	}
	if h, over, err = d.spend(ctx, bound); over || !r.Return {
		return h, over, err
	}
	for _, h := range bound {
		if h.State == Pending && h.Return && clock().Before(h.Expires) || h.State == Granted && h.OfFile() {
			return h, true, nil // it is asked already
		}
	}
	h, err = d.askOnly(ctx, r)
	return h, true, err
}

// bound is what is pending or granted of the same statement of the same actor.
func (d *Desk) bound(ctx context.Context, r Request) (same []Hold, err error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	all, err := d.store.Bound(ctx, r.Binding)
	if err != nil {
		return nil, unavailable("looking for an approval", err)
	}
	people := d.People()
	for _, h := range all {
		if h.Host == r.Host && h.Database == r.Database && h.User == r.User && people.sameRequester(h.Request, r) {
			same = append(same, h)
		}
	}
	return same, nil
}

// askOnly records a hold that nobody waits for.
func (d *Desk) askOnly(ctx context.Context, r Request) (Hold, error) {
	if d.keeper.full() {
		return Hold{}, unavailable("asking for reviewers", fmt.Errorf("%d holds are open that nobody waits for; answer some of them", maxKept))
	}
	w, err := d.ask(ctx, r)
	if err != nil {
		return Hold{}, err
	}
	h := w.snapshot()
	d.keeper.keep(h)
	d.leave(h.ID)
	return h, nil
}

// decideKept answers for a hold that nobody waits for: one in return mode, or one
// that has ended.
func (d *Desk) decideKept(ctx context.Context, id string, who answerer, dec Decision) (Hold, error) {
	h, err := d.stored(ctx, id)
	if err != nil {
		return Hold{}, err
	}
	if !d.enter() {
		return Hold{}, unavailable("deciding hold "+h.ID, ErrStopping)
	}
	defer d.waiting.Done()
	g := d.gateOf(h.Binding)
	g.Lock()
	defer g.Unlock()
	if h, err = d.stored(ctx, id); err != nil { // it may have changed meanwhile
		return Hold{}, err
	}
	if err := h.answerable(dec); err != nil {
		return Hold{}, err
	}
	if d.later.unwritten(h.ID) != nil {
		return Hold{}, unavailable("deciding hold "+h.ID, errors.New("its last change is not on disk yet; try again in a moment"))
	}
	if err := d.People().mayAnswer(who, h.Request); err != nil {
		return Hold{}, err
	}
	if !dec.Approve {
		return d.denyKept(ctx, h, who, dec)
	}
	if err := h.checkScope(d.People(), who, dec.Scope); err != nil {
		return Hold{}, err
	}
	if err := d.People().checkType(who, dec.Type, h.Request); err != nil {
		return Hold{}, err
	}
	return d.grantKept(ctx, h, who, dec)
}

// answerable is nil for a hold that nobody waits for and that can still be answered.
func (h Hold) answerable(dec Decision) error {
	switch {
	case h.State == Pending && h.Return:
		return nil
	case h.State.Waiting():
		h.State = Abandoned // its session is gone, and the end is about to be written
		return ErrEnded{Hold: h.clone()}
	case !dec.Approve || !h.State.unanswered():
		return ErrEnded{Hold: h.clone()}
	case h.Binding == "":
		return notAllowed("this hold has ended as %s, and an approval cannot be kept for later: %s; run it again and approve it while it waits", h.State, h.unbound())
	}
	return nil
}

// Grantable is true for a hold that ended without an answer and can be approved all the
// same: the approval is then a grant.
func (h Hold) Grantable() bool { return h.State.unanswered() && h.Binding != "" }

func (h Hold) unbound() string {
	if h.Unbound == "" {
		return "nothing can be bound to its text"
	}
	return h.Unbound
}

// denyKept ends a hold in return mode. Nothing is sent by it; where the disk fails
// it is written later.
func (d *Desk) denyKept(ctx context.Context, before Hold, who answerer, dec Decision) (Hold, error) {
	set := answered(who, dec)
	after, err := before.stepped(deny, set)
	if err != nil {
		return Hold{}, err
	}
	d.save(ctx, before, after, deny, set)
	d.keeper.forget(before.ID)
	return after.clone(), nil
}

// stored finds a hold on disk.
func (d *Desk) stored(ctx context.Context, id string) (Hold, error) {
	h, err := d.load(ctx, id)
	return found(id, h, err)
}
