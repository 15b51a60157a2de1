package volume

import (
	"math"
	"time"
)

// SetOptions puts other limits and declared jobs in force. What is learned stays.
// The error has all faults of the options; then the watch is as it was.
func (w *Watch) SetOptions(o Options) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	jobs, err := o.jobs()
	if err != nil {
		return err
	}
	w.options, w.jobs = o, jobs
	for _, t := range w.Tables {
		for _, u := range t.Units {
			u.bars = bars{} // they are of the other limits
		}
	}
	return nil
}

// LearnedFrom is when the baseline speaks, or has begun to; the zero time before the
// first count.
func (w *Watch) LearnedFrom() time.Time {
	if !w.Begun {
		return time.Time{}
	}
	return unix((w.Started + w.learning()) * 3600)
}

// Time is the newest time it was given; the zero time before the first.
func (w *Watch) Time() time.Time { return w.now }

// Zone is whose hours and days count.
func (w *Watch) Zone() *time.Location { return w.options.Zone }

// EachOpen calls f with every alert that lasts: its ID, host, database, table, Who and
// kind. Those of a day's or a week's share end when they are told and are not among
// them.
func (w *Watch) EachOpen(f func(Alert)) {
	for _, t := range w.Tables {
		for _, u := range t.Units {
			for _, i := range [...]*incident{&u.Bulk, &u.Leak} {
				if i.open() {
					f(Alert{
						ID: i.ID, Host: t.Host, Database: t.Database, Table: t.Name, Actor: u.Who.String(), Who: u.Who,
						Kind: i.Kind, Since: unix(i.Since), Usual: i.Usual, Deleted: int64(i.Told), Reason: i.Reason, Rows: t.Rows,
					})
				}
			}
		}
	}
}

// End ends an alert without telling of it, and reports whether there was one. With
// usual, as much as was told is usual from now on: of a leak its rate, of a bulk its
// size, at any hour.
func (w *Watch) End(id uint64, usual bool) bool {
	for _, t := range w.Tables {
		for _, u := range t.Units {
			switch id {
			case 0:
			case u.Leak.ID:
				w.endLeak(u, usual)
				return true
			case u.Bulk.ID:
				w.endBulk(u, usual)
				return true
			}
		}
	}
	return false
}

func (w *Watch) endLeak(u *unit, usual bool) {
	if usual {
		u.Rows.accept(w.Hour)
		u.Minutes.accept(w.Hour)
	}
	u.Leak = incident{}
	u.Told, u.QuietUntil = w.Hour, w.Hour+quietAfter
	u.Rows.Runs, u.Minutes.Runs = [len(ratios)]run{}, [len(ratios)]run{}
}

func (w *Watch) endBulk(u *unit, usual bool) {
	if usual {
		peak := max(u.Bulk.Told, u.Burst.Peak)
		u.Peaks.learn(w.hourOfWeek(u.Bulk.Since/3600), peak, peak)
		u.bars = bars{}
	}
	u.Bulk = incident{}
	u.Bulks = toldBulks{}
	u.Told = w.Hour
}

// Usual is what all actors together delete from a table in the hour of at: the mean,
// and the variance around it. Both are 0 for a table that nobody deleted from. ok is
// false for hours in which the baseline was learned.
func (w *Watch) Usual(host, database, name string, at time.Time) (mean, variance float64, ok bool) {
	hour := at.Unix() / 3600
	if !w.Begun || hour-w.Started < w.learning() || !w.learned() {
		return 0, 0, false
	}
	t := w.byPlace[place{host, database, name}]
	if t == nil {
		return 0, 0, true
	}
	h := w.hourOfWeek(hour)
	for _, u := range t.Units {
		m := u.Rows.Season.expected(h)
		mean += m
		variance += u.Rows.Spread.of(h%hoursOfDay, 1)*m + u.Rows.Spread.day(w.Days.Mean)*m*m
	}
	return mean, variance, true
}

// sigmas is how many standard deviations above the mean the upper end of what is
// usual lies: one hour in some hundreds passes it by chance.
const sigmas = 3

// UpperEnd is the upper end of what is usual, of a mean and a variance as of Usual.
func UpperEnd(mean, variance float64) float64 {
	return mean + sigmas*math.Sqrt(variance)
}

// Rows is the table's size as far as known, and 0 where it is not.
func (w *Watch) Rows(host, database, name string) int64 {
	if t := w.byPlace[place{host, database, name}]; t != nil {
		return t.Rows
	}
	return 0
}
