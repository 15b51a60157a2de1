package simulate

import (
	"context"
	"errors"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// diskMutants are stores and records that are wrong on purpose, or what comes to
// the same: desks that use them wrongly.
func diskMutants() map[string]Options {
	all := map[string]Options{}
	for name, wrap := range map[string]func(*port) (hold.Store, hold.Record){
		"ignores the swap's result":           func(p *port) (hold.Store, hold.Record) { return &swapless{port: p}, p },
		"spends a grant without storing it":   func(p *port) (hold.Store, hold.Record) { return &lavish{port: p}, p },
		"releases before the store's write":   func(p *port) (hold.Store, hold.Record) { return &hasty{port: p}, p },
		"releases before the record's write":  func(p *port) (hold.Store, hold.Record) { return p, &behind{p} },
		"records no denial":                   func(p *port) (hold.Store, hold.Record) { return p, &partial{p} },
		"takes a failed record for written":   func(p *port) (hold.Store, hold.Record) { return p, &trusting{p} },
		"leaves orphans":                      func(p *port) (hold.Store, hold.Record) { return &heartless{p}, p },
		"does not look for what is unwritten": func(p *port) (hold.Store, hold.Record) { return &blind{p}, p },
		"stores a hold that it has already":   func(p *port) (hold.Store, hold.Record) { return &overwriter{p}, p },
	} {
		all[name] = Options{Disk: wrap}
	}
	return all
}

type swapless struct{ *port }

func (m *swapless) Swap(ctx context.Context, before, after hold.Hold) (bool, error) {
	_, _ = m.port.Swap(ctx, before, after)
	return true, nil
}

type lavish struct{ *port }

func (m *lavish) Swap(ctx context.Context, before, after hold.Hold) (bool, error) {
	if before.State == hold.Granted && after.State == hold.Released {
		return true, nil
	}
	return m.port.Swap(ctx, before, after)
}

type hasty struct{ *port }

func (m *hasty) Swap(ctx context.Context, before, after hold.Hold) (bool, error) {
	if after.State == hold.Released {
		go m.port.Swap(context.WithoutCancel(ctx), before, after)
		return true, nil
	}
	return m.port.Swap(ctx, before, after)
}

type behind struct{ *port }

func (m *behind) Write(ctx context.Context, e event.Event) error {
	if e.(event.HoldChanged).State == string(hold.Released) {
		go m.port.Write(context.WithoutCancel(ctx), e)
		return nil
	}
	return m.port.Write(ctx, e)
}

type partial struct{ *port }

func (m *partial) Write(ctx context.Context, e event.Event) error {
	if e.(event.HoldChanged).State == string(hold.Denied) {
		return nil
	}
	return m.port.Write(ctx, e)
}

type trusting struct{ *port }

func (m *trusting) Write(ctx context.Context, e event.Event) error {
	_ = m.port.Write(ctx, e)
	return nil
}

type heartless struct{ *port }

func (m *heartless) Open(context.Context) ([]hold.Hold, error) { return nil, nil }

type blind struct{ *port }

func (m *blind) Unrecorded(context.Context) ([]hold.Hold, error) { return nil, nil }

type overwriter struct{ *port }

// Insert says that a taken id is free.
func (m *overwriter) Insert(ctx context.Context, h hold.Hold) error {
	if err := m.port.Insert(ctx, h); !errors.Is(err, hold.ErrDuplicateID) {
		return err
	}
	return nil
}
