package rules

import (
	"bytes"
	"math/bits"
)

// plainlyHarmless is a short cut through the prefilter for what most texts are:
// statements without anything unusual. What it passes harmlessByTokens passes
// too (the tests compare them); what it does not pass is not decided.
func plainlyHarmless(text []byte) bool {
	p := plain{text: text, lexer: lexer{text: text}}
	if _, ok := p.begin(0); !ok {
		return false
	}
	for p.at < len(text) {
		if !p.block() {
			return false
		}
	}
	return true
}

type plain struct {
	text    []byte
	lexer   lexer  // reads comments; it remembers runs of operators, or they cost their square
	at      int    // where the block begins
	comment int    // the end of the last comment
	before  uint64 // 1 if the byte before the block is a letter that it goes on
}

// begin reads the white space from at on, behind which the text must end or one
// of firstWords begin.
func (p *plain) begin(at int) (end int, ok bool) {
	end = skip(p.text, at, isSpace)
	if bytes.IndexByte(p.text[at:end], '\v') >= 0 {
		return 0, false
	}
	return end, end == len(p.text) || beginWords.has(p.text[end:skip(p.text, end, isName)])
}

var beginWords = newWordTable(firstWords)

// block reads 64 bytes, or up to the end of a literal or comment that ends
// behind them.
func (p *plain) block() bool {
	var b block
	if rest := p.text[p.at:]; len(rest) >= blockSize {
		b = blockOf((*[blockSize]byte)(rest))
	} else {
		last := [blockSize]byte([]byte(blanks))
		copy(last[:], rest)
		b = blockOf(&last)
	}
	next := p.at + blockSize
	for b.stop != 0 {
		i := bits.TrailingZeros64(b.stop)
		b.stop &= b.stop - 1
		end, ok := p.stop(p.at + i)
		if !ok {
			return false
		}
		if end > p.at+i+1 {
			b.without(i, end-p.at)
			next = max(next, end)
		}
	}
	if !p.words(&b) {
		return false
	}
	p.before = b.letter >> (blockSize - 1) // 0 inside a literal
	p.at = next
	return true
}

const blanks = "                                                                "

// words looks at the words of a block that may be danger words.
func (p *plain) words(b *block) bool {
	for starts := b.danger(p.before); starts != 0; starts &= starts - 1 {
		if dangerous(p.text[p.at+bits.TrailingZeros64(starts):]) {
			return false
		}
	}
	return true
}

// dangerous says whether the text begins with a danger word.
func dangerous(text []byte) bool {
	if len(text) < 3 {
		return true // too short to be worth a look; decided by tokens
	}
	if dangerThirds[uint(text[0]&31)<<5|uint(text[1]&31)]>>(text[2]&31)&1 == 0 {
		return false
	}
	return dangerTable.has(text[:skip(text, 0, isName)])
}

var dangerTable = newWordTable(dangerWords)

// dangerThirds says by the first two letters of danger words which ones are the
// third, of each the five bits that case does not change.
var dangerThirds = func() (m [1 << 10]uint32) {
	for w := range dangerWords {
		third := ^uint32(0) // behind DO, any byte
		if len(w) > 2 {
			third = 1 << (w[2] & 31)
		}
		m[uint(w[0]&31)<<5|uint(w[1]&31)] |= third
	}
	return m
}()

// stop reads what begins at a byte that is more than a border between words, and
// gives the place behind it.
func (p *plain) stop(at int) (end int, ok bool) {
	switch c := p.text[at]; {
	case c == '(': // the most frequent first: this is not a jump table
		return at + 1, p.bracket(at)
	case c == '\'':
		return p.literal(at)
	case c == '"':
		return p.quoted(at)
	case c == '-' || c == '/':
		return p.operator(at)
	case c == '&':
		return at + 1, at > 0 && p.text[at-1]|0x20 != 'u'
	case c == '$':
		return at + 1, p.parameter(at)
	case c == ';':
		return p.begin(at + 1)
	}
	return 0, false
}

// literal reads 'literal' with nothing before the quote that would make it
// another kind.
func (p *plain) literal(at int) (end int, ok bool) {
	if at > 0 && class[p.text[at-1]]&isName != 0 {
		return 0, false
	}
	for end = at + 1; ; {
		i := bytes.IndexByte(p.text[end:], '\'')
		if i < 0 {
			return 0, false
		}
		end += i + 1
		if end == len(p.text) || p.text[end] != '\'' {
			return end, true
		}
		end++
	}
}

// quoted reads "name" without a quote in it.
func (p *plain) quoted(at int) (end int, ok bool) {
	i := bytes.IndexByte(p.text[at+1:], '"')
	if i < 0 {
		return 0, false
	}
	end = at + i + 2
	return end, end == len(p.text) || p.text[end] != '"'
}

// parameter says whether a $ begins a parameter and is no part of a name.
func (p *plain) parameter(at int) bool {
	return at > 0 && class[p.text[at-1]]&isName == 0 && at+1 < len(p.text) && class[p.text[at+1]]&isDigit != 0
}

// operator reads a comment, or the one byte.
func (p *plain) operator(at int) (end int, ok bool) {
	l := &p.lexer
	l.at = at
	if c := l.peek(1); c != '-' && c != '*' || c == '-' && p.text[at] != '-' || c == '*' && p.text[at] != '/' {
		return at + 1, true
	}
	l.comment()
	p.comment = l.at
	return l.at, !l.broken
}
