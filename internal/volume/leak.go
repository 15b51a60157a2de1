package volume

import "math"

// ratios are how many times the usual the two sums look for: a leak beside
// regular traffic, and one where there is hardly any.
var ratios = [...]float64{2, 8}

const (
	// enough is the sum at which a leak is told: e to the 12th, 160,000 to one
	// against chance, for 500 actors looked at each hour of a week.
	enough = 12.0

	// drift is how much more than the usual is still the usual, for growth.
	drift = 0.02

	// least is the fewest rows beyond the usual, and leakHours the fewest hours
	// with deletes: a burst is not a leak.
	least     = 20
	leakHours = 3

	// doubt is the part of enough at which learning waits.
	doubt = 0.3

	// calm is how many hours as usual end a leak, usual being up to calmRatio
	// times what is expected and calmRows more.
	calm      = 24
	calmRatio = 1.3
	calmRows  = 5

	// acceptAfter is after how many hours nobody minding a leak makes it usual.
	acceptAfter = 14 * hoursOfDay

	// quietAfter is how many hours after a leak no other is told of this actor.
	quietAfter = 3 * hoursOfDay
)

// run is a one-sided cumulative sum of the evidence that rows come at a ratio of
// the usual (Page's test). It starts anew whenever it falls to zero.
type run struct {
	Sum      float64
	Rows     float64
	Expected float64
	Since    int64 // the first hour of the run
	Hours    int32 // with deletes
}

func (r *run) add(hour int64, rows, expected, evidence, cap float64) {
	if r.Sum == 0 {
		*r = run{Since: hour}
	}
	r.Sum = min(max(0, r.Sum+min(evidence, cap)), 2*enough)
	r.Rows += rows
	r.Expected += expected
	if rows > 0 {
		r.Hours++
	}
}

func (r *run) tells() bool {
	return r.Sum >= enough && r.Hours >= leakHours && r.Rows-r.Expected >= least
}

// followLeaks adds an hour to the sums and tells of a leak, or of its end.
func (u *unit) followLeaks(c *closing, rows, expected, spread float64) {
	if !c.learned {
		return
	}
	week := u.Season.week()
	variance := u.Spread.day(c.days.mean)
	for i := range u.Runs {
		r := &u.Runs[i]
		f := spread*(1+r.Expected/(2*week+1)) + variance*min(12*expected, u.Recent.Expected)
		cap := enough / 3
		if f >= 5 {
			cap = enough / 8
		}
		evidence := (rows*math.Log(ratios[i]) - (1+drift)*expected*(ratios[i]-1)) / f
		r.add(c.hour, rows, expected, evidence, cap)
	}
	if u.Leak.open() {
		u.followOpenLeak(c)
		return
	}
	if u.Bulk.open() || c.hour < u.QuietUntil {
		return
	}
	for i := range u.Runs {
		if r := &u.Runs[i]; r.tells() {
			c.leaks(u, r)
			return
		}
	}
}

// followOpenLeak ends a leak after a day as usual, or takes it as usual after
// two weeks.
func (u *unit) followOpenLeak(c *closing) {
	i := &u.Leak
	if u.Recent.Rows > calmRatio*u.Recent.Expected*c.traffic+calmRows {
		i.Calm = 0
	} else {
		i.Calm++
	}
	switch {
	case i.Calm >= calm:
		c.resolve(u, i, "over: a day as usual")
	case c.hour-i.Opened >= acceptAfter:
		u.accept(c.hour)
		c.resolve(u, i, "it lasted two weeks and is taken as usual from now on")
	default:
		return
	}
	u.QuietUntil = c.hour + quietAfter
	u.Runs = [len(ratios)]run{}
}

// suspicious reports whether what happens had better not be learned.
func (u *unit) suspicious() bool {
	for i := range u.Runs {
		if u.Runs[i].Sum > doubt*enough {
			return true
		}
	}
	return u.Leak.open()
}

// accept makes the rows of the longest run the usual ones.
func (u *unit) accept(hour int64) {
	r := &u.Runs[0]
	hours := float64(hour - r.Since + 1)
	more := (r.Rows - r.Expected) / hours
	if r.Sum == 0 || more <= 0 {
		return
	}
	times, plus := r.Rows/r.Expected, 0.0
	if r.Expected < dayRows {
		times, plus = 1, more
	}
	for h := range u.Season.Cells {
		u.Season.Cells[h] = float32(float64(u.Season.Cells[h])*times + plus)
	}
	u.Season.pool()
}
