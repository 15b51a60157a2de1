package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// Play runs a watch over a world and returns what it raised.
func Play(w *World, o volume.Options) ([]volume.Alert, error) {
	var alerts []volume.Alert
	watch, err := volume.NewWatch(o, func(a volume.Alert) {
		if a.State == volume.Raised {
			alerts = append(alerts, a)
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range w.Counts {
		if err := watch.Add(&w.Counts[i]); err != nil {
			return nil, fmt.Errorf("adding line %d: %w", i+1, err)
		}
	}
	return alerts, nil
}

// Found is what came of one truth.
type Found struct {
	Truth
	InTime bool
	After  time.Duration // of the first alert since it began; negative: never
	Alerts int
}

// Result is the score of one or more worlds.
type Result struct {
	Found  []Found
	False  []volume.Alert
	Weeks  float64 // of a hundred tables, after the learning
	Alerts int
}

// patience is how long after the end of a truth an alert on its table still
// belongs to it: windows and sums reach back.
const patience = 36 * hour

// Score compares alerts with what was done.
func Score(w *World, alerts []volume.Alert) Result {
	r := Result{Weeks: float64(Days-Learning) / 7 * float64(w.Tables) / 100}
	for _, t := range w.Truths {
		r.Found = append(r.Found, Found{Truth: t, After: -1})
	}
	for _, a := range alerts {
		at := int(a.At.Sub(start) / time.Second)
		if at < Learning*day {
			continue
		}
		r.Alerts++
		f := belongs(r.Found, a, at)
		if f == nil {
			r.False = append(r.False, a)
			continue
		}
		f.Alerts++
		if f.After < 0 {
			f.After = time.Duration(at-f.From) * time.Second
			f.InTime = at <= f.deadline()
		}
	}
	return r
}

func belongs(found []Found, a volume.Alert, at int) *Found {
	for i := range found {
		if f := &found[i]; f.Table == a.Table && (f.What != Job || f.Actor.String() == a.Actor) && at >= f.From && at <= f.To+patience {
			return f
		}
	}
	return nil
}

// deadline is by when a truth has to be told: a minute after a bulk crossed, two
// days for a steady leak, seven for others.
func (t *Truth) deadline() int {
	switch t.What {
	case Bulk:
		return t.Crossed + 60
	case Steady:
		return t.From + 2*day
	default:
		return t.From + 7*day
	}
}

// Add pools another result.
func (r *Result) Add(other Result) {
	r.Found = append(r.Found, other.Found...)
	r.False = append(r.False, other.False...)
	r.Weeks += other.Weeks
	r.Alerts += other.Alerts
}

// Share is how many there were of some kinds, and the share of them told in time.
func (r *Result) Share(what ...string) (n int, share float64) {
	told := 0
	for _, f := range r.Found {
		if slices.Contains(what, f.What) {
			n++
			if f.InTime {
				told++
			}
		}
	}
	return n, float64(told) / float64(max(n, 1))
}

// Most is the most alerts on one of some kinds.
func (r *Result) Most(what ...string) int {
	most := 0
	for _, f := range r.Found {
		if slices.Contains(what, f.What) {
			most = max(most, f.Alerts)
		}
	}
	return most
}

// Median is the median time to the first alert on those of a kind that were told.
func (r *Result) Median(what string) time.Duration {
	var after []time.Duration
	for _, f := range r.Found {
		if f.What == what && f.After >= 0 {
			after = append(after, f.After)
		}
	}
	if len(after) == 0 {
		return 0
	}
	slices.Sort(after)
	return after[len(after)/2]
}

// FalseRate is the false alarms per hundred tables and week.
func (r *Result) FalseRate() float64 { return float64(len(r.False)) / max(r.Weeks, 1e-9) }
