package script

import (
	"bytes"

	"github.com/holdfast-db/holdfast/rules"
)

// Split takes a script apart. It never fails: what cannot be understood is in the
// statements, as it stands there. It works on a copy of the text, which the result
// keeps alive.
func Split(script []byte) Script {
	text := bytes.Clone(script) // in which COPY data becomes blank
	s := splitter{text: text, tokens: rules.TokensOf(text), places: places{text: text}, values: values{}, lineFrom: -1, lineTo: -1}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) { // psql skips it
		s.tokens.Seek(len(byteOrderMark))
		s.places.at = len(byteOrderMark)
	}
	for s.step() {
	}
	return s.out
}

const byteOrderMark = "\xEF\xBB\xBF"

// splitter is the state of psql's main loop.
type splitter struct {
	text   []byte
	tokens *rules.Tokens
	places places
	out    Script

	q        query
	ifs      int  // open \if
	session  bool // behind a \connect
	lines    bool // psql's variable SINGLELINE was touched
	values   values
	copyLine int // end of the last line with a COPY ... FROM stdin in it
	dataFrom int // where data goes on for another COPY of that line

	lineFrom, lineTo int // a stretch without a line break up to one, or to the end
}

// step reads one token; it is false at the end of the script.
func (s *splitter) step() bool {
	t := s.tokens.Next()
	switch {
	case t.Kind == rules.TokenEnd:
		s.send(s.q.end) // psql sends what has no semicolon at the end of a file
		return false
	case t.Kind == rules.TokenBad && s.text[t.Pos] == '\\':
		return s.backslash(t)
	case t.Kind == rules.TokenMark && s.text[t.Pos] == ':' && t.End == t.Pos+1:
		s.colon(t)
	case t.Kind == rules.TokenMark && s.text[t.Pos] == ';' && s.q.ended():
		if s.q.some {
			s.q.end = t.End
			s.send(t.End)
		}
		s.q = query{}
	default:
		s.add(t)
	}
	return true
}

// add takes one token into the query.
func (s *splitter) add(t rules.Token) {
	if !s.q.some {
		s.q.place = s.places.of(t.Pos)
	}
	s.q.add(s.text, t)
}

// colon reads a variable, or a colon.
func (s *splitter) colon(t rules.Token) {
	v, ok := variableAt(s.text, t.Pos)
	if !ok {
		s.add(t)
		return
	}
	s.add(rules.Token{Kind: rules.TokenOther, Pos: v.Pos, End: v.End})
	s.tokens.Seek(v.End)
	v.Value = s.values[v.Name]
	v.Pos, v.End = s.q.length(v.Pos), s.q.length(v.End)
	s.q.variables = append(s.q.variables, v)
}

// send ends the statement that was collected; at is where psql would send it.
func (s *splitter) send(at int) {
	if !s.q.some {
		return
	}
	st := Statement{
		Place: s.q.place, Pos: s.q.pos, End: s.q.end,
		SQL: s.q.text(s.text), Variables: s.q.variables, Doubt: s.q.doubt,
	}
	copies := s.q.copies
	s.q = query{}
	switch {
	case st.Doubt != "":
	case copies > 0 && s.ifs > 0:
		st.Doubt = "the data of a COPY inside \\if is read as SQL where the branch is not taken"
	case s.lines:
		st.Doubt = "with SINGLELINE psql may send each line by itself"
	}
	s.emit(st)
	for range copies {
		s.data(at)
	}
}

func (s *splitter) emit(st Statement) {
	st.NewSession, s.session = s.session, false
	s.out.Statements = append(s.out.Statements, st)
}

func (s *splitter) note(pos int, text string) {
	s.out.Notes = append(s.out.Notes, Note{s.places.of(pos), text})
}
