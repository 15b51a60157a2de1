package volume

import "math"

// unit is one actor on one table: what is usual, and what goes on.
type unit struct {
	Who   Actor
	First int64 // second of the first row
	Last  int64 // second of the newest row

	Windows windows
	Season  season
	Peaks   peaks
	Spread  spread

	hour   hourInProgress
	Today  day
	Recent recent
	Runs   [len(ratios)]run
	Silent float64 // rows expected in the whole hours since the newest row

	Burst      burst
	Past       [pastBursts]burst
	Bulk, Leak incident
	Told       int64 // the hour in which an alert was raised or ended
	Run        declaredRun
	QuietUntil int64 // the hour before which no other leak is told

	bars bars
}

// hourInProgress is what the hour in progress will teach.
type hourInProgress struct {
	rows        float64
	short, long float64 // peaks
}

// day sums one day of the unit, of hours that may be learned from.
type day struct {
	Rows, Expected float64
	Hourly         float64 // sum of spread times expected
}

// recent are the rows of about the last day, and what was expected: each hour
// weighs a little less than the next.
type recent struct {
	Rows, Expected float64
}

// oneDay is what an hour leaves of recent.
const oneDay = 1 - 1.0/hoursOfDay

func (r *recent) add(rows, expected float64) {
	r.Rows = r.Rows*oneDay + rows
	r.Expected = r.Expected*oneDay + expected
}

// count adds rows at a second.
func (u *unit) count(second int64, rows uint64) {
	u.Windows.advance(second / 60)
	u.Windows.add(rows)
	u.Last = second
	u.Silent = 0
	u.hour.rows += float64(rows)
	u.hour.short = max(u.hour.short, float64(u.Windows.Short))
	u.hour.long = max(u.hour.long, float64(u.Windows.Long))
}

// closeHour takes the hour that is over: it goes into the leaks, is learned from
// if nothing is wrong, and leaves the next one empty.
func (u *unit) closeHour(c *closing) {
	expected := u.Season.expected(c.h)
	spread := u.Spread.of(c.h % hoursOfDay)
	rows := u.hour.rows
	if !u.Burst.told(c.hour*60) || !c.learned {
		u.followLeaks(c, rows, expected*c.traffic, spread)
		u.Recent.add(rows, expected)
		u.learnHour(c, rows, expected, spread)
	}
	if silentHour := u.Last < c.hour*3600; silentHour {
		u.Silent += expected
	}
	if u.Bulk.open() && c.hour-u.Bulk.Newest >= bulkLasts {
		c.resolve(u, &u.Bulk, "over: a day without another")
	}
	u.hour = hourInProgress{}
	if c.h%hoursOfDay == hoursOfDay-1 {
		u.closeDay(c)
	}
}

// learnHour learns from an hour unless a leak may be going on. What lies far
// beyond the usual teaches only as much as the usual may vary.
func (u *unit) learnHour(c *closing, rows, expected, spread float64) {
	u.Peaks.learn(c.h, u.hour.short, u.hour.long)
	if c.learned && u.suspicious() {
		return
	}
	weeks := u.Season.weeks(c.hour)
	u.Today.Rows += rows
	u.Today.Expected += expected
	u.Today.Hourly += spread * expected
	u.Spread.learn(c.h%hoursOfDay, weeks, rows, expected)
	if c.learned {
		rows = min(rows, expected+4*math.Sqrt(spread*expected)+3)
	}
	u.Season.learn(c.hour, c.h, rows)
}

func (u *unit) closeDay(c *closing) {
	hourly := u.Today.Hourly / max(u.Today.Expected, quietest)
	if square, ok := u.Spread.learnDay(u.Season.weeks(c.hour-hoursOfDay), u.Today.Rows, u.Today.Expected/max(c.traffic, 1), hourly); ok {
		c.days.learn(square)
	}
	u.Today = day{}
	u.Season.pool()
	u.Spread.pool()
}

// took moves what is usual for an actor to its new name.
func (u *unit) took(old *unit) {
	u.Season, u.Peaks, u.Spread = old.Season, old.Peaks, old.Spread
	u.Recent = old.Recent
	u.Runs = [len(ratios)]run{}
	u.bars = bars{}
	old.Season.Cells, old.Season.Levels = [hoursOfWeek]float32{}, [daysOfWeek]float32{}
	old.Peaks, old.Spread, old.Recent = peaks{}, spread{}, recent{}
	old.Silent = 0
	old.bars = bars{}
}
