package volume

import (
	"fmt"
	"time"
)

const (
	shareHours = daysOfWeek * hoursOfDay
	shareDays  = int64(kept / (hoursOfDay * time.Hour))
)

// shares sums a table's rows, of all actors, over a day and a week.
type shares struct {
	Hours     [shareHours]float64 // a ring; the hour in progress is one of them
	Now       int                 // where the hour in progress lies
	Day, Week float64             // the last 24 and 168 hours, the one in progress included
	Days      [shareDays]float64  // whole days, the newest first
	Most      [2]float64          // of a day and a week that are over, computed once an hour
	MostHour  int64
	Told      int64   // the hour of the newest alert
	Over      [2]bool // the bar is passed, and people know
}

func (s *shares) count(rows float64) {
	s.Hours[s.Now] += rows
	s.Day += rows
	s.Week += rows
}

func (s *shares) closeHour(h int) {
	if h%hoursOfDay == hoursOfDay-1 {
		copy(s.Days[1:], s.Days[:])
		s.Days[0] = s.Day
	}
	s.Now = (s.Now + 1) % shareHours
	s.Week -= s.Hours[s.Now]
	s.Hours[s.Now] = 0
	s.Day -= s.Hours[wrap(s.Now-hoursOfDay, shareHours)]
}

// most is the most of the days that are over and of the weeks that are over.
func (s *shares) most() (most [2]float64) {
	for i := 1; i < len(s.Days); i++ { // the newest may be part of the last 24 hours
		most[0] = max(most[0], s.Days[i])
	}
	for i := daysOfWeek; i+daysOfWeek <= len(s.Days); i++ { // the newest may be part of the last seven days
		sum := 0.0
		for _, d := range s.Days[i : i+daysOfWeek] {
			sum += d
		}
		most[1] = max(most[1], sum)
	}
	return most
}

// judgeShare compares a table with its bars. What another alert on the table
// says already is not said again.
func (w *Watch) judgeShare(t *table, u *unit) {
	if t.Rows == 0 || !w.learned() {
		return
	}
	s := &t.Share
	if s.MostHour != w.Hour {
		s.MostHour, s.Most = w.Hour, s.most()
	}
	share := [2]float64{w.options.DayShare, w.options.WeekShare}
	for i, rows := range [2]float64{s.Day, s.Week} {
		if i == 1 && w.Hour-w.Started < 3*hoursOfWeek {
			continue // one week that is over says little of weeks
		}
		bar := max(fewRows, share[i]*float64(t.Rows), w.options.Times*s.Most[i])
		switch over := rows > bar; {
		case !over:
			s.Over[i] = false
		case !s.Over[i]:
			s.Over[i] = true
			if !t.told(w.Hour) {
				w.raiseShare(t, i, rows)
			}
		}
	}
}

// told reports whether an alert on the table was open within the last week.
func (t *table) told(hour int64) bool {
	if t.Share.Told > hour-shareHours {
		return true
	}
	for _, u := range t.Units {
		if u.Leak.open() || u.Bulk.open() || u.Told > hour-shareHours {
			return true
		}
	}
	return false
}

func (w *Watch) raiseShare(t *table, i int, rows float64) {
	kind, span, hours := ShareDay, "24 hours", int64(hoursOfDay)
	if i == 1 {
		kind, span, hours = ShareWeek, "seven days", shareHours
	}
	t.Share.Told = w.Hour
	w.LastID++
	w.tell(Alert{
		ID: w.LastID, State: Raised, At: w.now, Host: t.Host, Database: t.Database, Table: t.Name, Actor: "all", Kind: kind,
		Deleted: int64(rows), Usual: t.Share.Most[i], Since: unix(max(w.Hour-hours, w.Started) * 3600),
		Reason: fmt.Sprintf("%s within %s, %s of the table, by all actors together", rowsText(rows), span, percent(rows, t.Rows)),
		Rows:   t.Rows,
	})
}
