package simulate

import "strings"

// token is a word of a text: kind is '#' a number, '$' a string, '@' a name of
// the test (letters followed by digits), ';', 0 the end, and 'w' everything else.
type token struct {
	kind byte
	text string
}

// lexer reads as much of Postgres's lexical rules as the scripts use.
type lexer struct {
	text     string
	standard bool // standard_conforming_strings
}

// next takes one token; it is false when a string does not end.
func (l *lexer) next() (token, bool) {
	l.skip()
	if l.text == "" {
		return token{}, true
	}
	switch c := l.text[0]; {
	case c == '\'':
		return l.quoted()
	case c == '$':
		return token{'w', "?" + l.take(2)[2:]}, true
	case c >= '0' && c <= '9':
		return token{'#', l.take(l.span(isDigit))}, true
	case isLetter(c):
		word := l.take(l.span(func(c byte) bool { return isLetter(c) || isDigit(c) }))
		if isDigit(word[len(word)-1]) {
			return token{'@', word}, true
		}
		return token{'w', word}, true
	case c == ';':
		l.take(1)
		return token{';', ";"}, true
	case strings.HasPrefix(l.text, "::"):
		return token{'w', l.take(2)}, true
	}
	return token{'w', l.take(1)}, true
}

// skip steps over white space and comments.
func (l *lexer) skip() {
	for {
		l.text = strings.TrimLeft(l.text, " \n")
		if strings.HasPrefix(l.text, "--") {
			_, l.text, _ = strings.Cut(l.text, "\n")
			continue
		}
		if strings.HasPrefix(l.text, "/*") {
			_, l.text, _ = strings.Cut(l.text, "*/")
			continue
		}
		return
	}
}

func (l *lexer) quoted() (token, bool) {
	var value []byte
	for i := 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '\\' && !l.standard && i+1 < len(l.text):
			i++
			value = append(value, l.text[i])
		case c == '\'' && i+1 < len(l.text) && l.text[i+1] == '\'':
			i++
			value = append(value, c)
		case c == '\'':
			l.take(i + 1)
			return token{'$', string(value)}, true
		default:
			value = append(value, c)
		}
	}
	return token{}, false
}

func (l *lexer) span(f func(byte) bool) int {
	n := 0
	for n < len(l.text) && f(l.text[n]) {
		n++
	}
	return n
}

func (l *lexer) take(n int) string {
	s := l.text[:n]
	l.text = l.text[n:]
	return s
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c == '_' }
