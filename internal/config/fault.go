package config

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fault is one thing that is wrong, with its place.
type Fault struct {
	// Where is the file as it was named, the flag ("--listen") or the variable
	// ("HOLDFAST_LISTEN").
	Where string

	// Line and Column count from 1; 0 where the fault has no place in a file.
	Line, Column int

	// Text says what is wrong and what to do, in one line.
	Text string

	// Excerpt is the line of the file with a mark under the place, two lines
	// without a final newline; empty where there is none. Passwords and tokens
	// in it are masked.
	Excerpt string
}

// Error is the place and the text, followed by the excerpt if there is one.
func (f Fault) Error() string {
	place := f.Where
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", f.Where, f.Line, f.Column)
	}
	if place != "" {
		place += ": "
	}
	if f.Excerpt == "" {
		return place + f.Text
	}
	return place + f.Text + "\n" + f.Excerpt
}

// Faults is everything that is wrong, in the order of the file.
type Faults []Fault

// Error is all faults, with an empty line between those that have an excerpt.
func (fs Faults) Error() string {
	var b strings.Builder
	for i, f := range fs {
		if i > 0 {
			b.WriteByte('\n')
			if f.Excerpt != "" || fs[i-1].Excerpt != "" {
				b.WriteByte('\n')
			}
		}
		b.WriteString(f.Error())
	}
	return b.String()
}

// inOrder sorts by place; faults without a line come first.
func (fs Faults) inOrder() Faults {
	sort.SliceStable(fs, func(i, j int) bool {
		if fs[i].Line != fs[j].Line {
			return fs[i].Line < fs[j].Line
		}
		return fs[i].Column < fs[j].Column
	})
	return fs
}

// maxExcerpt bounds the shown part of a line, so that a minified file does not
// flood a terminal.
const maxExcerpt = 160

// maxMasked bounds the part of a line that is looked at for secrets, in bytes: far
// more than is shown, so that one which begins there is seen to its end.
const maxMasked = 4096

// cutAt is the first n bytes of s, up to the border of a character.
func cutAt(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// secrets finds what a configuration must not show again: the password of a URL,
// and the value of a key or parameter that is named as a secret.
var secrets = regexp.MustCompile(`(://[^:@/\s"']*:)([^@\s"']*)(@)` +
	`|((?i:token|password|secret)[a-z_]*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,}&"']+)`)

// mask replaces secrets in a line by three stars and says where the first began,
// in bytes; -1 if there was none.
func mask(line string) (string, int) {
	at := secrets.FindStringIndex(line)
	if at == nil {
		return line, -1
	}
	return secrets.ReplaceAllString(line, "$1$4***$3"), at[0]
}

// shownLine is a line of the file as it may be shown.
type shownLine struct {
	text  string
	moved int // where masking moved what follows, in bytes; -1 if it did not
}

func shownOf(line string) shownLine {
	text, moved := mask(printable(cutAt(line, maxMasked)))
	if utf8.RuneCountInString(text) > maxExcerpt {
		text = string([]rune(text)[:maxExcerpt]) + "…"
	}
	return shownLine{text, moved}
}

// excerpt is a line with a mark of the given width below column. Where masking
// moved the text under the mark, the mark is left out rather than wrong.
func excerpt(l shownLine, line, column, width int) string {
	shown := fmt.Sprintf("%5d | %s", line, l.text)
	if column < 1 || column > maxExcerpt || (l.moved >= 0 && column > l.moved+1) {
		return shown
	}
	width = max(1, min(width, utf8.RuneCountInString(l.text)-column+1))
	return shown + "\n" + strings.Repeat(" ", 5) + " | " + strings.Repeat(" ", column-1) + strings.Repeat("^", width)
}

// printable replaces what would move or hide text on a terminal, one rune for
// one, so that columns stay true.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < 0x20 || r == 0x7f || r == utf8.RuneError || (r > 0x7f && !unicode.IsPrint(r)):
			return '\uFFFD'
		}
		return r
	}, s)
}
