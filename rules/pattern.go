package rules

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Pattern is a name, or a glob in which * stands for any letters, none included,
// and ? for one. Upper and lower case are told apart, as Postgres does with the
// names of databases and users. The zero value matches only the empty name.
type Pattern struct {
	text string
	fold bool // case does not matter
}

// ParsePattern reads a Pattern.
func ParsePattern(text string) (Pattern, error) {
	if text == "" {
		return Pattern{}, errors.New("an empty pattern matches nothing; leave the matcher out, or write * for anything")
	}
	return Pattern{text: text}, nil
}

// ParseFoldedPattern reads a Pattern that does not tell upper from lower case: what
// people type as application_name has no rule.
func ParseFoldedPattern(text string) (Pattern, error) {
	p, err := ParsePattern(strings.ToLower(text))
	p.fold = true
	return p, err
}

// String is the pattern as it was written, but for the case where it does not matter.
func (p Pattern) String() string { return p.text }

// Matches says whether the pattern matches a name.
func (p Pattern) Matches(name string) bool {
	if p.fold {
		var room [loweredRoom]byte
		return glob(p.text, lowered(room[:0], name))
	}
	return glob(p.text, name)
}

// loweredRoom is the room on the stack for a name in lower case: an application_name of
// more is cut by the server.
const loweredRoom = 63

// lowered appends a name in lower case to b, which is empty.
func lowered(b []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if c >= utf8.RuneSelf {
			return append(b[:0], strings.ToLower(name)...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// glob matches with * and ?, in time that grows with the product of both lengths at
// worst.
func glob[T string | []byte](pattern string, name T) bool {
	at, n := 0, 0
	star, from := -1, 0
	for n < len(name) {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, from = at, n
			at++
		case at < len(pattern) && pattern[at] == '?':
			at++
			n = afterRune(name, n)
		case at < len(pattern) && pattern[at] == name[n]:
			at++
			n++
		case star >= 0:
			from = afterRune(name, from)
			at, n = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}

// afterRune is the index behind the character that begins at n.
func afterRune[T string | []byte](s T, n int) int {
	n++
	for n < len(s) && s[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// TablePattern is a pattern for relations: "billing.*", "billing.invoices", or a
// name without a schema, which stands for that of any schema.
type TablePattern struct {
	schema, name Pattern
}

// ParseTablePattern reads a TablePattern. Names are as the catalogs have them: in
// lower case unless the table was made with quotes, and without quotes.
func ParseTablePattern(text string) (TablePattern, error) {
	parts := strings.Split(text, ".")
	switch {
	case strings.Contains(text, `"`):
		return TablePattern{}, fmt.Errorf("%q: write names without double quotes, as the catalogs have them", text)
	case len(parts) > 2:
		return TablePattern{}, fmt.Errorf("%q has more than one dot; write schema.table, and the database under databases", text)
	case parts[0] == "" || parts[len(parts)-1] == "":
		return TablePattern{}, fmt.Errorf("%q is no pattern for a table; write schema.table, schema.* or table", text)
	case len(parts) == 1:
		return TablePattern{schema: Pattern{text: "*"}, name: Pattern{text: text}}, nil
	}
	return TablePattern{schema: Pattern{text: parts[0]}, name: Pattern{text: parts[1]}}, nil
}

// String is the pattern with its schema.
func (p TablePattern) String() string { return p.schema.text + "." + p.name.text }
