package volume

import "math"

const (
	// A spread of 1 is that of independent single rows (Poisson); batches and
	// bursts have more. firstSpread is taken of an actor nobody knows, with the
	// weight of firstRows rows.
	firstSpread = 2.0
	firstRows   = 8.0

	// forget is what a day leaves of the weight of what was seen before.
	forget = 0.97

	// How much one day may differ from its like, as a variance of the ratio:
	// at least 12 %, for two weeks cannot show that a table is calmer than that,
	// at most 60 %.
	leastDay = 0.12 * 0.12
	mostDay  = 0.60 * 0.60

	// fewWeeks is how much more a day differs from an expectation that rests on
	// one week than from the truth, as a share of the variance.
	fewWeeks = 0.6

	// daysOfOthers is the weight, in days, of what all other actors show about
	// days in the guess for one of them.
	daysOfOthers = 10

	// dayRows is the least a day must have expected to say something on days.
	dayRows = 20

	// mostHourly is how much of a day's variance its hours alone may explain, as a
	// part of what is expected: beyond, as on a day with a job, the day says
	// nothing.
	mostHourly = 0.1
)

// spread is how far an actor's hours and days lie from what is expected.
type spread struct {
	Squares [hoursOfDay]float32 // of the differences, by hour of the day
	Rows    [hoursOfDay]float32 // expected, over the same hours
	All     float32             // the spread of the whole day, computed once a day
	Day     float32             // sum of the days' squared relative differences
	Days    float32             // and how many days that are, forgetting
}

// learn takes an hour that is over. Of an expectation that rests on few weeks
// part of the difference is its own fault.
func (s *spread) learn(hour, weeks int, rows, expected float64) {
	if weeks == 0 {
		return
	}
	d := (rows - expected) * (rows - expected) / (1 + fewWeeks/float64(weeks))
	s.Squares[hour] = s.Squares[hour]*forget + float32(d)
	s.Rows[hour] = s.Rows[hour]*forget + float32(expected)
}

// of is the spread at an hour of the day, from it and its neighbours. The less is
// known, the more counts how large the batches of the hour are.
func (s *spread) of(hour int, batch float64) float64 {
	squares, rows := max(firstSpread, batch)*firstRows, firstRows
	for h := hour - 1; h <= hour+1; h++ {
		squares += float64(s.Squares[wrap(h, hoursOfDay)])
		rows += float64(s.Rows[wrap(h, hoursOfDay)])
	}
	return max(1, float64(s.All), squares/rows)
}

// pool computes the spread of the whole day. Of an actor with a job, the hours
// around the busiest one are left out if the rest spreads less than a tenth of
// them.
func (s *spread) pool(hasJob bool) {
	busiest := 0
	for h := range hoursOfDay {
		if s.Squares[h] > s.Squares[busiest] {
			busiest = h
		}
	}
	var squares, rows, jobSquares, jobRows float64
	for h := range hoursOfDay {
		if near := wrap(h-busiest+2, hoursOfDay) <= 4; near {
			jobSquares += float64(s.Squares[h])
			jobRows += float64(s.Rows[h])
		} else {
			squares += float64(s.Squares[h])
			rows += float64(s.Rows[h])
		}
	}
	rest, job := ratio(squares, rows), ratio(jobSquares, jobRows)
	if !hasJob || rest >= job/10 {
		rest = ratio(squares+jobSquares, rows+jobRows)
	}
	s.All = float32(rest)
}

func ratio(squares, rows float64) float64 {
	return (squares + firstSpread*firstRows) / (rows + firstRows)
}

// learnDay takes a day that is over and returns its squared relative difference,
// less what its hours alone explain; ok is false if it says nothing.
func (s *spread) learnDay(weeks int, rows, expected, hourly float64) (square float64, ok bool) {
	if weeks == 0 || expected < dayRows || hourly > mostHourly*expected {
		return 0, false
	}
	square = ((rows-expected)*(rows-expected) - hourly*expected) / (expected * expected)
	square = min(square/(1+fewWeeks/float64(weeks)), 1)
	s.Day = s.Day*forget + float32(square)
	s.Days = s.Days*forget + 1
	return square, true
}

// day is the variance of a day's ratio to what is expected; of others is what
// all actors together show.
func (s *spread) day(ofOthers float64) float64 {
	v := (float64(s.Day) + daysOfOthers*ofOthers) / (float64(s.Days) + daysOfOthers)
	return math.Min(math.Max(v, leastDay), mostDay)
}
