package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// blankLetters are letters that show nothing, which unicode.IsPrint takes for
// visible ones.
const blankLetters = "\u115f\u1160\u3164\uffa0"

// escape shows text of others in one line: a character that would move the
// cursor, turn the direction of reading or show nothing stands as its number.
// White space becomes a blank.
func escape(s string) string { return escapeRunes(s, true) }

// escapeLine is escape for a line of SQL, where only tabs become blanks.
func escapeLine(s string) string { return escapeRunes(s, false) }

func escapeRunes(s string, flat bool) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && s[i] != "\uFFFD"[0]:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\t' && !flat:
			b.WriteString("    ")
		case flat && (r == '\t' || r == '\n' || r == '\r'):
			b.WriteByte(' ')
		case unicode.IsPrint(r) && !strings.ContainsRune(blankLetters, r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// quote shows a word of the caller in a message.
func quote(s string) string { return `"` + escape(s) + `"` }

// cells is how many columns a text takes on a terminal: letters of East Asian
// scripts take two (Unicode Standard Annex 11), marks on other letters none.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += runeCells(r)
	}
	return n
}

func runeCells(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut shortens a text to n columns, with an ellipsis where something is missing.
func cut(s string, n int) string {
	if cells(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += runeCells(r); used > n-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// pad fills a text up to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-cells(s), 0)) }

// fold breaks a text into lines of at most n columns, at blanks where it can.
func fold(s string, n int) []string {
	var lines []string
	for cells(s) > n {
		at, used, blank := len(s), 0, -1
		for i, r := range s {
			if used += runeCells(r); used > n {
				at = i
				break
			}
			if r == ' ' {
				blank = i
			}
		}
		if blank > 0 {
			at = blank + 1
		}
		lines = append(lines, strings.TrimRight(s[:at], " "))
		s = s[at:]
	}
	return append(lines, s)
}
