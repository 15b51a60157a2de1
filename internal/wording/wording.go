// Package wording has the words that every door to the desk says the same: the
// command line, Slack and the web console. It knows no door.
package wording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Left is the time from now until t, as 3:12 or 1:02:03; 0:00 once it is over.
func Left(now, t time.Time) string {
	d := max(t.Sub(now), 0).Truncate(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// Took is a duration in its two largest units: 2 min 48 s, 41 s, 38 ms. Less than
// nothing is 0 ms.
func Took(d time.Duration) string {
	two := func(n int, unit string, rest int, small string) string {
		text := fmt.Sprintf("%d %s", n, unit)
		if rest > 0 {
			text += fmt.Sprintf(" %d %s", rest, small)
		}
		return text
	}
	switch s := int(d.Round(time.Second).Seconds()); {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(d, 0).Milliseconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return two(s/60, "min", s%60, "s")
	case s < 24*3600:
		return two(s/3600, "h", s%3600/60, "min")
	default:
		return two(s/86400, "d", s%86400/3600, "h")
	}
}

// Number groups the digits: 594,641.
func Number(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count is a number with its noun: 1 session, 3 sessions. Less than nothing is 0.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(uint64(max(n, 0))) + " " + noun + "s"
}

// List joins names as a sentence does: ana, ben and cleo.
func List(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

// Done is what statements, in the words of hold.Request.Statements, would have done:
// dropped, truncated, deleted or updated if all of them do the same, else run. With it
// every end that kept the data says so: nothing was dropped.
func Done(statements []string) string {
	word := ""
	for i, s := range statements {
		command, _, _ := strings.Cut(s, " ")
		now := doneWord[command]
		if now == "" || i > 0 && now != word {
			return "run"
		}
		word = now
	}
	if word == "" {
		return "run"
	}
	return word
}

var doneWord = map[string]string{
	"DROP": "dropped", "TRUNCATE": "truncated", "DELETE": "deleted", "UPDATE": "updated",
}
