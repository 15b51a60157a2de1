package rules

import "bytes"

// The tokens of a shape. Whatever is taken goes into the shape and the next one
// is at hand; what is not taken leaves all as it was.

func (s *shape) piece() []byte { return s.lexer.text[s.t.pos:s.t.end] }

func (s *shape) first() byte { return s.lexer.text[s.t.pos] }

func (s *shape) take() bool { return s.takeAs(s.piece()) }

func (s *shape) takeAs(piece []byte) bool {
	s.end = s.t.end
	if s.size+len(piece)+1 > maxShape {
		s.t.kind = kindBad // nothing takes that, and the text has no shape
		return false
	}
	s.size += copy(s.out[s.size:], piece)
	s.out[s.size] = 0
	s.size++
	s.t = s.lexer.next()
	return true
}

func (s *shape) isWord(lower string) bool {
	return s.t.kind == kindWord && isWord(s.piece(), lower)
}

func (s *shape) isSelf(c byte) bool {
	return s.t.kind == kindSelf && s.t.end == s.t.pos+1 && s.first() == c
}

func (s *shape) takeWord(lower string) bool { return s.isWord(lower) && s.take() }

func (s *shape) takeSelf(c byte) bool { return s.isSelf(c) && s.take() }

func (s *shape) takeOp(op string) bool {
	return s.t.kind == kindOp && string(s.piece()) == op && s.take()
}

// takeLiteral takes one of the bytes above in the place of a literal.
func (s *shape) takeLiteral(as byte) bool {
	s.literals++
	return s.takeAs([]byte{as})
}

// string takes 'literal' in one piece. How literals in several pieces are joined
// over comments differs between the parser and servers.
func (s *shape) string() bool {
	if s.t.kind != kindString {
		return false
	}
	inner := s.piece()
	inner = inner[1 : len(inner)-1]
	for {
		i := bytes.IndexByte(inner, '\'')
		switch {
		case i < 0:
			return s.takeLiteral(shapeString)
		case i+1 == len(inner) || inner[i+1] != '\'':
			return false
		}
		inner = inner[i+2:]
	}
}

// number takes digits and digits.digits, and no other way to write a number. The
// grammar tells integers of 32 bits from all other numbers.
func (s *shape) number() bool {
	if s.t.kind != kindNumber {
		return false
	}
	const maxInteger = 1<<31 - 1
	value := 0
	piece := s.piece()
	for i, c := range piece {
		switch {
		case c == '.' && i > 0 && i+1 < len(piece) && allDigits(piece[i+1:]):
			return s.takeLiteral(shapeNumber)
		case class[c]&isDigit == 0:
			return false
		}
		value = min(value*10+int(c-'0'), maxInteger+1)
	}
	if value > maxInteger {
		return s.takeLiteral(shapeNumber)
	}
	return s.takeLiteral(shapeInteger)
}

func allDigits(b []byte) bool { return skip(b, 0, isDigit) == len(b) }
