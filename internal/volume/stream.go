package volume

// stream is one number that is counted by the hour, with what is usual of it. A
// unit has two: the rows, and the minutes in which it deleted. A leak beside
// large bursts drowns in the rows, and stands out in the minutes.
type stream struct {
	Season season
	Spread spread
	Recent recent // about a day
	Runs   [len(ratios)]run
	Today  today
}

// today sums the hours of the day so far that may be learned from.
type today struct {
	Sum, Expected float64
	Hourly        float64 // sum of spread times expected
}

// recent sums the last hours; each weighs a little less than the next.
type recent struct {
	Sum, Expected float64
}

// oneDay and pace are what an hour leaves of a sum over about a day and about
// four hours.
const (
	oneDay = 1 - 1.0/hoursOfDay
	pace   = 1 - 1.0/4
)

func (r *recent) add(sum, expected, leaves float64) {
	r.Sum = r.Sum*leaves + sum
	r.Expected = r.Expected*leaves + expected
}

// learn learns from an hour. What lies far beyond the usual teaches only as much
// as the usual may vary.
func (s *stream) learn(c *closing, sum, expected, spread float64) {
	weeks := s.Season.weeks(c.hour)
	s.Today.Sum += sum
	s.Today.Expected += expected * c.traffic
	s.Today.Hourly += spread * expected * c.traffic
	s.Spread.learn(c.h%hoursOfDay, weeks, sum, expected*c.traffic)
	if c.learned {
		sum = min(sum, c.unusual(expected, spread))
	}
	s.Season.learn(c.hour, c.h, sum)
}

// closeDay learns from a day, and computes what is computed once a day.
func (s *stream) closeDay(c *closing, days *dayNoise, job bool) {
	hourly := s.Today.Hourly / max(s.Today.Expected, quietest)
	if square, ok := s.Spread.learnDay(s.Season.weeks(c.hour-hoursOfDay), s.Today.Sum, s.Today.Expected, hourly); ok {
		days.learn(square)
	}
	s.Today = today{}
	s.Season.pool()
	s.Spread.pool(job)
}

// took moves what is usual from one stream to another.
func (s *stream) took(old *stream) {
	from := old.Season.From
	*s = stream{Season: old.Season, Spread: old.Spread, Recent: old.Recent}
	*old = stream{Season: season{From: from}}
}
