package hold

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Revocation is that an approval was taken back before it was spent. The zero value is
// that it was not.
type Revocation struct {
	By       string
	Via      string
	Identity string // "verified" by people, "unverified" without
	Note     string
	At       time.Time

	// Self is true when By is one of those who asked: they want it no more.
	Self bool
}

// Revoking is one person's wish to take a grant back.
type Revoking struct {
	By   Answerer
	Via  string
	Note string // one line of at most 500 characters; may be empty
}

// Revoke takes a grant back: its hold lapses, and the statement is asked about again.
// Whoever could have answered the hold may do that, and who asked. It and spending are
// changed under one gate, so that of both exactly one happens. An approval for a
// transaction that goes on is taken back for the rest of it; the state of the hold stays.
//
// Errors: ErrUnknownID; ErrNotRevocable with the hold when there is nothing to take
// back, or it is too late; ErrNotAllowed; and one that wraps ErrUnavailable when it could
// not be written. Then the grant cannot be spent while this holdfast runs, and it is
// written as soon as the disk allows.
func (d *Desk) Revoke(ctx context.Context, id string, r Revoking) (Hold, error) {
	if err := ctx.Err(); err != nil {
		return Hold{}, fmt.Errorf("revoking hold %s: %w", quoteName(id), err)
	}
	if err := checkNote(r.Note); err != nil {
		return Hold{}, err
	}
	who, err := d.People().identify(r.By)
	if err != nil {
		return Hold{}, err
	}
	h, err := d.stored(ctx, id)
	if err != nil {
		return Hold{}, err
	}
	if !d.enter() {
		return Hold{}, unavailable("revoking hold "+h.ID, ErrStopping)
	}
	defer d.waiting.Done()
	g := d.gateOf(h.Binding)
	g.Lock()
	defer g.Unlock()
	if h, err = d.stored(ctx, id); err != nil { // it may have been spent meanwhile
		return Hold{}, err
	}
	return d.revokeGated(ctx, h, who, r)
}

func (d *Desk) revokeGated(ctx context.Context, before Hold, who answerer, r Revoking) (Hold, error) {
	people := d.People()
	self := people.IsRequester(who.name, before.Request)
	if err := people.mayAnswer(who, before.Request); err != nil && !self {
		return Hold{}, err
	}
	taken := Revocation{By: who.name, Via: clip(r.Via), Identity: who.identity, Note: r.Note, Self: self}
	if before.State != Granted {
		return d.revokeScope(before, taken)
	}
	if d.later.unwritten(before.ID) != nil {
		return Hold{}, unavailable("revoking hold "+before.ID, errors.New("its last change is not on disk yet; try again in a moment"))
	}
	set := func(h *Hold) {
		h.Revoked, h.Revoked.At = taken, h.Ended
		h.Result = h.Revoked.result()
	}
	after, err := before.stepped(lapse, set)
	if err != nil {
		return Hold{}, err
	}
	d.keeper.forget(before.ID)
	return d.lapseRevoked(ctx, before, after, set)
}

// lapseRevoked writes a revocation. What is not in the store yet could be spent after a
// crash, so that is an error; what only the record lacks is written there by the next
// start at the latest.
func (d *Desk) lapseRevoked(ctx context.Context, before, after Hold, set func(*Hold)) (Hold, error) {
	swapped, err := d.swap(ctx, before, after)
	if err == nil && !swapped {
		err = unavailable("revoking hold "+before.ID, errors.New("another process changed it"))
	}
	if err != nil {
		d.later.put(job{id: before.ID, asked: before.Asked, step: lapse, set: set})
		return Hold{}, err
	}
	e := changed(after, before.State, after.Ended)
	if d.write(ctx, e) != nil {
		d.later.put(job{id: before.ID, event: &e, state: after.State})
	} else {
		d.later.recorded(after)
	}
	return after.clone(), nil
}

// result is a revocation as the cause of an end.
func (r Revocation) result() string {
	if r.Self {
		return fmt.Sprintf("%s, who asked, wants it no more", r.By)
	}
	return "revoked by " + r.By
}

// IsZero is true when nothing was revoked.
func (r Revocation) IsZero() bool { return r.By == "" }

// ErrNotRevocable says that a hold is no grant that could be taken back. Find it with
// errors.As and a variable of this type (not a pointer).
type ErrNotRevocable struct{ Hold Hold }

// Error says why, and since when it is too late, for people.
func (e ErrNotRevocable) Error() string {
	h := e.Hold
	if !h.Revoked.IsZero() {
		return fmt.Sprintf("it was revoked already, by %s at %s", h.Revoked.By, moment(h.Revoked.At))
	}
	switch h.State {
	case Pending:
		return "it is not approved yet, so there is nothing to revoke; whoever may answer can deny it"
	case Approved:
		return "it is too late: " + h.DecidedBy + " approved it, and it is being sent"
	case Released:
		return fmt.Sprintf("it is too late: it was sent to the server at %s, which has not answered yet", moment(h.ReleaseAt))
	case Executed:
		return fmt.Sprintf("it is too late: it ran at %s", moment(h.ReleaseAt))
	case Failed:
		return fmt.Sprintf("it is too late: it was sent at %s, and failed", moment(h.ReleaseAt))
	case Unknown:
		return fmt.Sprintf("it is too late: it was sent at %s, and whether it ran is unknown", moment(h.ReleaseAt))
	case Lapsed:
		return fmt.Sprintf("there is nothing to revoke: it lapsed at %s without having been run", moment(h.Ended))
	}
	return "there is nothing to revoke: it " + h.State.became() + ", and nobody has granted it since"
}

// moment is a time for people whose zone is not known.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }
