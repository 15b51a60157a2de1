package chart

import (
	"math"
	"time"

	"gonum.org/v1/plot"

	"github.com/holdfast-db/holdfast/internal/wording"
)

// maxRowTicks is how many lines of the grid are above the axis: so few are read at a
// glance.
const maxRowTicks = 5

// rowTicks are round numbers of rows.
type rowTicks struct{ step, top float64 }

func newRowTicks(most float64) rowTicks {
	most = max(most, 1)
	for power := 1.0; ; power *= 10 {
		for _, part := range []float64{1, 2, 5} {
			if step := part * power; most <= maxRowTicks*step {
				return rowTicks{step: step, top: step * math.Ceil(most/step)}
			}
		}
	}
}

// Ticks implements plot.Ticker.
func (r rowTicks) Ticks(_, _ float64) (ticks []plot.Tick) {
	for rows := 0.0; rows <= r.top; rows += r.step {
		ticks = append(ticks, plot.Tick{Value: rows, Label: wording.Number(uint64(rows))})
	}
	return ticks
}

// maxDays is how many days are named under a chart: more would touch each other.
const maxDays = 12

// dayTicks are midnights; of a day or less, hours.
type dayTicks struct{ v Volume }

// Ticks implements plot.Ticker.
func (d dayTicks) Ticks(_, most float64) (ticks []plot.Tick) {
	v := d.v
	span := time.Duration(most * float64(v.Step))
	from, to := v.From.In(v.zone()), v.From.Add(span)
	layout, hours := "Mon 2", 24
	switch days := span.Hours() / 24; {
	case days <= 2.5:
		layout, hours = "15:04", 4
	case days > maxDays:
		layout, hours = "2 Jan", 24*int(math.Ceil(days/maxDays))
	}
	for at := midnight(from); !at.After(to); at = later(at, hours) {
		if !at.Before(from) && v.at(at) < most-0.02*most {
			ticks = append(ticks, plot.Tick{Value: v.at(at), Label: at.Format(layout)})
		}
	}
	return ticks
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// later is hours on the clock later: a day is a day when the clock changes.
func later(t time.Time, hours int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour()+hours, 0, 0, 0, t.Location())
}
