package alert

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Get finds an alert. Errors: ErrUnknownID, hold.ErrUnavailable.
func (d *Desk) Get(ctx context.Context, id string) (Alert, error) {
	k, err := d.find(ctx, id)
	return k.Alert, err
}

// List is the alerts that last or whose brake is on, the newest first; with all, those
// that are over follow, maxOver at most. The error wraps hold.ErrUnavailable.
func (d *Desk) List(ctx context.Context, all bool) ([]Alert, error) {
	live, over := d.inMemory()
	if !all {
		return live, nil
	}
	stored, err := d.options.Store.LoadAlerts(ctx, false, maxOver)
	if err != nil {
		return nil, fmt.Errorf("listing alerts: %w: %w", hold.ErrUnavailable, err)
	}
	for _, k := range stored {
		known := func(a Alert) bool { return a.ID == k.ID }
		if !slices.ContainsFunc(live, known) && !slices.ContainsFunc(over, known) {
			over = append(over, k.Alert)
		}
	}
	slices.SortFunc(over, newestFirst)
	return append(live, over[:min(len(over), maxOver)]...), nil
}

func (d *Desk) inMemory() (live, over []Alert) {
	d.state.Lock()
	defer d.state.Unlock()
	for _, l := range d.live {
		if l.Live() {
			live = append(live, l.clone().Alert)
		} else {
			over = append(over, l.clone().Alert)
		}
	}
	slices.SortFunc(live, newestFirst)
	return live, over
}

func newestFirst(a, b Alert) int { return cmp.Or(b.Raised.Compare(a.Raised), cmp.Compare(a.ID, b.ID)) }

// Health is how the desk itself is.
type Health struct {
	// Learned is when the baseline speaks, or has begun to; before it only limits are
	// told.
	Learned time.Time

	// Fault is why what was counted cannot be kept, or is not judged; empty when all is
	// well.
	Fault string

	// Lost is how many counts could not be told apart, since there were more tables and
	// actors than are, and alerts that were only logged.
	Lost uint64

	// Gaps are times whose counts are lost.
	Gaps []Span
}

// Health says how the desk itself is.
func (d *Desk) Health() Health {
	d.counting.Lock()
	defer d.counting.Unlock()
	shared, dropped := d.counters.Lost()
	h := Health{
		Learned: d.watch.LearnedFrom(), Gaps: slices.Clone(d.lost),
		Lost: d.dropped + d.intake.lost.Load() + d.watch.Overrun() + shared + uint64(dropped),
	}
	for _, t := range []*trouble{&d.keeping, &d.judging} {
		if h.Fault == "" {
			h.Fault = t.is()
		}
	}
	return h
}
