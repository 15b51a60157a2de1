package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// stateWord is the state for people.
func stateWord(s hold.State) string {
	if s == hold.Pending {
		return "held"
	}
	return string(s)
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

// capital is a text with its first letter large.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

// list joins names as a sentence does: ana, ben and cleo.
func list(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

// visible shows what would hide or reorder text as an escape: names come from
// strangers. Joiners stay, since words of several scripts need them.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			b.WriteString(escaped(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden says of a character that it is not seen as itself: controls, marks of
// direction, separators that look like a blank, private use.
func hidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	switch r {
	case ' ', zeroWidthNonJoiner, zeroWidthJoiner:
		return false
	}
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r)
}

// escaped is a character as Go and JSON write it.
func escaped(r rune) string {
	quoted := strconv.QuoteRuneToASCII(r)
	return quoted[1 : len(quoted)-1]
}

// kept is the sentence after an end that kept the data.
func kept(h hold.Hold) string { return "Nothing was " + done(h) + "." }

// keeps is the same before it.
func keeps(h hold.Hold) string { return "nothing is " + done(h) }

// done is what the statements would have done, in one word.
func done(h hold.Hold) string {
	word := ""
	for i, s := range h.Statements {
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

// statement is a hold in a few words: DROP TABLE events and 2 more.
func statement(h hold.Hold) string {
	switch n := len(h.Statements); n {
	case 0:
		return visible(h.Reason)
	case 1:
		return visible(h.Statements[0])
	default:
		return fmt.Sprintf("%s and %d more", visible(h.Statements[0]), n-1)
	}
}
