package script

import (
	"bytes"

	"github.com/holdfast-db/holdfast/rules"
)

// backslash reads a meta-command, or what \; and \: put into the query. It is
// false when the script ends here.
func (s *splitter) backslash(t rules.Token) bool {
	if next := s.byteAt(t.Pos + 1); next == ';' || next == ':' {
		s.forced(t.Pos + 1)
		return true
	}
	name := s.text[t.Pos+1 : s.nameEnd(t.Pos+1)]
	c := command{pos: t.Pos, name: string(name)}
	known, mode := lookUp(c.name)
	c.from = t.Pos + 1 + len(name)
	c.end = s.argumentsEnd(c.from, mode)
	c.arguments = bytes.TrimSpace(s.text[c.from:c.end])
	next := c.end
	if bytes.HasPrefix(s.text[next:], []byte(`\\`)) {
		next += 2 // ends the command
	}
	s.q.cut(s.text, c.pos, next)
	s.tokens.Seek(next)
	if !known {
		s.note(c.pos, `\`+c.name+" is no psql command that holdfast knows; the rest of the line was skipped")
		return true
	}
	return s.run(c)
}

// forced puts a semicolon or colon into the query without its meaning for psql.
func (s *splitter) forced(pos int) {
	mark := rules.Token{Kind: rules.TokenOther, Pos: pos, End: pos + 1}
	if s.q.some {
		s.q.cut(s.text, pos-1, pos)
	}
	s.add(mark)
	if s.text[pos] == ';' {
		s.q.part()
	}
	s.tokens.Seek(pos + 1)
}

func (s *splitter) byteAt(at int) byte {
	if at < len(s.text) {
		return s.text[at]
	}
	return 0
}

func isSpace(c byte) bool { return bytes.IndexByte([]byte(" \t\n\r\f\v"), c) >= 0 }

// nameEnd is where the name of a command ends: at white space or a backslash.
func (s *splitter) nameEnd(at int) int {
	for at < len(s.text) && !isSpace(s.text[at]) && s.text[at] != '\\' {
		at++
	}
	return at
}

// lineEnd is the place of the line break that ends the line of at, or the end of
// the text.
func (s *splitter) lineEnd(at int) int {
	if s.lineFrom <= at && at <= s.lineTo {
		return s.lineTo // a line may have any number of commands
	}
	s.lineFrom, s.lineTo = at, len(s.text)
	if i := bytes.IndexByte(s.text[min(at, len(s.text)):], '\n'); i >= 0 {
		s.lineTo = at + i
	}
	return s.lineTo
}

// argumentsEnd is where the arguments of a command end: at the end of the line,
// or at a backslash outside of quotes where the command does not take the line as
// it is.
func (s *splitter) argumentsEnd(at int, mode argumentMode) int {
	end := s.lineEnd(at)
	if mode == fileOrPipe && bytes.HasPrefix(bytes.TrimLeft(s.text[at:end], " \t\r\f\v"), []byte("|")) {
		mode = wholeLine
	}
	if mode == wholeLine {
		return end
	}
	quote := byte(0)
	for ; at < end; at++ {
		switch c := s.text[at]; {
		case quote == '\'' && c == '\\':
			at++ // an escape
		case quote == c:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '\\':
			return at
		}
	}
	return end
}
