package rules

import "bytes"

// literal reads to the end of a quoted string, of which the opening quote was
// read. Strings go on after white space with a line break in it.
func (l *lexer) literal(k kind) kind {
	for l.at < len(l.text) {
		if k != kindEscape { // nothing but a quote means anything in it
			i := bytes.IndexByte(l.text[l.at:], '\'')
			if i < 0 {
				break
			}
			l.at += i
		}
		c := l.text[l.at]
		l.at++
		switch {
		case c == '\\' && k == kindEscape:
			l.at++
		case c != '\'':
		case l.peek(0) == '\'' && k != kindBits:
			l.at++
		default:
			again, ok := l.continuation()
			if !ok {
				return k
			}
			l.at = again
		}
	}
	l.at = len(l.text)
	l.broken = true
	return kindBad
}

// continuation finds the quote with which the string just closed goes on.
func (l *lexer) continuation() (at int, ok bool) {
	at = l.at
	line := false
	for at < len(l.text) {
		c := l.text[at]
		switch {
		case c == '\n' || c == '\r':
			line = true
			at++
		case class[c]&isSpace != 0:
			at++
		case c == '-' && at+1 < len(l.text) && l.text[at+1] == '-':
			at = lineEnd(l.text, at)
		case c == '\'' && line:
			return at + 1, true
		default:
			return 0, false
		}
	}
	return 0, false
}

// lineEnd is the place of the line break that ends the line of at.
func lineEnd(text []byte, at int) int {
	for at < len(text) && text[at] != '\n' && text[at] != '\r' {
		at++
	}
	return at
}

// quotedName reads to the end of a quoted identifier, "" being a quote in it.
func (l *lexer) quotedName() kind {
	for l.at < len(l.text) {
		i := bytes.IndexByte(l.text[l.at:], '"')
		if i < 0 {
			break
		}
		l.at += i + 1
		if l.peek(0) != '"' {
			return kindQuoted
		}
		l.at++
	}
	l.at = len(l.text)
	l.broken = true
	return kindBad
}

// dollar reads a parameter or a dollar-quoted string.
func (l *lexer) dollar() kind {
	if class[l.peek(1)]&isDigit != 0 {
		l.at = skip(l.text, l.at+1, isDigit)
		l.noteJunk()
		return kindParam
	}
	tag := l.at + 1
	if tag < len(l.text) && class[l.text[tag]]&isDigit == 0 {
		tag = skip(l.text, tag, isTag)
	}
	if tag >= len(l.text) || l.text[tag] != '$' {
		l.at++
		return kindBad
	}
	fence := l.text[l.at : tag+1]
	body := tag + 1
	i := bytes.Index(l.text[body:], fence)
	if i < 0 {
		l.at = len(l.text)
		l.broken = true
		return kindBad
	}
	l.at = body + i + len(fence)
	return kindDollar
}
