package volume

import "math/bits"

// unit is one actor on one table: what is usual, and what goes on.
type unit struct {
	Who   Actor
	First int64 // second of the first row
	Last  int64 // second of the newest row

	Windows windows
	Peaks   peaks
	Rows    stream
	Minutes stream
	Pace    recent // rows of about four hours

	Hour       hourInProgress
	LastHour   hourInProgress // its peaks are not learned yet
	Total      float64        // rows since the first one
	Active     float64        // minutes with deletes since then
	Silent     float64        // rows expected in the whole hours since the newest row
	Silence    float64        // the same in minutes with deletes, each hour divided by its spread
	Burst      burst
	Past       [pastBursts]burst
	Bulk, Leak incident
	Bulks      toldBulks
	Told       int64 // the hour in which an alert was raised or ended
	Run        declaredRun
	QuietUntil int64 // the hour before which no other leak is told

	bars bars
}

// hourInProgress is what the hour in progress will teach.
type hourInProgress struct {
	Rows    float64
	Squares float64 // of the rows of each commit
	Minutes float64 // with deletes
	Minute  int64   // the newest of them
	Tens    uint8   // a bit for each ten minutes with deletes
	Short   float64 // peaks
	Long    float64
}

// batch is the mean size of the batches that the rows came in, each weighed by
// its size.
func (h *hourInProgress) batch() float64 { return h.Squares / max(h.Rows, 1) }

// clump is the mean minutes with deletes in ten minutes that have any: large
// where minutes come in bursts.
func (h *hourInProgress) clump() float64 {
	return h.Minutes / max(float64(bits.OnesCount8(h.Tens)), 1)
}

// lasts reports whether deletes went on through the hour.
func (h *hourInProgress) lasts() bool { return bits.OnesCount8(h.Tens) >= lastingTens }

// count adds rows at a second.
func (u *unit) count(second int64, rows uint64) {
	minute := second / 60
	u.Windows.advance(minute)
	u.Windows.add(rows)
	u.Last, u.Silent, u.Silence = second, 0, 0
	h, n := &u.Hour, float64(rows)
	u.Total += n
	h.Rows += n
	h.Squares += n * n
	if h.Minute != minute {
		h.Minute = minute
		h.Minutes++
		u.Active++
		h.Tens |= 1 << (minute % longMinutes / shortMinutes)
	}
	h.Short = max(h.Short, float64(u.Windows.Short))
	h.Long = max(h.Long, float64(u.Windows.Long))
}

// closeHour takes the hour that is over: it goes into the leaks, is learned from
// if nothing is wrong, and leaves the next one empty.
func (u *unit) closeHour(c *closing) {
	expected := u.Rows.Season.expected(c.h)
	spread := u.Rows.Spread.of(c.h%hoursOfDay, u.Hour.batch())
	minutes := u.Minutes.Season.expected(c.h)
	minutesSpread := u.Minutes.Spread.of(c.h%hoursOfDay, u.Hour.clump())
	if u.Last < c.hour*3600 {
		u.Silent += expected
		u.Silence += minutes / minutesSpread
	}
	if !c.learned || !u.Burst.told(c.hour*60) {
		u.followLeaks(c, expected, spread, minutes, minutesSpread)
		u.Pace.add(u.Hour.Rows, expected, pace)
		u.Rows.Recent.add(u.Hour.Rows, expected, oneDay)
		u.Minutes.Recent.add(u.Hour.Minutes, minutes, oneDay)
		u.Peaks.learn(c.h-1, u.LastHour.Short, u.LastHour.Long)
		if !c.learned || !u.suspicious() {
			u.Rows.learn(c, u.Hour.Rows, expected, spread)
			u.Minutes.learn(c, u.Hour.Minutes, minutes, minutesSpread)
		}
		u.LastHour = u.Hour
	} else {
		u.LastHour = hourInProgress{}
	}
	u.Hour = hourInProgress{}
	if u.Bulk.open() && c.hour-u.Bulk.Newest >= bulkLasts {
		c.resolve(u, &u.Bulk, "over: a day without another")
	}
	if c.h%hoursOfDay == hoursOfDay-1 {
		_, long := u.most(-1)
		job := u.jobHour(long) >= 0
		u.Rows.closeDay(c, &c.Days, job)
		u.Minutes.closeDay(c, &c.MinuteDays, job)
	}
}

// took moves what is usual for an actor to its new name.
func (u *unit) took(old *unit) {
	u.Rows.took(&old.Rows)
	u.Minutes.took(&old.Minutes)
	u.Peaks, old.Peaks = old.Peaks, peaks{}
	u.Pace, old.Pace = old.Pace, recent{}
	u.bars, old.bars = bars{}, bars{}
	old.Silent, old.Silence = 0, 0
	if !u.Leak.open() {
		u.Leak, old.Leak = old.Leak, incident{} // it goes on under the new name
	}
	u.inherit(old)
}

// inherit goes on with the bulks of another name, if none of its own was told.
func (u *unit) inherit(old *unit) {
	if !u.Bulks.Last.open() {
		u.Bulks, old.Bulks = old.Bulks, toldBulks{}
	}
}
