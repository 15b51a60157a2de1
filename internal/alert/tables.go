package alert

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// TableSteps is in how many parts Tables divides its span: hours of a day, or an hour or
// so of a sparkline.
const TableSteps = 24

// CountsKept is for how long counts are kept.
const CountsKept = 35 * 24 * time.Hour

// Tables is every table from which rows were deleted or updated between from and to,
// in whole minutes, the most deleted first.
func (d *Desk) Tables(_ context.Context, from, to time.Time) ([]Table, error) {
	if !from.Before(to) {
		return nil, fmt.Errorf("summing tables: %s is not before %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	from, to = wholeMinutes(from, to)
	d.counting.Lock()
	defer d.counting.Unlock()
	step := max(to.Sub(from)/TableSteps, 1)
	found := map[place]*Table{}
	d.counters.Each(from, to, func(at time.Time, span time.Duration, k volume.Key, deleted, updated uint32) {
		t := found[place{k.Host, k.Database, k.Table}]
		if t == nil {
			t = &Table{Host: k.Host, Environment: d.options.Environments[k.Host], Database: k.Database, Table: k.Table, Steps: make([]float64, TableSteps)}
			found[place{k.Host, k.Database, k.Table}] = t
		}
		part := within(at, span, from, to)
		t.Deleted += int64(math.Round(part * float64(deleted)))
		t.Updated += int64(math.Round(part * float64(updated)))
		if k.Actor == behindActor {
			t.Behind += int64(math.Round(part * float64(deleted)))
		}
		spread(t.Steps, at, span, from, step, float64(deleted))
	})
	ids := d.lasting()
	list := make([]Table, 0, len(found))
	for at, t := range found {
		t.Rows, t.Open = d.size(at), ids[at]
		t.Usual = d.usual(at, from, to)
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Table) int {
		return cmp.Or(cmp.Compare(b.Deleted, a.Deleted), cmp.Compare(b.Updated, a.Updated),
			cmp.Compare(a.Host, b.Host), cmp.Compare(a.Database, b.Database), cmp.Compare(a.Table, b.Table))
	})
	return list, nil
}

// wholeMinutes widens a span to whole minutes: counts are no finer, and those of the
// minute in progress are of the time up to now.
func wholeMinutes(from, to time.Time) (time.Time, time.Time) {
	if end := to.Truncate(time.Minute); end.Before(to) {
		to = end.Add(time.Minute)
	}
	return from.Truncate(time.Minute), to
}

// lasting is the ids of the alerts that last, by table.
func (d *Desk) lasting() map[place][]string {
	d.state.Lock()
	defer d.state.Unlock()
	ids := map[place][]string{}
	for _, l := range d.live {
		if l.Lasts() {
			at := place{l.Host, l.Database, l.Table}
			ids[at] = append(ids[at], l.ID)
		}
	}
	for _, list := range ids {
		slices.Sort(list)
	}
	return ids
}

// usual is the upper end of what is usual between two times; NaN where any of it lies in
// the learning.
func (d *Desk) usual(at place, from, to time.Time) float64 {
	mean, variance := 0.0, 0.0
	for hour := from.Truncate(time.Hour); hour.Before(to); hour = hour.Add(time.Hour) {
		m, v, ok := d.watch.Usual(at.host, at.database, at.table, hour)
		if !ok {
			return math.NaN()
		}
		part := within(hour, time.Hour, from, to)
		mean, variance = mean+part*m, variance+part*v
	}
	return volume.UpperEnd(mean, variance)
}

// within is the part of a span from at that lies between two times.
func within(at time.Time, span time.Duration, from, to time.Time) float64 {
	begin, end := at, at.Add(span)
	if begin.Before(from) {
		begin = from
	}
	if end.After(to) {
		end = to
	}
	return float64(max(end.Sub(begin), 0)) / float64(span)
}

// spread adds rows to the steps that a span from at lies in, by its part in each.
func spread(steps []float64, at time.Time, span time.Duration, from time.Time, step time.Duration, rows float64) {
	first := max(int(at.Sub(from)/step), 0)
	for i := first; i < len(steps); i++ {
		begin := from.Add(time.Duration(i) * step)
		if !begin.Before(at.Add(span)) {
			return
		}
		steps[i] += rows * within(at, span, begin, begin.Add(step))
	}
}
