package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// notCounted is what stands where a count would, and counting is the sentence
// that explains it.
const (
	notCounted = "not counted"
	noPreview  = "Rows not counted: no preview yet."
	counting   = "Rows are not counted before a commit in this version: a DELETE, UPDATE or MERGE with a filter and a call of a function pass uncounted. CALL is held, and so is a DO block that cannot be read to its end."
)

// stateWord is the state for people.
func stateWord(s string) string {
	if s == string(hold.Pending) {
		return "held"
	}
	return s
}

// left is the time until t, as 3:12 or 1:02:03; 0:00 once it is over.
func left(now, t time.Time) string {
	d := max(t.Sub(now), 0).Truncate(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// took is a duration in its two largest units: 2 min 48 s, 41 s, 38 ms.
func took(d time.Duration) string {
	part := func(n int, unit string) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf(" %d %s", n, unit)
	}
	switch s := int(d.Round(time.Second).Seconds()); {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(d, 0).Milliseconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min%s", s/60, part(s%60, "s"))
	case s < 24*3600:
		return fmt.Sprintf("%d h%s", s/3600, part(s%3600/60, "min"))
	default:
		return fmt.Sprintf("%d d%s", s/86400, part(s%86400/3600, "h"))
	}
}

// clock is a time in the reader's zone, with the day when it is not today.
func clock(now, t time.Time) string {
	now, t = now.Local(), t.Local()
	switch day := t.Format(time.DateOnly); {
	case day == now.Format(time.DateOnly):
		return t.Format(time.TimeOnly)
	case day == now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "yesterday " + t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// number groups the digits: 594,641.
func number(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count is a number with its noun: 1 session, 3 sessions.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(uint64(max(n, 0))) + " " + noun + "s"
}

// list joins names as a sentence does: ana, ben and cleo.
func list(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

// statement is a hold in a few words: DROP TABLE events.
func statement(h console.Hold) string {
	if len(h.Statements) > 0 {
		return strings.Join(h.Statements, "; ")
	}
	return h.Reason
}

// requester is who asked: the person, or else the Postgres user.
func requester(h console.Hold) string {
	if h.Reviewers.Requester != "" {
		return h.Reviewers.Requester
	}
	return h.User
}

// kept is the sentence after an end that kept the data.
func kept(h console.Hold) string {
	verb := ""
	for i, s := range h.Statements {
		command, _, _ := strings.Cut(s, " ")
		switch done := doneWord[command]; {
		case done == "", i > 0 && done != verb:
			return "Nothing was run."
		default:
			verb = done
		}
	}
	if verb == "" {
		return "Nothing was run."
	}
	return "Nothing was " + verb + "."
}

var doneWord = map[string]string{
	"DROP": "dropped", "TRUNCATE": "truncated", "DELETE": "deleted", "UPDATE": "updated",
}
