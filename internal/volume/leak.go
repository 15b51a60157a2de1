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
	u.Rows.follow(c, &u.Hour, u.Hour.Rows, rows, rowSpread, usual, c.Days.Mean)
	u.Minutes.follow(c, &u.Hour, u.Hour.Minutes, minutes, minuteSpread, usual, c.MinuteDays.Mean)
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
func (s *stream) follow(c *closing, h *hourInProgress, counted, expected, spread, usual, days float64) {
	known := s.Season.week() * float64(max(1, min(4, s.Season.weeks(c.hour))))
	expected *= c.traffic * (1 + math.Sqrt(spread/(known+spread)))
	variance := s.Spread.day(days)
	for i := range s.Runs {
		r := &s.Runs[i]
		r.take(c.hour, h, counted, expected, usual)
		f := spread + variance*min(r.Expected, 12*expected, s.Recent.Expected)
		cap := enough / min(max(f+1, leastHours), mostHours)
		evidence := (counted*math.Log(ratios[i]) - (1+drift)*expected*(ratios[i]-1)) / f
		r.Sum = min(max(0, r.Sum+min(evidence, cap)), 2*enough)
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
