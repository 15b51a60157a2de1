package hold

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/holdfast-db/holdfast/internal/event"
)

// fileChange is what the end of a statement makes of the file that lists it.
type fileChange struct {
	hold  Hold               // as it is stored now
	event *event.HoldChanged // to be written to the record, or nil

	// stored is false after a write that failed: it may have taken effect all the same.
	stored bool
}

// settleFile puts into a file how the statement of j ended: one that the server undid with
// an error, or that was not sent, can be sent again; with the last one the file ends.
func (d *Desk) settleFile(ctx context.Context, j *job) error {
	if j.hold.Under == "" || j.hold.Item == "" || j.hold.State.Open() {
		return nil
	}
	if j.file == nil || !j.file.stored {
		if err := d.storeFile(ctx, j); err != nil || j.file == nil {
			return err
		}
	}
	if j.file.event != nil {
		if err := d.write(ctx, *j.file.event); err != nil {
			return err
		}
		j.file.event = nil
	}
	return d.mark(ctx, j.file.hold)
}

// storeFile stores it; j.file stays nil where nothing changes.
func (d *Desk) storeFile(ctx context.Context, j *job) error {
	before, err := d.load(ctx, j.hold.Under)
	if errors.Is(err, ErrUnknownID) || err == nil && !before.OfFile() {
		return nil // it was under the approval of a transaction, or ended long ago
	}
	if err != nil {
		return err
	}
	if j.file != nil && before.State == j.file.hold.State && slices.EqualFunc(before.Spent, j.file.hold.Spent, sameSpent) {
		j.file.stored = true
		return nil
	}
	after, err := d.fileAfter(ctx, before, j.hold)
	if err != nil || after.State == before.State && len(after.Spent) == len(before.Spent) {
		return err
	}
	if j.file = (&fileChange{hold: after}); after.State != before.State {
		e := changed(after, before.State, clock())
		j.file.event = &e
	}
	swapped, err := d.swap(ctx, before, after)
	if err == nil && !swapped {
		j.file = nil
		err = unavailable("settling an item of hold "+before.ID, errors.New("it changed meanwhile"))
	}
	if err != nil {
		return err
	}
	j.file.stored = true
	if after.State == Granted {
		d.keeper.keep(after)
	}
	return nil
}

func sameSpent(a, b Spent) bool { return a.Item == b.Item && a.At.Equal(b.At) }

// fileAfter is a file once one of its statements has ended.
func (d *Desk) fileAfter(ctx context.Context, before, child Hold) (Hold, error) {
	after := before.itemBack(child)
	s, result, err := d.fileOutcome(ctx, after)
	if err != nil || s == "" {
		return after, err
	}
	return after.stepped(s, func(h *Hold) { h.Result = result })
}

// itemBack is a file with the item of a statement that has done nothing open again.
func (h Hold) itemBack(child Hold) Hold {
	h = h.clone()
	if h.State != Granted && h.State != Released || child.State != Failed || !child.harmless(child.Result) {
		return h
	}
	i := slices.IndexFunc(h.Spent, func(s Spent) bool { return h.Items[s.Item].Key == child.Item })
	if i >= 0 {
		h.Spent = slices.Delete(h.Spent, i, i+1)
	}
	return h
}

// fileOutcome is how a file ends of which everything was sent: empty while it does not.
func (d *Desk) fileOutcome(ctx context.Context, file Hold) (s step, result string, err error) {
	if file.State != Released {
		return "", "", nil
	}
	if len(file.Left()) > 0 {
		if clock().Before(file.GrantUntil) {
			return giveBack, "", nil
		}
		return fail, file.lapsedFile(), nil
	}
	sent, err := d.store.Under(ctx, file.ID)
	if err != nil {
		return "", "", unavailable("listing the statements of hold "+file.ID, err)
	}
	s, result = execute, fmt.Sprintf("all %d statements were run", len(file.Items))
	count := 0 // without those that were given back
	for _, h := range sent {
		switch {
		case h.State.Open():
			return "", "", nil
		case h.State == Failed && h.harmless(h.Result):
			continue
		case h.State == Unknown:
			s, result = lose, "of hold "+h.ID+" it is not known whether it ran"
		case h.State == Failed && s != lose:
			s, result = fail, "hold "+h.ID+" failed"
		}
		count++
	}
	if count < len(file.Items) { // the last one is about to be sent
		return "", "", nil
	}
	return s, result, nil
}
