package rules

// Tokens splits a text as the server's scanner does with
// standard_conforming_strings=on (manual, section 4.1), for those who look for
// the borders of statements and judge nothing. White space and comments are no
// tokens. The text must not change while it is split, but for what lies behind
// the last token given. Not safe for concurrent use.
type Tokens struct{ l lexer }

// Token is a stretch of the text, from Pos up to End.
type Token struct {
	Kind     TokenKind
	Pos, End int
}

// TokenKind says as much of a token as its borders need.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenEnd   TokenKind = iota // the text is over
	TokenWord                   // keyword or identifier that is not quoted
	TokenMark                   // one of , ( ) [ ] . ; : or the pairs :: := ..
	TokenOther                  // literal, quoted name, number, parameter, operator
	TokenBad                    // a byte that begins no token, or a literal without an end
)

// TokensOf splits a text, which it keeps no copy of.
func TokensOf(text []byte) *Tokens { return &Tokens{lexer{text: text}} }

// Next gives the next token; after the end it gives TokenEnd for ever.
func (t *Tokens) Next() Token {
	next := t.l.next()
	kind := TokenOther
	switch next.kind {
	case kindEnd:
		kind = TokenEnd
	case kindWord:
		kind = TokenWord
	case kindSelf:
		kind = TokenMark
	case kindBad:
		kind = TokenBad
	}
	return Token{kind, next.pos, next.end}
}

// Seek goes on at a place behind the tokens that were given.
func (t *Tokens) Seek(at int) { t.l.at = max(min(at, len(t.l.text)), 0) }
