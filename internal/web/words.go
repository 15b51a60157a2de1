package web

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// stateWord is the state for people.
func stateWord(s hold.State) string {
	if s == hold.Pending {
		return "held"
	}
	return string(s)
}

// capital is a text with its first letter large.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
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
func kept(h hold.Hold) string { return "Nothing was " + wording.Done(h.Statements) + "." }

// keeps is the same before it.
func keeps(h hold.Hold) string { return "nothing is " + wording.Done(h.Statements) }

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
