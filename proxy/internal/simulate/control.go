package simulate

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// control is a model of the control store: what internal/store keeps in SQLite.
type control struct {
	holds []*stored // as they were inserted
	byID  map[string]*stored
}

type stored struct {
	hold.Hold
	recorded bool
}

var _ hold.Store = (*port)(nil)

// copied shares nothing with h.
func copied(h hold.Hold) hold.Hold {
	h.Statements, h.Approvals = slices.Clone(h.Statements), slices.Clone(h.Approvals)
	return h
}

// Insert implements hold.Store.
func (p *port) Insert(ctx context.Context, h hold.Hold) error {
	return p.do(ctx, "insert "+h.ID, func() error {
		if p.control.byID[h.ID] != nil {
			return hold.ErrDuplicateID
		}
		s := &stored{Hold: copied(h)}
		p.control.byID[h.ID] = s
		p.control.holds = append(p.control.holds, s)
		p.w.ledger.inserted(h)
		return nil
	})
}

// Swap implements hold.Store.
func (p *port) Swap(ctx context.Context, before, after hold.Hold) (swapped bool, err error) {
	err = p.do(ctx, "swap "+before.ID+" "+string(before.State)+" "+string(after.State), func() error {
		s := p.control.byID[before.ID]
		if s == nil || s.State != before.State || len(s.Approvals) != len(before.Approvals) {
			return nil
		}
		p.w.ledger.swapped(s.Hold, after)
		s.Hold, s.recorded, swapped = copied(after), false, true
		return nil
	})
	return swapped && err == nil, err
}

// Recorded implements hold.Store.
func (p *port) Recorded(ctx context.Context, id string, state hold.State) error {
	return p.do(ctx, "mark "+id+" "+string(state), func() error {
		if s := p.control.byID[id]; s != nil && s.State == state {
			s.recorded = true
		}
		return nil
	})
}

// Load implements hold.Store.
func (p *port) Load(ctx context.Context, id string) (h hold.Hold, err error) {
	err = p.do(ctx, "load "+id, func() error {
		s := p.control.byID[id]
		if s == nil {
			return hold.ErrUnknownID
		}
		h = copied(s.Hold)
		return nil
	})
	return h, err
}

// Open implements hold.Store.
func (p *port) Open(ctx context.Context) ([]hold.Hold, error) {
	list, err := p.list(ctx, "open", func(s *stored) bool { return s.State.Open() })
	slices.SortFunc(list, func(a, b hold.Hold) int {
		if c := a.Expires.Compare(b.Expires); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list, err
}

// Ended implements hold.Store.
func (p *port) Ended(ctx context.Context, limit int) ([]hold.Hold, error) {
	list, err := p.list(ctx, "ended", func(s *stored) bool { return !s.State.Open() })
	slices.Reverse(list)
	return list[:min(len(list), limit)], err
}

// Bound implements hold.Store.
func (p *port) Bound(ctx context.Context, binding string) ([]hold.Hold, error) {
	return p.list(ctx, "bound "+binding, func(s *stored) bool {
		return s.Binding == binding && (s.State == hold.Pending || s.State == hold.Granted)
	})
}

// Listing implements hold.Store: nobody asks about files here.
func (p *port) Listing(ctx context.Context, item string) ([]hold.Hold, error) {
	return p.list(ctx, "listing "+item, func(s *stored) bool {
		return s.State == hold.Granted && slices.ContainsFunc(s.Items, func(i hold.Item) bool { return i.Key == item })
	})
}

// Under implements hold.Store.
func (p *port) Under(ctx context.Context, id string) ([]hold.Hold, error) {
	return p.list(ctx, "under "+id, func(s *stored) bool { return s.Under == id })
}

// Unrecorded implements hold.Store.
func (p *port) Unrecorded(ctx context.Context) ([]hold.Hold, error) {
	return p.list(ctx, "unrecorded", func(s *stored) bool { return !s.recorded })
}

func (p *port) list(ctx context.Context, key string, which func(*stored) bool) (list []hold.Hold, err error) {
	err = p.do(ctx, "list "+key, func() error {
		for _, s := range p.control.holds {
			if which(s) {
				list = append(list, copied(s.Hold))
			}
		}
		return nil
	})
	return list, err
}
