package hold

import (
	"context"
	"errors"
)

// Finish says what became of a released hold: Executed with the command tag,
// Failed with SQLSTATE and message, or Unknown with the cause. A grant whose
// statement failed is given back, if its time is not over. It returns at
// once; the desk writes it soon, and Close at the latest. Any other state counts
// as Unknown; for a hold that was not released it does nothing.
func (d *Desk) Finish(id string, s State, result string) {
	outcome := lose
	switch s {
	case Executed:
		outcome = execute
	case Failed:
		outcome = fail
	}
	at, result := clock(), cutAt(result, maxResult)
	d.later.put(job{id: id, step: outcome, exactly: true, result: result, set: func(h *Hold) {
		h.Result = result
		if h.State != Granted {
			h.Ended = at
		}
	}})
}

// settle writes j, and keeps in it what is still to be done.
func (d *Desk) settle(j *job) error {
	ctx := context.Background()
	if err := d.settleHold(ctx, j); err != nil {
		return err
	}
	return d.settleFile(ctx, j)
}

func (d *Desk) settleHold(ctx context.Context, j *job) error {
	if j.revert != nil {
		if err := d.revert(ctx, *j.revert); err != nil {
			return err
		}
		j.revert = nil
	}
	if j.step != "" {
		if err := d.settleStore(ctx, j); err != nil {
			return err
		}
		j.step = ""
	}
	if j.amend != nil {
		if err := d.settleAmended(ctx, j); err != nil {
			return err
		}
		j.amend = nil
	}
	if j.event != nil {
		if err := d.write(ctx, *j.event); err != nil {
			return err
		}
		j.event = nil
	}
	if j.state != "" {
		ctx, cancel := disk(ctx)
		defer cancel()
		return d.store.Recorded(ctx, j.id, j.state)
	}
	return nil
}

func (d *Desk) settleStore(ctx context.Context, j *job) error {
	before, err := d.load(ctx, j.id)
	if errors.Is(err, ErrUnknownID) {
		return nil // never got there
	}
	if err != nil {
		return err
	}
	after, change := j.after(before)
	if !change || !j.asked.IsZero() && !j.asked.Equal(before.Asked) {
		return nil
	}
	if after.State != before.State {
		swapped, err := d.swap(ctx, before, after)
		if err != nil {
			return err
		}
		if !swapped {
			return unavailable("settling hold "+j.id, errors.New("it changed meanwhile"))
		}
	}
	at := after.changedAt()
	if j.step == giveBack {
		at = clock()
	}
	e := changed(after, before.State, at)
	j.event, j.state, j.hold = &e, after.State, after
	return nil
}

// revert takes the last approval back off a hold that is otherwise as before.
func (d *Desk) revert(ctx context.Context, before Hold) error {
	stored, err := d.load(ctx, before.ID)
	if err != nil {
		return err
	}
	if stored.State == before.State && len(stored.Approvals) == len(before.Approvals)+1 {
		if _, err := d.swap(ctx, stored, before); err != nil {
			return err
		}
	}
	return d.mark(ctx, before) // nothing if it has another state by now
}

// after is the hold as j leaves it. Where an earlier write failed and took
// effect all the same, the stored state is not the one the session saw; then the
// hold ends as that state allows.
func (j *job) after(before Hold) (after Hold, change bool) {
	if j.exactly {
		j.step = before.outcome(j.step, j.result)
	}
	if before.State == j.step.leads() {
		return before, true // stored, but perhaps not recorded
	}
	s := j.step
	if _, err := next(before.State, s); err != nil {
		if j.exactly {
			return before, false
		}
		if s = before.State.unsent(); s == "" {
			return before, false
		}
		j.step = s // should its write fail and take effect, it is known again
	}
	after, err := before.stepped(s, j.set)
	return after, err == nil
}

// unsent is the step that ends a hold of which the desk knows that nothing was
// sent.
func (s State) unsent() step {
	switch s {
	case Pending:
		return abandon
	case Approved, Granted:
		return lapse
	case Released:
		return fail
	}
	return ""
}

func (d *Desk) load(ctx context.Context, id string) (Hold, error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	return d.store.Load(ctx, id)
}
