package hold

import (
	"context"
	"errors"
)

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
		d.later.end(before, lapse, notSent+err.Error())
		return Hold{}, err
	}
	d.later.recorded(after)
	d.openScope(after)
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
