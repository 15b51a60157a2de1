package hold

import (
	"context"
	"errors"
	"hash/fnv"
	"strings"
	"time"
)

// A grant is good for one run. It is made and spent under the gate of its binding,
// so that of two identical statements one gets it, and nothing of it is in the store
// before its last change is in the record.

// gates is how many bindings can be changed at the same time, at least nearly: two
// that share a gate wait for each other's writes.
const gates = 64

// gateOf is the gate of a binding.
func (d *Desk) gateOf(binding string) gate {
	h := fnv.New32a()
	_, _ = h.Write([]byte(binding)) // never fails
	return d.gates[h.Sum32()%gates]
}

func (d *Desk) makeGates() {
	for i := range d.gates {
		d.gates[i] = make(gate, 1)
	}
}

// grantKept adds a yes to a hold that nobody waits for; the last one that is needed
// makes the grant.
func (d *Desk) grantKept(ctx context.Context, before Hold, who answerer, dec Decision) (Hold, error) {
	after, err := before.approvedBy(d.People(), who, dec, grant)
	if err != nil {
		return Hold{}, err
	}
	if err := d.swapKept(ctx, before, after); err != nil {
		return Hold{}, err
	}
	if err := d.write(ctx, changed(after, before.State, after.Approvals[len(after.Approvals)-1].At)); err != nil {
		d.takeBack(before, after, err)
		return Hold{}, err
	}
	d.later.recorded(after)
	if after.State == Granted {
		d.keeper.keep(after)
	}
	return after.clone(), nil
}

// swapKept stores an approval. After a failure it looks: if the store took it, it
// counts; if not, it may be given again; if the store does not say, it is taken back
// later, should it be there.
func (d *Desk) swapKept(ctx context.Context, before, after Hold) error {
	swapped, err := d.swap(ctx, before, after)
	if err == nil && swapped {
		return nil
	}
	if err == nil {
		return unavailable("storing hold "+before.ID, errors.New("another process changed it"))
	}
	known, err := d.took(ctx, before, after, err)
	if !known {
		d.takeBack(before, after, err)
	}
	return err
}

// takeBack undoes an approval of which it is not known that it is in the store and
// in the record. Until that is done nobody can answer or spend it.
func (d *Desk) takeBack(before, after Hold, cause error) {
	if after.State == Granted {
		d.keeper.forget(before.ID)
		d.later.end(before, lapse, notSent+cause.Error())
		return
	}
	d.later.put(job{id: before.ID, asked: before.Asked, revert: &before})
}

// spend releases the first grant among those bound that is still good. Where its
// release cannot be written nothing may be sent, and the grant is over.
func (d *Desk) spend(ctx context.Context, bound []Hold) (h Hold, spent bool, err error) {
	if _, why := d.gone(ctx); why != nil {
		return Hold{}, false, nil
	}
	for _, before := range bound {
		if before.State != Granted || before.OfFile() || !clock().Before(before.GrantUntil) || d.later.unwritten(before.ID) != nil {
			continue
		}
		after, err := before.stepped(release, func(h *Hold) { h.Result = "" })
		if err != nil {
			return Hold{}, true, err
		}
		swapped, err := d.swap(ctx, before, after)
		if err == nil && !swapped {
			continue // it has just lapsed
		}
		if err == nil {
			err = d.write(ctx, changed(after, before.State, after.ReleaseAt))
		}
		d.keeper.forget(before.ID)
		if err != nil {
			d.later.end(before, lapse, notSent+err.Error())
			return Hold{}, true, err
		}
		d.later.recorded(after)
		d.noteSpent(after)
		return after.clone(), true, nil
	}
	return Hold{}, false, nil
}

// noteSpent remembers a grant that was sent until its outcome is written.
func (d *Desk) noteSpent(h Hold) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spent[h.ID] = h.Binding
}

// outcome is the step that a released hold takes when its statement ended as s says
// with that result.
func (h Hold) outcome(s step, result string) step {
	if s == fail && h.harmless(result) && clock().Before(h.GrantUntil) {
		return giveBack
	}
	return s
}

// harmless says that a statement which failed with that result has done nothing.
func (h Hold) harmless(result string) bool { return h.Undone || strings.HasPrefix(result, notSent) }

// settled is called when an outcome is written, or lost. A grant that was given back
// is kept again.
func (d *Desk) settled(id string, h Hold) {
	d.mu.Lock()
	delete(d.spent, id)
	d.mu.Unlock()
	if h.State == Granted {
		d.keeper.keep(h)
	}
}

// awaitGivenBack waits until it is written what became of the same statement a moment
// ago: who repeats it at once after an error finds the grant given back. The caller
// has the gate, so that who came first is first; outcomes are written without it.
func (d *Desk) awaitGivenBack(ctx context.Context, binding string) {
	timeout := time.NewTimer(diskWait)
	defer timeout.Stop()
	for _, id := range d.spentOf(binding) {
		written := d.later.unwritten(id)
		if written == nil {
			continue
		}
		select {
		case <-written:
		case <-timeout.C:
			return
		case <-ctx.Done():
			return
		case <-d.stopping:
			return
		}
	}
}

// spentOf are the grants of a binding whose outcome is not written.
func (d *Desk) spentOf(binding string) (ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, b := range d.spent {
		if b == binding {
			ids = append(ids, id)
		}
	}
	return ids
}
