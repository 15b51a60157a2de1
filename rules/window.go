package rules

import (
	"fmt"
	"strings"
	"time"
)

// Window is a stretch of time that comes back each week: days, hours, zone. The
// zero value is never.
type Window struct {
	text     string
	days     [7]bool // by time.Weekday, of the day it begins on
	from, to int     // minutes since midnight, from included, to not; to may be 24:00
	zone     *time.Location
}

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
	"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
}

const windowForm = `write days, hours and a zone, such as "Mon-Fri 08:00-18:00 Europe/Berlin"`

// ParseWindow reads "Mon-Fri 08:00-18:00 Europe/Berlin": days (one, a stretch, or
// several behind commas; left out they are all), hours of the clock in that zone,
// and a zone of the tz database, which must be written. Hours whose end is not
// behind their beginning go over midnight and belong to the day they begin on.
func ParseWindow(text string) (Window, error) {
	w := Window{text: text}
	fields := strings.Fields(text)
	if len(fields) == 2 {
		fields = append([]string{"Mon-Sun"}, fields...)
	}
	if len(fields) != 3 {
		return Window{}, fmt.Errorf("%q is no window of time; %s", text, windowForm)
	}
	for part := range strings.SplitSeq(fields[0], ",") {
		if !w.addDays(part) {
			return Window{}, fmt.Errorf("%q: %q is no day; %s", text, part, windowForm)
		}
	}
	from, to, ok := strings.Cut(fields[1], "-")
	w.from, w.to = clock(from), clock(to)
	if !ok || w.from < 0 || w.to < 0 || w.from == minutesOfDay {
		return Window{}, fmt.Errorf("%q: %q are no hours; %s", text, fields[1], windowForm)
	}
	if w.from == w.to {
		return Window{}, fmt.Errorf("%q begins and ends at once; write 00:00-24:00 for a whole day", text)
	}
	zone, err := time.LoadLocation(fields[2])
	if err != nil || fields[2] == "Local" {
		return Window{}, fmt.Errorf("%q: %q is no zone of the tz database, such as Europe/Berlin or UTC", text, fields[2])
	}
	w.zone = zone
	return w, nil
}

// addDays adds Mon or Mon-Fri.
func (w *Window) addDays(part string) bool {
	first, last, stretch := strings.Cut(part, "-")
	if !stretch {
		last = first
	}
	from, ok1 := weekdays[strings.ToLower(first)]
	to, ok2 := weekdays[strings.ToLower(last)]
	if !ok1 || !ok2 {
		return false
	}
	for day := from; ; day = (day + 1) % 7 {
		w.days[day] = true
		if day == to {
			return true
		}
	}
}

const minutesOfDay = 24 * 60

// clock reads 08:00 as minutes since midnight; -1 if it is none.
func clock(text string) int {
	if text == "24:00" {
		return minutesOfDay
	}
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// String is the window as it was written.
func (w Window) String() string { return w.text }

// contains says whether a moment is in the window.
func (w Window) contains(at time.Time) bool {
	if w.zone == nil {
		return false
	}
	at = at.In(w.zone)
	now, today := at.Hour()*60+at.Minute(), at.Weekday()
	if w.from < w.to {
		return w.days[today] && w.from <= now && now < w.to
	}
	yesterday := (today + 6) % 7
	return w.days[today] && now >= w.from || w.days[yesterday] && now < w.to
}
