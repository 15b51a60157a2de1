package rules

import "bytes"

// kind is the kind of a token.
type kind uint8

// The kinds of tokens. Keywords are words: which of them is one depends on the
// version of the server.
const (
	kindEnd     kind = iota // the text is over
	kindWord                // keyword or identifier, not quoted
	kindQuoted              // "identifier", U&"identifier"
	kindString              // 'literal' under standard_conforming_strings=on
	kindEscape              // E'literal'
	kindBits                // B'0101', X'1FF'
	kindUnicode             // U&'literal'
	kindDollar              // $tag$literal$tag$
	kindNumber
	kindParam   // $1
	kindOp      // an operator of any length
	kindSelf    // one of , ( ) [ ] . ; : or the pairs :: := ..
	kindComment // only where comments are asked for
	kindBad     // a byte that begins no token, or a literal without an end
)

// token is a stretch of the text; it keeps no copy of it.
type token struct {
	kind     kind
	pos, end int
}

// lexer splits a text into the tokens of the Postgres manual, section 4.1, with
// standard_conforming_strings=on, as the scanner of PostgreSQL 16 does. It
// allocates nothing and never fails: what is no token is kindBad, and broken
// tells whether a literal, quoted name or comment had no end.
//
// It also reads \v as white space, which servers from 16 on do and the parser
// here does not, so that words beside it are seen.
type lexer struct {
	text     []byte
	at       int
	comments bool // comments are tokens, not white space
	broken   bool
	junk     bool // a number or parameter ran into a name, an error from 15 on

	// rescans counts the bytes that the server's scanner reads ahead and gives
	// back at operators and comments: all operator characters that follow.
	rescans int

	run opRun
}

// opRun is the last run of operator characters seen, so that a run of n
// operators is not read n times.
type opRun struct {
	end     int // behind the run
	comment int // where a comment begins in it, or end
	special int // the last of the characters that let an operator end in + or -
	other   int // the last character but + and -
}

// runAt finds the run of operator characters around at.
func (l *lexer) runAt(at int) opRun {
	if at < l.run.end && at < l.run.comment {
		return l.run
	}
	r := opRun{special: -1, other: -1}
	end := at
	for end < len(l.text) && class[l.text[end]]&isOp != 0 {
		c := l.text[end]
		if end > at && end+1 < len(l.text) && (c == '-' && l.text[end+1] == '-' || c == '/' && l.text[end+1] == '*') {
			break
		}
		switch c {
		case '~', '!', '@', '#', '%', '^', '&', '|', '`', '?':
			r.special = end
		}
		if c != '+' && c != '-' {
			r.other = end
		}
		end++
	}
	r.comment = end
	if r.end = l.run.end; r.end <= end {
		r.end = skip(l.text, end, isOp)
	}
	l.run = r
	return r
}

const (
	isSpace uint8 = 1 << iota
	isStart       // begins an identifier
	isName        // goes on with one
	isDigit
	isOp
	isTag // goes on with the tag of a dollar quote
)

// class says what each byte may be. Bytes above 0x7F are letters to Postgres.
var class = classTable()

func classTable() (t [256]uint8) {
	for b := range t {
		c := byte(b)
		switch {
		case c >= 0x80 || c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z':
			t[b] = isStart | isName | isTag
		case '0' <= c && c <= '9':
			t[b] = isName | isDigit | isTag
		case c == '$':
			t[b] = isName
		case bytes.IndexByte([]byte(" \t\n\r\f\v"), c) >= 0:
			t[b] = isSpace
		case bytes.IndexByte([]byte("~!@#^&|`?+-*/%<>="), c) >= 0:
			t[b] = isOp
		}
	}
	return t
}

// peek is the byte n places ahead, or 0 behind the end.
func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.text) {
		return l.text[l.at+n]
	}
	return 0
}

// next gives the next token; after the end it gives kindEnd for ever.
func (l *lexer) next() token {
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case class[c]&isSpace != 0:
			l.at++
		case c == '-' && l.peek(1) == '-', c == '/' && l.peek(1) == '*':
			start := l.at
			l.comment()
			if l.comments {
				return token{kindComment, start, l.at}
			}
		default:
			start := l.at
			k := l.scan(c)
			return token{k, start, l.at}
		}
	}
	return token{kindEnd, l.at, l.at}
}

// scan moves behind the token that begins with c.
func (l *lexer) scan(c byte) kind {
	switch {
	case class[c]&isStart != 0:
		return l.word(c)
	case class[c]&isDigit != 0, c == '.' && class[l.peek(1)]&isDigit != 0:
		return l.number()
	case class[c]&isOp != 0:
		return l.operator()
	}
	switch c {
	case '\'':
		l.at++
		return l.literal(kindString)
	case '"':
		l.at++
		return l.quotedName()
	case '$':
		return l.dollar()
	case ':':
		if n := l.peek(1); n == ':' || n == '=' {
			l.at++
		}
	case '.':
		if l.peek(1) == '.' {
			l.at++
		}
	case ',', '(', ')', '[', ']', ';':
	default:
		l.at++
		return kindBad
	}
	l.at++
	return kindSelf
}

// word reads an identifier, or the literal that its first letter introduces.
func (l *lexer) word(c byte) kind {
	switch quoted := l.peek(1) == '\''; {
	case quoted && c|0x20 == 'e':
		l.at += 2
		return l.literal(kindEscape)
	case quoted && (c|0x20 == 'b' || c|0x20 == 'x'):
		l.at += 2
		return l.literal(kindBits)
	case c|0x20 == 'u' && l.peek(1) == '&' && l.peek(2) == '\'':
		l.at += 3
		return l.literal(kindUnicode)
	case c|0x20 == 'u' && l.peek(1) == '&' && l.peek(2) == '"':
		l.at += 3
		return l.quotedName()
	}
	l.at = skip(l.text, l.at, isName)
	return kindWord
}

// skip is the first place from at on whose byte is not of the class.
func skip(text []byte, at int, what uint8) int {
	for at < len(text) && class[text[at]]&what != 0 {
		at++
	}
	return at
}

// literal reads to the end of a quoted string, of which the opening quote was
// read. Strings go on after white space with a line break in it.
func (l *lexer) literal(k kind) kind {
	for l.at < len(l.text) {
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

func (l *lexer) noteJunk() {
	if l.at < len(l.text) && class[l.text[l.at]]&isStart != 0 {
		l.junk = true
	}
}

// number reads 1, 1.5, .5e-3, 0x1F and 1_000; what letters follow is a word.
func (l *lexer) number() kind {
	defer l.noteJunk()
	if l.text[l.at] == '0' {
		if end := radix(l.text, l.at+1); end > 0 {
			l.at = end
			return kindNumber
		}
	}
	l.at = digits(l.text, l.at)
	if l.peek(0) == '.' && l.peek(1) != '.' {
		l.at = digits(l.text, l.at+1)
	}
	if l.peek(0)|0x20 == 'e' {
		exp := l.at + 1
		if exp < len(l.text) && (l.text[exp] == '+' || l.text[exp] == '-') {
			exp++
		}
		if end := digits(l.text, exp); end > exp {
			l.at = end
		}
	}
	return kindNumber
}

// digits is the end of a run of decimal digits with single underscores inside.
func digits(text []byte, at int) int {
	for at < len(text) {
		switch {
		case class[text[at]]&isDigit != 0:
			at++
		case text[at] == '_' && at > 0 && class[text[at-1]]&isDigit != 0 &&
			at+1 < len(text) && class[text[at+1]]&isDigit != 0:
			at += 2
		default:
			return at
		}
	}
	return at
}

// radix is the end of the digits behind the x, o or b of a number that began
// with 0, and 0 if there are none.
func radix(text []byte, at int) int {
	if at >= len(text) {
		return 0
	}
	var base byte
	switch text[at] | 0x20 {
	case 'x':
		base = 16
	case 'o':
		base = 8
	case 'b':
		base = 2
	default:
		return 0
	}
	end := at + 1
	for end < len(text) {
		next := end
		if text[next] == '_' {
			next++
		}
		if next >= len(text) || digitOf(text[next]) >= base {
			break
		}
		end = next + 1
	}
	if end == at+1 {
		return 0
	}
	return end
}

// digitOf is the value of a hexadecimal digit, 255 for any other byte.
func digitOf(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// operator reads the longest operator, which ends before a comment and may end
// in + or - only if it holds one of the characters ~ ! @ # % ^ & | ` ?.
func (l *lexer) operator() kind {
	start := l.at
	r := l.runAt(start)
	l.rescans += r.end - start
	l.at = r.comment
	if r.special < start {
		if c := l.text[r.comment-1]; c == '+' || c == '-' {
			l.at = max(r.other, start) + 1
		}
	}
	return kindOp
}

// comment moves behind the comment that begins here; those in /* */ nest.
func (l *lexer) comment() {
	if l.text[l.at] == '-' {
		l.at = lineEnd(l.text, l.at)
		return
	}
	depth := 0
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '/' && l.peek(1) == '*':
			if l.at >= l.run.end {
				l.run = opRun{end: skip(l.text, l.at, isOp)}
			}
			l.rescans += l.run.end - l.at
			depth++
			l.at += 2
		case c == '*' && l.peek(1) == '/':
			depth--
			l.at += 2
			if depth == 0 {
				return
			}
		default:
			l.at++
		}
	}
	l.at = len(l.text)
	l.broken = true
}
