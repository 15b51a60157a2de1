package volume

import (
	"math"
	"slices"
)

// dayNoise is how much the days of all actors differ from what is expected of
// them, as a variance of the ratio.
type dayNoise struct {
	Mean float64
	Days float64
}

const (
	firstDay = 0.15 * 0.15

	// The guess counts as much as firstDays days of one actor, and what was seen
	// at most as much as mostDays.
	firstDays = 20
	mostDays  = 300
)

func (d *dayNoise) learn(square float64) {
	d.Days = min(d.Days+1, mostDays)
	d.Mean += (square - d.Mean) / (firstDays + d.Days)
}

const (
	// When most actors delete more than usual, that is traffic, not a leak. It
	// needs so many actors to say so, and is believed up to mostTraffic times.
	trafficActors = 10
	trafficRows   = 8 // in about four hours
	mostTraffic   = 3
)

// closing is what all units need to know of the hour that is over.
type closing struct {
	*Watch
	hour    int64
	h       int // of the week
	learned bool
	traffic float64 // how many times the usual all actors together delete
	table   *table
}

// unusual is the most that an hour teaches.
func (c *closing) unusual(expected, spread float64) float64 {
	mean := expected * c.traffic
	return mean + 4*math.Sqrt(spread*mean) + 3
}

// closeHour closes the hour in progress of every actor.
func (w *Watch) closeHour() {
	c := closing{Watch: w, hour: w.Hour, h: w.hourOfWeek(w.Hour), learned: w.learned(), traffic: w.Traffic}
	for _, t := range w.Tables {
		c.table = t
		for _, u := range t.Units {
			u.closeHour(&c)
		}
		t.Share.closeHour(c.h)
	}
	w.Traffic = w.traffic()
}

// traffic is the median of the actors' recent rows over what was expected, and
// at least 1: less than usual excuses nobody.
func (w *Watch) traffic() float64 {
	w.ratios = w.ratios[:0]
	for _, t := range w.Tables {
		for _, u := range t.Units {
			if u.Pace.Expected >= trafficRows {
				w.ratios = append(w.ratios, u.Pace.Sum/u.Pace.Expected)
			}
		}
	}
	if len(w.ratios) < trafficActors {
		return 1
	}
	slices.Sort(w.ratios)
	return min(max(w.ratios[len(w.ratios)/2], 1), mostTraffic)
}
