package hold

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Item is a statement of a file that people approve together.
type Item struct {
	Key        string   // of the statement and its search_path: what Request.Item has
	Hash       string   // of the statement alone, for people and programs
	Line       int      // of the file
	Statements []string // what it does, as in Request.Statements
}

// Spent is that an item was sent; see Hold.Spent.
type Spent struct {
	Item int // index in Request.Items
	At   time.Time
}

// OfFile is true for a hold that lists the statements of a file. Its approval is a grant
// for each of them, once.
func (r Request) OfFile() bool { return len(r.Items) > 0 }

// Left are the items that can still be sent once, by their index.
func (h Hold) Left() (items []int) {
	for i := range h.Items {
		if !slices.ContainsFunc(h.Spent, func(s Spent) bool { return s.Item == i }) {
			items = append(items, i)
		}
	}
	return items
}

// Submit asks people about a file: r has its Items and a Binding. Nobody waits. Where the
// same is asked already, or granted, that hold comes back. Errors: ErrNotAllowed when it
// is not known who asks, and one that wraps ErrUnavailable.
func (d *Desk) Submit(ctx context.Context, r Request, by Answerer) (Hold, error) {
	who, err := d.People().identify(by)
	if err != nil {
		return Hold{}, notAllowed("who asks for a file must be known, and %s", err)
	}
	if !r.OfFile() || r.Binding == "" {
		return Hold{}, errors.New("asking about a file: it has no items or no binding")
	}
	r.Submitter, r.Return = who.name, true
	return d.Wait(ctx, r, nil)
}

// item lets a statement go on that an approved file lists: its item is spent in the
// store first, and then it gets a hold of its own, as under an approval of a transaction.
// spent says that Wait is done.
func (d *Desk) item(ctx context.Context, r Request) (h Hold, spent bool, err error) {
	if r.Item == "" || ctx.Err() != nil {
		return Hold{}, false, nil
	}
	d.awaitGivenBack(ctx, r.Item)
	listing, err := d.listing(ctx, r.Item)
	if err != nil {
		return Hold{}, true, err
	}
	for _, file := range listing {
		if h, spent, err = d.itemOf(ctx, file, r); spent || err != nil {
			return h, true, err
		}
	}
	return Hold{}, false, nil
}

func (d *Desk) listing(ctx context.Context, item string) ([]Hold, error) {
	ctx, cancel := disk(ctx)
	defer cancel()
	list, err := d.store.Listing(ctx, item)
	if err != nil {
		return nil, unavailable("looking for an approved file", err)
	}
	return list, nil
}

// itemOf spends an item of one file, under the gate under which it can be revoked.
func (d *Desk) itemOf(ctx context.Context, file Hold, r Request) (Hold, bool, error) {
	g := d.gateOf(file.Binding)
	if err := g.LockSoon(ctx); err != nil && ctx.Err() == nil {
		return Hold{}, false, unavailable("looking for an approved file", err)
	} else if err != nil {
		return Hold{}, false, nil // it leaves
	}
	defer g.Unlock()
	if _, why := d.gone(ctx); why != nil {
		return Hold{}, false, nil
	}
	for range itemTries {
		before, err := d.stored(ctx, file.ID) // it may have changed meanwhile
		if err != nil {
			return Hold{}, false, err
		}
		i, approvals, ok := before.lists(d.People(), r)
		if !ok || d.later.unwritten(before.ID) != nil {
			return Hold{}, false, nil
		}
		after, swapped, err := d.spendItem(ctx, before, i)
		if err != nil {
			return Hold{}, false, err
		}
		if swapped {
			h, err := d.sendItem(ctx, r, after, approvals)
			return h, err == nil, err
		}
	}
	return Hold{}, false, unavailable("spending an item of hold "+file.ID, errors.New("it changes all the time"))
}

// itemTries bounds how often a file is looked at again that changes while one of its
// items is spent: the outcome of another statement is written into it without the gate.
const itemTries = 5

// spendItem notes in the store that an item is sent. With the last one the file is
// released. The record has the statement itself, with its file, before it is sent. It is
// not swapped when the file is another by now.
func (d *Desk) spendItem(ctx context.Context, before Hold, i int) (after Hold, swapped bool, err error) {
	after = before.clone()
	after.Spent = append(after.Spent, Spent{Item: i, At: clock()})
	last := len(after.Left()) == 0
	if last {
		if after, err = after.stepped(release, nil); err != nil {
			return Hold{}, false, err
		}
	}
	swapped, err = d.swap(ctx, before, after)
	if err == nil && swapped && last {
		d.keeper.forget(before.ID)
		err = d.write(ctx, changed(after, before.State, after.ReleaseAt))
	}
	if err != nil {
		d.endUnsent(after, err)
		return Hold{}, false, err
	}
	if swapped {
		d.later.recorded(after)
	}
	return after, swapped, nil
}

// endUnsent ends a file of which the last statement was to be sent and was not: nothing
// else would. Before the last one, the others can still be sent.
func (d *Desk) endUnsent(file Hold, cause error) {
	if file.State == Released {
		d.later.end(file, lapse, notSent+cause.Error())
	}
}

// sendItem gives a statement of a file its own hold, and remembers it until it is written
// how it ended, as noteSpent does a grant.
func (d *Desk) sendItem(ctx context.Context, r Request, file Hold, approvals []Approval) (Hold, error) {
	h, err := d.sendUnder(ctx, r, file, approvals)
	if err != nil {
		d.endUnsent(file, err)
		return Hold{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spent[h.ID] = h.Item
	return h, nil
}

// lists says that a file is granted and lists a statement of r that was not sent, and that
// its approvals are enough by the people and the policy of now.
func (h Hold) lists(people People, r Request) (item int, approvals []Approval, ok bool) {
	if h.State != Granted || !clock().Before(h.GrantUntil) || h.Host != r.Host || h.Database != r.Database || h.User != r.User ||
		h.Application != "" && h.Application != r.Application || !people.sameRequester(h.Request, r) || r.TypeName && !h.TypeName {
		return 0, nil, false
	}
	i := slices.IndexFunc(h.Left(), func(i int) bool { return h.Items[i].Key == r.Item })
	if i < 0 {
		return 0, nil, false
	}
	approvals, ok = people.enough(h.Approvals, r)
	return h.Left()[i], approvals, ok
}

// lapsedFile is the cause of the end of a file's time.
func (h Hold) lapsedFile() string {
	return fmt.Sprintf("%d of its %d statements were run in its time", len(h.Spent), len(h.Items))
}
