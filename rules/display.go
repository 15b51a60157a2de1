package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Display gives the text as valid UTF-8 for people. Where the settings tell its
// encoding it is transcoded, else every byte above 0x7F that is no UTF-8 is
// shown as \xNN, as are control characters but line break and tab; characters
// that turn the direction of writing, and others that cannot be seen, as
// \uNNNN. It never fails, and it is not for machines: what it escapes is not
// marked.
func Display(text []byte, s Settings) string {
	if !utf8.Valid(text) {
		if how, ok := readingOf(s.ClientEncoding); ok {
			if out, ok := how.utf8(text); ok {
				text = out
			}
		}
	}
	return escapeForPeople(string(text))
}

func escapeForPeople(s string) string {
	if strings.IndexFunc(s, needsEscape) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1, r < 0x80 && needsEscape(r):
			fmt.Fprintf(&b, `\x%02X`, s[0])
		case needsEscape(r) && r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, r)
		case needsEscape(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// needsEscape says whether a reader would not see the character, or see others
// in another order because of it. (RuneError too: it may be a broken byte.)
func needsEscape(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r == utf8.RuneError:
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
