package hold

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Decide is the one door for answers. It returns the hold as the answer left it:
// Denied, Approved, or as it was when more people are needed. One deny decides; the
// same person twice is not allowed. An approval of a hold that nobody waits for, in
// return mode or because it has ended without an answer, leaves it Granted: the
// identical statement of the same actor passes once until Hold.GrantUntil.
//
// Errors: ErrUnknownID; ErrEnded with the hold; ErrNotAllowed with a reason for
// people; and one that wraps ErrUnavailable when the answer could not be
// written, after which it does not count. A deny takes effect even then.
func (d *Desk) Decide(ctx context.Context, id string, dec Decision) (Hold, error) {
	if err := ctx.Err(); err != nil {
		return Hold{}, fmt.Errorf("deciding hold %s: %w", quoteName(id), err)
	}
	if err := checkNote(dec.Note); err != nil {
		return Hold{}, err
	}
	who, err := d.People().identify(dec.By)
	if err != nil {
		return Hold{}, err
	}
	w := d.lock(id)
	if w == nil {
		return d.decideKept(ctx, id, who, dec)
	}
	if w.err == nil && (w.hold.Return || w.hold.State.unanswered()) {
		w.mu.Unlock() // its session is about to leave
		return d.decideKept(ctx, id, who, dec)
	}
	defer w.mu.Unlock()
	return d.decideLocked(ctx, w, who, dec)
}

// decideLocked answers for a hold that a session waits for.
func (d *Desk) decideLocked(ctx context.Context, w *waiter, who answerer, dec Decision) (Hold, error) {
	switch {
	case w.err != nil:
		return Hold{}, w.err
	case w.hold.State != Pending:
		return Hold{}, ErrEnded{Hold: w.hold.clone()}
	}
	if err := d.People().mayAnswer(who, w.hold.Request); err != nil {
		return Hold{}, err
	}
	if !dec.Approve {
		return d.denyLocked(ctx, w, who, dec)
	}
	if err := w.hold.checkScope(d.People(), who, dec.Scope); err != nil {
		return Hold{}, err
	}
	if err := d.People().checkType(who, dec.Type, w.hold.Request); err != nil {
		return Hold{}, err
	}
	return d.approveLocked(ctx, w, who, dec)
}

// lock finds the hold that waits under id, and locks it; nil when there is none. A
// hold that is only being asked may turn out to have another id: this one was
// taken.
func (d *Desk) lock(id string) *waiter {
	w := d.waiter(id)
	if w == nil {
		return nil
	}
	w.mu.Lock()
	if w.err == nil && w.hold.ID != id {
		w.mu.Unlock()
		return nil
	}
	return w
}

// answered fills in whose answer decided.
func answered(who answerer, dec Decision) func(*Hold) {
	return func(h *Hold) {
		h.DecidedBy, h.Identity, h.Via, h.Note = who.name, who.identity, clip(dec.Via), dec.Note
	}
}

// denyLocked refuses the statement, also when the disk fails: nobody needs a
// record to keep data.
func (d *Desk) denyLocked(ctx context.Context, w *waiter, who answerer, dec Decision) (Hold, error) {
	d.endLocked(ctx, w, deny, answered(who, dec))
	return w.hold.clone(), w.err
}

// approvedBy is h with the yes of one more person, and with the last one that it
// needs after step s.
func (h Hold) approvedBy(people People, who answerer, dec Decision, s step) (Hold, error) {
	groups := people.countsFor(who.name, h.Request)
	if err := h.mayAdd(who.name, groups); err != nil {
		return Hold{}, err
	}
	after := h.clone()
	after.Approvals = append(after.Approvals, Approval{By: who.name, Via: clip(dec.Via), Note: dec.Note, At: clock(), Scope: dec.Scope, Groups: groups, Self: people.IsRequester(who.name, h.Request)})
	if len(after.Missing()) > 0 {
		return after, nil
	}
	return after.stepped(s, answered(who, dec))
}

func (d *Desk) approveLocked(ctx context.Context, w *waiter, who answerer, dec Decision) (Hold, error) {
	before := w.hold
	after, err := before.approvedBy(d.People(), who, dec, approve)
	if err != nil {
		return Hold{}, err
	}
	if err := d.swapLocked(ctx, w, before, after); err != nil {
		return Hold{}, err
	}
	if err := d.write(ctx, changed(after, before.State, after.Approvals[len(after.Approvals)-1].At)); err != nil {
		d.unapproveLocked(ctx, w, before, after, err)
		return Hold{}, err
	}
	d.later.recorded(after)
	w.hold = after
	if after.State == Approved {
		w.wakeLocked()
	}
	return after.clone(), nil
}

// swapLocked stores an approval. After a failure it looks: if the store took it,
// it counts; if not, the hold goes on waiting and the answer may be given again;
// if the store does not say, the hold is over.
func (d *Desk) swapLocked(ctx context.Context, w *waiter, before, after Hold) error {
	swapped, err := d.swap(ctx, before, after)
	if err == nil && swapped {
		return nil
	}
	if err == nil {
		err = unavailable("storing hold "+before.ID, errors.New("another process changed it"))
	}
	known, err := d.took(ctx, before, after, err)
	if !known {
		d.giveUpLocked(w, abandon, err)
	}
	return err
}

// took looks at what the store made of an approval whose write failed: the error is nil
// when it took it, and known is false when it does not say.
func (d *Desk) took(ctx context.Context, before, after Hold, failure error) (known bool, err error) {
	stored, loadErr := d.load(ctx, before.ID)
	switch {
	case loadErr == nil && stored.same(after):
		return true, nil
	case loadErr == nil && stored.same(before):
		return true, failure
	}
	return false, failure
}

func (h Hold) same(other Hold) bool {
	return h.State == other.State && slices.EqualFunc(h.Approvals, other.Approvals,
		func(a, b Approval) bool { return a.By == b.By })
}

// unapproveLocked undoes an approval that is in the store and not in the record.
// One of several is taken back; the deciding one ends the hold, since nothing
// leads back from approved.
func (d *Desk) unapproveLocked(ctx context.Context, w *waiter, before, after Hold, cause error) {
	if after.State == Pending {
		if swapped, err := d.swap(ctx, after, before); err == nil && swapped {
			d.later.recorded(before)
			return
		}
	}
	d.giveUpLocked(w, lapse, cause)
}

// giveUpLocked ends a hold because the disk failed: the session gets the error,
// the store what its state allows.
func (d *Desk) giveUpLocked(w *waiter, s step, cause error) {
	w.err = cause
	d.later.end(w.hold, s, notSent+cause.Error())
	w.wakeLocked()
}
