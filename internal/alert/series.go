package alert

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// MaxSteps bounds a series: five weeks of hours, and as many again.
	MaxSteps = 2 * 5 * 7 * 24

	// maxLines is how many actors a series tells apart; the rest is one line.
	maxLines = 8
)

// SeriesOf says of what, and in which steps: whole ones, of at least a minute, and at
// most MaxSteps.
type SeriesOf struct {
	Host, Database, Table string
	From, To              time.Time
	Step                  time.Duration
}

// Check says what is wrong with the span and the steps.
func (of SeriesOf) Check() error {
	_, err := of.steps()
	return err
}

func (of SeriesOf) steps() (int, error) {
	of.From, of.To = wholeMinutes(of.From, of.To)
	if of.Step < time.Minute {
		return 0, fmt.Errorf("the step is %v; it must be at least a minute", of.Step)
	}
	if !of.From.Before(of.To) {
		return 0, fmt.Errorf("%s is not before %s", of.From.Format(time.RFC3339), of.To.Format(time.RFC3339))
	}
	steps := (of.To.Sub(of.From) + of.Step - 1) / of.Step
	if steps > MaxSteps {
		return 0, fmt.Errorf("there are %d steps; at most %d are told apart", steps, MaxSteps)
	}
	return int(steps), nil
}

// Series is what was deleted from one table over time. The last step may reach beyond
// SeriesOf.To.
func (d *Desk) Series(ctx context.Context, of SeriesOf) (Series, error) {
	of.From, of.To = wholeMinutes(of.From, of.To)
	steps, err := of.steps()
	if err != nil {
		return Series{}, fmt.Errorf("reading a series: %w", err)
	}
	s := Series{From: of.From.UTC(), Step: of.Step}
	to := s.From.Add(time.Duration(steps) * of.Step)
	if s.Alerts, err = d.alertsOn(ctx, of, to); err != nil {
		return Series{}, err
	}
	d.counting.Lock()
	defer d.counting.Unlock()
	at := place{of.Host, of.Database, of.Table}
	s.Actors = d.lines(at, s.From, to, of.Step, steps)
	for i := range steps {
		from := s.From.Add(time.Duration(i) * of.Step)
		s.Usual = append(s.Usual, d.usual(at, from, from.Add(of.Step)))
	}
	for _, l := range d.lost {
		if l.From.Before(to) && l.To.After(s.From) {
			s.Lost = append(s.Lost, l)
		}
	}
	return s, nil
}

// lines is what each actor did, the most first.
func (d *Desk) lines(at place, from, to time.Time, step time.Duration, steps int) []Line {
	found, sums := map[volume.Actor]*Line{}, map[volume.Actor]float64{}
	d.counters.Each(from, to, func(t time.Time, span time.Duration, k volume.Key, deleted, updated uint32) {
		if at != (place{k.Host, k.Database, k.Table}) {
			return
		}
		l := found[k.Actor]
		if l == nil {
			l = &Line{Actor: k.Actor, Deleted: make([]float64, steps), Updated: make([]float64, steps)}
			found[k.Actor] = l
		}
		sums[k.Actor] += float64(deleted)
		spread(l.Deleted, t, span, from, step, float64(deleted))
		spread(l.Updated, t, span, from, step, float64(updated))
	})
	var list []Line
	for _, l := range found {
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Line) int {
		return cmp.Or(cmp.Compare(sums[b.Actor], sums[a.Actor]), cmp.Compare(a.String(), b.String()))
	})
	return together(list)
}

// together makes one line of all but the first ones.
func together(list []Line) []Line {
	if len(list) <= maxLines {
		return list
	}
	rest := list[maxLines-1]
	for _, l := range list[maxLines:] {
		for i := range rest.Deleted {
			rest.Deleted[i] += l.Deleted[i]
			rest.Updated[i] += l.Updated[i]
		}
	}
	rest.Actor = volume.Actor{User: others}
	return append(list[:maxLines-1], rest)
}

// alertsOn is the alerts on a table that began within a series, the oldest first.
func (d *Desk) alertsOn(ctx context.Context, of SeriesOf, to time.Time) (list []Alert, err error) {
	all, err := d.List(ctx, true)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Host == of.Host && a.Database == of.Database && a.Table == of.Table && !a.Since.Before(of.From) && a.Since.Before(to) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b Alert) int { return a.Since.Compare(b.Since) })
	return list, nil
}
