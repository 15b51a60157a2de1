package hold

import (
	"context"
	"errors"
)

// settleOrphans ends what an earlier run left open, after writing to the record
// what that run may not have written. What nobody waited for is kept.
func (d *Desk) settleOrphans(ctx context.Context) error {
	if err := d.recordLate(ctx); err != nil {
		return err
	}
	open, err := d.store.Open(ctx)
	if err != nil {
		return unavailable("listing holds of an earlier run", err)
	}
	for _, before := range open {
		if s, _ := before.overdue(); s != "" {
			d.keeper.keep(before)
			continue
		}
		if err := d.settleOrphan(ctx, before); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) settleOrphan(ctx context.Context, before Hold) error {
	s, result := before.State.orphaned()
	after, err := before.stepped(s, func(h *Hold) { h.Result = result })
	if err != nil {
		return err
	}
	swapped, err := d.swap(ctx, before, after)
	if err == nil && !swapped {
		err = unavailable("settling hold "+before.ID, errors.New("another process changed it"))
	}
	if err == nil {
		err = d.write(ctx, changed(after, before.State, after.changedAt()))
	}
	if err != nil {
		return err
	}
	return d.mark(ctx, after)
}

// orphaned says how a hold ends whose session went down with an earlier run.
func (s State) orphaned() (step, string) {
	switch s {
	case Approved:
		return lapse, "holdfast stopped before it was sent"
	case Released:
		return lose, "holdfast stopped after it was released; the server may have run it"
	default:
		return abandon, "holdfast stopped while it waited"
	}
}

func (d *Desk) recordLate(ctx context.Context) error {
	unrecorded, err := d.store.Unrecorded(ctx)
	if err != nil {
		return unavailable("listing holds of an earlier run", err)
	}
	for _, h := range unrecorded {
		e := changed(h, "", h.changedAt())
		e.Late = true
		if err := d.write(ctx, e); err != nil {
			return err
		}
		if err := d.mark(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) mark(ctx context.Context, h Hold) error {
	ctx, cancel := disk(ctx)
	defer cancel()
	if err := d.store.Recorded(ctx, h.ID, h.State); err != nil {
		return unavailable("marking hold "+h.ID, err)
	}
	return nil
}
