package script

import (
	"bytes"

	"github.com/holdfast-db/holdfast/rules"
)

// slashCopy reads \copy, which sends COPY ... FROM STDIN or TO STDOUT and moves
// the rows itself. psql puts no variables into it.
func (s *splitter) slashCopy(c command) {
	st := s.of(c)
	p, ok := parseCopy(c.arguments)
	if !ok {
		st.Doubt = `\copy was not understood`
		s.emit(st)
		return
	}
	st.SQL = bytes.Join([][]byte{[]byte("COPY"), p.what, []byte(p.direction), p.options}, []byte(" "))
	switch {
	case p.inline && s.ifs > 0:
		st.Doubt = `the data of a \copy inside \if is read as SQL where the branch is not taken`
	case p.terminal:
		st.Doubt = `the data may be the lines that follow: \copy from pstdin reads what psql reads`
	}
	s.emit(st)
	if p.inline {
		s.data(c.end)
	}
}

// slashed is a \copy in parts.
type slashed struct {
	what, options []byte
	direction     string // FROM STDIN or TO STDOUT
	inline        bool   // the data follows in the script
	terminal      bool   // the data is psql's own input
}

// parseCopy finds FROM or TO outside of brackets, and what is moved to or from.
func parseCopy(line []byte) (p slashed, ok bool) {
	tokens, depth := rules.TokensOf(line), 0
	for {
		t := tokens.Next()
		word := line[t.Pos:t.End]
		switch {
		case t.Kind == rules.TokenEnd:
			return p, false
		case t.Kind == rules.TokenMark && word[0] == '(':
			depth++
		case t.Kind == rules.TokenMark && word[0] == ')':
			depth--
		case depth != 0 || t.Kind != rules.TokenWord:
		case equalWord(word, "from"), equalWord(word, "to"):
			p.what = bytes.TrimSpace(line[:t.Pos])
			p.direction = "TO STDOUT"
			rest := bytes.TrimLeft(line[t.End:], " \t\r")
			where, after := cutArgument(rest)
			if equalWord(where, "program") {
				_, after = cutArgument(after)
			}
			if equalWord(word, "from") {
				p.direction = "FROM STDIN"
				p.inline, p.terminal = equalWord(where, "stdin"), equalWord(where, "pstdin")
			}
			p.options = bytes.TrimSpace(after)
			return p, len(p.what) > 0 && len(where) > 0
		}
	}
}

// cutArgument takes the first word off, in quotes or up to a blank.
func cutArgument(line []byte) (word, rest []byte) {
	line = bytes.TrimLeft(line, " \t\r")
	if len(line) > 0 && line[0] == '\'' {
		for i := 1; i < len(line); i++ {
			if line[i] != '\'' {
				continue
			}
			if i+1 < len(line) && line[i+1] == '\'' {
				i++
				continue
			}
			return line[:i+1], line[i+1:]
		}
	}
	if i := bytes.IndexAny(line, " \t\r;"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, nil
}

// data skips the data of the COPY that was emitted last. Without an end it may be
// no data at all: a COPY that fails leaves it to psql as SQL.
func (s *splitter) data(at int) {
	if last := &s.out.Statements[len(s.out.Statements)-1]; !s.skipData(at) && last.Doubt == "" {
		last.Doubt = `its data has no end: \. is missing, and where the COPY fails psql reads what follows as SQL`
	}
}

// skipData makes the data of a COPY blank that was sent at a place: the lines
// behind that place's up to \. alone. What follows on the same line is read first,
// so the data of a second COPY there lies behind that of the first. It is false when
// the script is over before the data.
func (s *splitter) skipData(at int) bool {
	if end := s.lineEnd(at); end != s.copyLine || s.dataFrom == 0 {
		s.copyLine, s.dataFrom = end, min(end+1, len(s.text))
	}
	for from := s.dataFrom; ; {
		end := s.lineEnd(from)
		line := bytes.TrimSuffix(s.text[from:end], []byte("\r"))
		last := bytes.Equal(line, []byte(`\.`))
		for i := from; i < end; i++ {
			s.text[i] = ' '
		}
		from = min(end+1, len(s.text))
		if last || end == len(s.text) {
			s.dataFrom = from
			return last
		}
	}
}
