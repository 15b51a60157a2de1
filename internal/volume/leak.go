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

	// One hour brings at most a third of enough, and of an actor that deletes in
	// bursts an eighth.
	leastHours = 3.0
	mostHours  = 8.0

	// An hour with deletes in at least lastingTens of its six ten minutes is no
	// burst, if fewer than idleMinutes minutes with deletes are usual in it.
	lastingTens = 5
	idleMinutes = 4

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

// run is a one-sided cumulative sum of the evidence that a stream flows at a
// ratio of the usual (Page's test). It starts anew whenever it falls to zero.
type run struct {
	Sum      float64
	Before   float64 // the part of it from before today
	Today    float64 // evidence of today, not yet weighed
	Usually  float64 // what was expected for it, in units of the spread
	Counted  float64 // of the stream
	Expected float64
	Rows     float64
	Usual    float64 // rows
	Since    int64   // the first hour of the run
	Hours    int32   // with deletes
}

// take adds an hour.
func (r *run) take(hour int64, h *hourInProgress, counted, expected, usual float64) {
	if r.Sum == 0 {
		*r = run{Since: hour}
	}
	r.Counted += counted
	r.Expected += expected
	r.Rows += h.Rows
	r.Usual += usual
	if h.Rows > 0 {
		r.Hours++
	}
}

func (r *run) tells() bool {
	return r.Sum >= enough && r.Hours >= leakHours && r.Counted-r.Expected >= least && r.Rows-r.Usual >= least
}

// followLeaks adds an hour to the sums and tells of a leak, or of its end.
func (u *unit) followLeaks(c *closing, rows, rowSpread, minutes, minuteSpread float64) {
	if !c.learned {
		return
	}
	usual := rows * c.traffic
	most := mostHours
	if minutes < idleMinutes && u.Hour.lasts() {
		most = leastHours
	}
	u.Rows.follow(c, &u.Hour, most, u.Hour.Rows, rows, rowSpread, usual, c.Days.Mean)
	u.Minutes.follow(c, &u.Hour, most, u.Hour.Minutes, minutes, minuteSpread, usual, c.MinuteDays.Mean)
	if u.Leak.open() {
		u.followOpenLeak(c)
		return
	}
	if u.Bulk.open() || c.hour < u.QuietUntil {
		return
	}
	for _, s := range [...]*stream{&u.Rows, &u.Minutes} {
		for i := range s.Runs {
			if r := &s.Runs[i]; r.tells() {
				c.leaks(u, r)
				return
			}
		}
	}
}

// follow adds an hour to the runs of a stream.
func (s *stream) follow(c *closing, h *hourInProgress, most float64, counted, expected, spread, usual, days float64) {
	weeks := float64(max(1, min(4, s.Season.weeks(c.hour))))
	known := s.Season.week() * weeks
	expected *= c.traffic * (1 + math.Sqrt(spread/(known+spread)))
	variance := s.Spread.day(days) * (1 + fewWeeks/weeks)
	for i := range s.Runs {
		r := &s.Runs[i]
		r.take(c.hour, h, counted, expected, usual)
		evidence := counted*math.Log(ratios[i]) - (1+drift)*expected*(ratios[i]-1)
		r.weigh(evidence/spread, expected/spread, spread, variance, most)
		if c.h%hoursOfDay == hoursOfDay-1 {
			r.Before, r.Today, r.Usually = r.Sum, 0, 0
		}
	}
}

// weigh adds the evidence of an hour. The hours of a day have the day's own level
// in common, so that the sum of a day counts the less, the more that level varies
// and the more is expected: a day far above the usual says little on a table
// whose days differ, two of them say more.
func (r *run) weigh(evidence, usually, spread, variance, most float64) {
	r.Usually += usually
	weight := 1 + variance*r.Usually
	hours := min(max(spread+1, leastHours), most)
	r.Today += min(evidence, weight*enough/hours)
	r.Sum = max(0, r.Before+r.Today/weight)
	if over := r.Sum - 2*enough; over > 0 {
		r.Sum -= over
		r.Before -= over
	}
}

// followOpenLeak ends a leak after a day as usual, or takes it as usual after
// two weeks.
func (u *unit) followOpenLeak(c *closing) {
	i := &u.Leak
	if u.Rows.Recent.Sum > calmRatio*u.Rows.Recent.Expected*c.traffic+calmRows {
		i.Calm = 0
	} else {
		i.Calm++
	}
	switch {
	case i.Calm >= calm:
		c.resolve(u, i, "over: a day as usual")
	case c.hour-i.Opened >= acceptAfter:
		u.Rows.accept(c.hour)
		u.Minutes.accept(c.hour)
		c.resolve(u, i, "it lasted two weeks and is taken as usual from now on")
	default:
		return
	}
	u.QuietUntil = c.hour + quietAfter
	u.Rows.Runs, u.Minutes.Runs = [len(ratios)]run{}, [len(ratios)]run{}
}

// suspicious reports whether what happens had better not be learned.
func (u *unit) suspicious() bool {
	return u.Leak.open() || u.Rows.suspicious() || u.Minutes.suspicious()
}

func (s *stream) suspicious() bool {
	for i := range s.Runs {
		if s.Runs[i].Sum > doubt*enough {
			return true
		}
	}
	return false
}

// accept makes the longest run of a stream the usual.
func (s *stream) accept(hour int64) {
	r := &s.Runs[0]
	more := (r.Counted - r.Expected) / float64(hour-r.Since+1)
	if r.Sum == 0 || more <= 0 {
		return
	}
	times, plus := r.Counted/r.Expected, 0.0
	if r.Expected < dayRows {
		times, plus = 1, more
	}
	for h := range s.Season.Cells {
		s.Season.Cells[h] = float32(float64(s.Season.Cells[h])*times + plus)
	}
	s.Season.pool()
}
