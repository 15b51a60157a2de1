package slack

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits of Slack for texts, in characters; docs.slack.dev/reference/block-kit.
// Slack does not say what it counts; UTF-16 units are never fewer than characters.
const (
	maxHeader  = 150
	maxSection = 3000
	maxField   = 2000
	maxTitle   = 24 // of a modal and its buttons
	maxLabel   = 2000
	maxValue   = 2000

	// maxNotice bounds the text of a notification; phones show far less.
	maxNotice = 300
)

// entities are the three characters that Slack reads as its own, everywhere.
var entities = map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;"}

// blankLetters are letters that show nothing, which unicode.IsPrint takes for
// visible ones.
const blankLetters = "\u115f\u1160\u3164\uffa0"

// line is text of others for one line of plain text: white space becomes a blank,
// and what would move, turn or hide text stands as its number. At most n units.
func line(s string, n int) string { return cut(s, n, flatRune) }

// word is line for text with our own marks around it, which it cannot add to. An
// underscore stays, since names have them; the worst it does is to slant.
func word(s string, n int) string { return cut(s, n, wordRune) }

// code is text of others for a block of code, which it cannot end. It says whether
// all of it is there.
func code(s string, n int) (shown string, whole bool) {
	shown = cut(s, n, codeRune)
	return shown, !strings.HasSuffix(shown, ellipsis) || strings.HasSuffix(s, ellipsis)
}

const ellipsis = "…"

// cut is s with every character as shown shows it, up to n units: never a part of
// a character or of an entity.
func cut(s string, n int, shown func(r rune, raw byte) string) string {
	var b strings.Builder
	used, end := 0, 0 // end is where an ellipsis still fits
	for i, r := range s {
		piece := shown(r, s[i])
		used += units(piece)
		if used > n {
			return b.String()[:end] + ellipsis
		}
		b.WriteString(piece)
		if used < n {
			end = b.Len()
		}
	}
	return b.String()
}

func units(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

func flatRune(r rune, raw byte) string {
	if r == '\n' || r == '\r' || r == '\t' {
		return " "
	}
	return plainRune(r, raw)
}

func wordRune(r rune, raw byte) string {
	if strings.ContainsRune("`*~", r) {
		return fmt.Sprintf(`\u%04x`, r)
	}
	return flatRune(r, raw)
}

// codeRune keeps lines. Three backticks would end the block, so none is shown as
// itself.
func codeRune(r rune, raw byte) string {
	switch r {
	case '\n':
		return "\n"
	case '\r':
		return ""
	case '\t':
		return "    "
	case '`':
		return `\u0060`
	}
	return plainRune(r, raw)
}

func plainRune(r rune, raw byte) string {
	switch entity, ours := entities[r]; {
	case ours:
		return entity
	case r == utf8.RuneError && raw != "\uFFFD"[0]:
		return fmt.Sprintf(`\x%02x`, raw)
	case unicode.IsPrint(r) && !strings.ContainsRune(blankLetters, r):
		return string(r)
	}
	return strings.Trim(strconv.QuoteRuneToASCII(r), "'")
}

// clock is a time soon after another in each reader's own zone, with the day when it
// is not that soon.
func clock(from, t time.Time) string {
	if t.Sub(from) < 12*time.Hour {
		return fmt.Sprintf("<!date^%d^{time_secs}|%s>", t.Unix(), t.UTC().Format("15:04:05 MST"))
	}
	return moment(t)
}

// moment is a time in each reader's own zone.
func moment(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time_secs}|%s>", t.Unix(), t.UTC().Format("2 Jan 15:04:05 MST"))
}
