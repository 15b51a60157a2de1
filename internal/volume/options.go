package volume

import (
	"errors"
	"fmt"
	"time"
)

// The defaults and bounds of what a user may set.
const (
	DefaultLimitRows  = 1000 // rows of one table by one actor in ten minutes
	DefaultLimitShare = 0.25 // of the table, in ten minutes
	DefaultBulkRows   = 500
	DefaultBulkShare  = 0.10
	DefaultDayShare   = 0.25
	DefaultWeekShare  = 0.50
	DefaultTimes      = 3 // a bulk is more than three times what the actor ever did

	// DefaultLearn is how long the baseline is silent: every day of the week was
	// seen then, and working days twice.
	DefaultLearn = 12 * 24 * time.Hour

	// fewRows is the smallest bulk: ten percent of a table of ten rows is no news.
	fewRows = 20
)

// Options are the limits of a Watch. The zero value of each field stands for its
// default.
type Options struct {
	LimitRows  int64   // hard limit in ten minutes, while nothing is learned
	LimitShare float64 // the same as a share of the table, more than 0, at most 1
	BulkRows   int64   // the smallest bulk of a large table, in rows an hour
	BulkShare  float64 // the smallest bulk as a share of the table
	DayShare   float64 // of the table, in 24 hours
	WeekShare  float64 // of the table, in seven days
	Times      float64 // how many times the most so far a bulk is; more than 1
	Learn      time.Duration
	Zone       *time.Location // whose hours and days count; UTC if nil
	Expected   []Expected     // declared jobs
}

// Check reports all faults of the options at once, those of declared jobs included.
func (o Options) Check() error {
	o, err := o.withDefaults()
	_, jobs := o.jobs()
	return errors.Join(err, jobs)
}

// withDefaults fills in what is not set, and reports all faults at once.
func (o Options) withDefaults() (Options, error) {
	fill(&o.LimitRows, DefaultLimitRows)
	fill(&o.LimitShare, DefaultLimitShare)
	fill(&o.BulkRows, DefaultBulkRows)
	fill(&o.BulkShare, DefaultBulkShare)
	fill(&o.DayShare, DefaultDayShare)
	fill(&o.WeekShare, DefaultWeekShare)
	fill(&o.Times, DefaultTimes)
	fill(&o.Learn, DefaultLearn)
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return o, o.check()
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o Options) check() error {
	var faults []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(o.LimitRows < 1, "the limit of rows in ten minutes is %d; it must be at least 1", o.LimitRows)
	wrong(o.BulkRows < 1, "the rows of a bulk are %d; they must be at least 1", o.BulkRows)
	for _, share := range []struct {
		of    string
		value float64
	}{{"ten minutes", o.LimitShare}, {"a bulk", o.BulkShare}, {"a day", o.DayShare}, {"a week", o.WeekShare}} {
		wrong(!(share.value > 0), "the share of %s is %v; it must be more than 0", share.of, share.value)
	}
	wrong(o.LimitShare > 1, "the share of ten minutes is %v; it must be at most 1", o.LimitShare)
	wrong(o.BulkShare > 1, "the share of a bulk is %v; it must be at most 1", o.BulkShare)
	wrong(!(o.Times > 1), "a bulk of %v times the most so far is none; it must be more than 1", o.Times)
	wrong(o.Learn < 0 || o.Learn > kept, "learning takes %v; it must be between 0 and five weeks", o.Learn)
	return errors.Join(faults...)
}
