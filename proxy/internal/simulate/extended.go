package simulate

import (
	"encoding/binary"
	"strconv"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

func (s *server) parse(b []byte) *failure {
	f, _ := wire.ReadParse(b)
	s.begin()
	name := string(f.Name)
	if name == "" {
		delete(s.statements, "")
	}
	list, ok := s.readParsed(string(f.Text))
	switch {
	case !ok:
		return &failure{"42601", "syntax error"}
	case len(list) > 1:
		return &failure{"42601", "cannot insert multiple commands into a prepared statement"}
	case len(list) == 0:
		list = []*statement{nil} // an empty text: nothing to fail
	default:
		if err := s.blocked(list[0]); err != nil {
			return err
		}
		if err := s.analyse(list[0]); err != nil {
			return err
		}
		list[0].returns = s.kindOf(list[0])
		list[0].types = append([]byte(nil), f.Types...)
	}
	if _, taken := s.statements[name]; taken {
		return &failure{"42P05", "prepared statement already exists"}
	}
	s.statements[name] = list[0]
	s.bySQL[name] = false
	s.emit(bare(wire.ParseComplete))
	return nil
}

// readParsed reads the text of a Parse; holdfast's own question is among what the
// server understands.
func (s *server) readParsed(text string) ([]*statement, bool) {
	if s.cause == byQuestion {
		return s.readOwn(text)
	}
	if s.cause == byAsk {
		return []*statement{{form: "select $", source: text, strings: []string{
			s.settings["standard_conforming_strings"] + " UTF8"}}}, true
	}
	return readText(text, s.settings["standard_conforming_strings"] == "on")
}

func (s *server) bind(b []byte) *failure {
	f, _ := wire.ReadBind(b)
	s.begin()
	st, ok := s.statements[string(f.Statement)]
	if !ok {
		return &failure{"26000", "prepared statement does not exist"}
	}
	values := bindValues(f.Rest)
	if n := paramsOf(st); n != len(values) {
		return &failure{"08P01", "bind message supplies a wrong number of parameters"}
	}
	if s.tx == txFailed && (st == nil || !st.shape().exits || len(values) > 0) {
		return &failure{"25P02", "current transaction is aborted"}
	}
	if s.cause == byAsk { // asked when it is bound, not when it is parsed
		st.strings = []string{s.settings["standard_conforming_strings"] + " UTF8"}
	}
	p, err := s.open(string(f.Portal), st, values, s.cause, f.Rest)
	if err != nil {
		return err
	}
	if s.bySQL[string(f.Statement)] {
		p.text = "-- prepared by SQL as " + string(f.Statement)
	}
	s.emit(bare(wire.BindComplete))
	return nil
}

func paramsOf(st *statement) int {
	if st == nil {
		return 0
	}
	return st.params()
}

// bindValues takes the values out of what follows the names in a Bind.
func bindValues(rest []byte) []string {
	at := 2 + 2*int(binary.BigEndian.Uint16(rest))
	n := int(binary.BigEndian.Uint16(rest[at:]))
	at += 2
	var values []string
	for range n {
		size := int(binary.BigEndian.Uint32(rest[at:]))
		values = append(values, string(rest[at+4:at+4+size]))
		at += 4 + size
	}
	return values
}

func (s *server) describe(b []byte) *failure {
	kind, name, _ := wire.ReadKindName(b)
	s.begin()
	returns := false
	if kind == 'S' {
		st, ok := s.statements[string(name)]
		if !ok {
			return &failure{"26000", "prepared statement does not exist"}
		}
		returns = st != nil && st.returns != rowsNone
		if s.tx == txFailed && returns {
			return &failure{"25P02", "current transaction is aborted"}
		}
		s.emit(newMessage(wire.ParameterDescription, body{}.int16(0)))
	} else {
		p, ok := s.portals[string(name)]
		if !ok {
			return &failure{"34000", "portal does not exist"}
		}
		returns = p.kind != rowsNone
		if s.tx == txFailed && returns {
			return &failure{"25P02", "current transaction is aborted"}
		}
	}
	if returns {
		s.emit(columns("c"))
	} else {
		s.emit(bare(wire.NoData))
	}
	return nil
}

func (s *server) execute(b []byte) *failure {
	name, limit, _ := wire.ReadExecute(b)
	rows := int(limit)
	s.begin()
	p, ok := s.portals[string(name)]
	switch {
	case !ok:
		return &failure{"34000", "portal " + strconv.Quote(string(name)) + " does not exist"}
	case p.statement == nil:
		s.emit(bare(wire.EmptyQueryResponse))
		return nil
	}
	if s.cause == byQuestion {
		return s.ownStatement(p)
	}
	if err := s.blocked(p.statement); err != nil {
		return err
	}
	if p.statement.form == "copy @ from stdin" && !p.done {
		p.done = true
		return s.copyFrom(p.statement, func(tag string) *failure {
			s.pipelining = true
			s.emit(complete(tag))
			return nil
		})
	}
	if err := s.run(p, rows); err != nil {
		return err
	}
	tag, suspended := s.send(p, rows)
	if s.immediate {
		s.finish()
	} else if s.tx != txNone && !(p.statement.shape().control) {
		s.pipelining = true
	}
	if suspended {
		s.emit(bare(wire.PortalSuspended))
		return nil
	}
	s.emit(complete(tag))
	return nil
}

func (s *server) close(b []byte) {
	kind, name, _ := wire.ReadKindName(b)
	if kind == 'S' {
		delete(s.statements, string(name))
	} else {
		delete(s.portals, string(name))
	}
	s.emit(bare(wire.CloseComplete))
}
