package volume

import (
	"errors"
	"strings"
	"time"
)

// Bounds of what is kept, whatever the traffic. docs/volume.md has the memory
// that they come to.
const (
	// kept is how long anything is kept. A clock that jumps further forgets all.
	kept = 35 * 24 * time.Hour

	maxTables = 4096  // further ones share one place, named "others"
	maxUnits  = 16384 // actors on tables; further ones share one of their table
	maxActors = 8     // on one table; further ones share one

	// A place is given to a new actor once its holder was silent for keptHours, or
	// for idleHours if it deletes less than one row a week.
	keptHours = int64(kept / time.Hour)
	idleHours = 7 * hoursOfDay
)

// ErrBackwards is returned for a count that is older than what was seen before.
var ErrBackwards = errors.New("the time is before that of an earlier count")

// Watch counts and tells what is unusual. Its only clock is the time of what it
// is given. It must be used by one goroutine at a time; make one with NewWatch.
type Watch struct {
	options Options
	jobs    []job
	tell    func(Alert)

	state
	byPlace map[place]*table
	overrun uint64 // counts that found no place of their own

	now    time.Time // Second, exactly
	ratios []float64 // reused each hour
}

// state is what a restart needs.
type state struct {
	Begun            bool
	Second           int64 // the newest time
	Hour             int64 // in progress, in hours since 1970
	Started          int64 // the hour since which is watched
	LastID           uint64
	Units            int
	Days, MinuteDays dayNoise
	Traffic          float64
	Tables           []*table
}

// NewWatch makes a watch that hands its alerts to tell, from within Add and
// Advance. The error has all faults of the options.
func NewWatch(o Options, tell func(Alert)) (*Watch, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	w := &Watch{options: o, tell: tell, byPlace: map[place]*table{}}
	if w.jobs, err = o.jobs(); err != nil {
		return nil, err
	}
	return w, nil
}

// Add counts c, after closing every hour that was over before it. A count
// without rows only moves the clock and tells the table's size.
func (w *Watch) Add(c *Count) error {
	if err := w.Advance(c.At); err != nil {
		return err
	}
	t := w.tableOf(c)
	if c.Rows > 0 {
		t.Rows = c.Rows
	}
	if c.Deleted <= 0 {
		return nil
	}
	u := w.unitOf(t, c.Actor)
	rows := w.undeclared(t, u, c)
	if rows == 0 {
		return nil
	}
	u.count(w.Second, rows)
	t.Share.count(float64(rows))
	w.judge(t, u)
	w.judgeShare(t, u)
	return nil
}

// Advance moves the clock, for times in which nothing is deleted.
func (w *Watch) Advance(to time.Time) error {
	second := to.Unix()
	switch {
	case !w.Begun:
		w.begin(second)
	case second < w.Second:
		return ErrBackwards
	case second-w.Second > int64(kept/time.Second):
		clear(w.byPlace) // nothing learned is older than five weeks
		w.begin(second)
	}
	w.Second, w.now = second, to.UTC()
	for ; w.Hour < second/3600; w.Hour++ {
		w.closeHour()
	}
	return nil
}

// begin starts to watch, as if from the first hour of the day: otherwise the
// learning would end within a day that looks like any other.
func (w *Watch) begin(second int64) {
	hour := second / 3600
	w.state = state{
		Begun: true, Second: second, Hour: hour, LastID: w.LastID, Traffic: 1,
		Days: dayNoise{Mean: firstDay}, MinuteDays: dayNoise{Mean: firstDay},
	}
	w.Started = hour - int64(w.hourOfWeek(hour)%hoursOfDay)
}

// Overrun is how many counts shared a place with others, since there were more
// tables or actors than are kept apart.
func (w *Watch) Overrun() uint64 { return w.overrun }

// learned reports whether the baseline may speak.
func (w *Watch) learned() bool {
	return w.Hour-w.Started >= w.learning()
}

// learning is how many hours the baseline is silent.
func (w *Watch) learning() int64 { return int64(w.options.Learn / time.Hour) }

// hourOfWeek is the hour of the week in the zone whose hours count; 0 is the
// first hour of Sunday.
func (w *Watch) hourOfWeek(hour int64) int {
	t := time.Unix(hour*3600, 0).In(w.options.Zone)
	return int(t.Weekday())*hoursOfDay + t.Hour()
}

func (w *Watch) tableOf(c *Count) *table {
	if t := w.byPlace[place{c.Host, c.Database, c.Table}]; t != nil {
		return t
	}
	p := place{strings.Clone(c.Host), strings.Clone(c.Database), strings.Clone(c.Table)}
	if len(w.Tables) >= maxTables {
		w.overrun++
		p = place{table: others.User}
		if t := w.byPlace[p]; t != nil {
			return t
		}
	}
	t := &table{Host: p.host, Database: p.database, Name: p.table}
	w.Tables = append(w.Tables, t)
	w.byPlace[p] = t
	return t
}

func (w *Watch) unitOf(t *table, a Actor) *unit {
	if u := t.find(a); u != nil {
		return u
	}
	if len(t.Units) < maxActors && w.Units < maxUnits {
		return w.newUnit(t, a)
	}
	if u := t.idle(w.Second); u != nil {
		*u = w.blank(a)
		return u
	}
	w.overrun++
	if u := t.find(others); u != nil {
		return u
	}
	return w.newUnit(t, others)
}

func (w *Watch) newUnit(t *table, a Actor) *unit {
	u := w.blank(a)
	t.Units = append(t.Units, &u)
	w.Units++
	return &u
}

// blank is an actor that was not seen before: since the start, or, while the
// baseline is learned, since two days ago, for it may just have begun.
func (w *Watch) blank(a Actor) unit {
	u := unit{Who: Actor{strings.Clone(a.User), strings.Clone(a.Application)}, First: w.Second}
	from := w.Started
	if !w.learned() {
		from = max(from, w.Hour-2*hoursOfDay)
	}
	u.Rows.Season.From, u.Minutes.Season.From = from, from
	return u
}
