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
