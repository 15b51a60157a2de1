package simulate

import (
	"encoding/binary"
	"strconv"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// simple is a Query: all of its text is parsed before the first statement runs.
func (s *server) simple(b []byte) *failure {
	text, _, _ := wire.ReadQuery(b)
	s.begin()
	delete(s.statements, "")
	list, ok := readText(string(text), s.settings["standard_conforming_strings"] == "on")
	if !ok {
		return &failure{"42601", "syntax error"}
	}
	if len(list) == 0 {
		s.finish()
		s.emit(bare(wire.EmptyQueryResponse))
		s.ready()
		return nil
	}
	return s.statementsFrom(list, 0)
}

// statementsFrom runs the statements of a string from one on. A COPY interrupts
// it; the end of the copy goes on.
func (s *server) statementsFrom(list []*statement, from int) *failure {
	for i := from; i < len(list); i++ {
		last := i == len(list)-1
		tag, done, err := s.runSimple(list, i)
		if err != nil || !done {
			return err
		}
		s.afterSimple(len(list) > 1, last, tag)
	}
	s.finish()
	s.ready()
	return nil
}

// afterSimple ends one statement of a string: what can commit does so before its
// tag is sent.
func (s *server) afterSimple(several, last bool, tag string) {
	if last {
		if several && s.tx == txImplicit {
			s.tx = txStarted
		}
		s.finish()
	}
	s.emit(complete(tag))
}

// runSimple runs one statement of a string. done is false when it waits for copy
// data.
func (s *server) runSimple(list []*statement, i int) (tag string, done bool, err *failure) {
	st := list[i]
	if err := s.blocked(st); err != nil {
		return "", true, err
	}
	s.begin()
	if len(list) > 1 && s.tx == txStarted {
		s.tx = txImplicit
	}
	if err := s.plan(st); err != nil {
		return "", true, err
	}
	p, err := s.open("", st, nil, s.cause, nil)
	if err != nil {
		return "", true, err
	}
	if st.form == "copy @ from stdin" {
		return "", false, s.copyFrom(st, func(tag string) *failure {
			delete(s.portals, "")
			s.afterSimple(len(list) > 1, i == len(list)-1, tag)
			return s.statementsFrom(list, i+1)
		})
	}
	if p.kind == rowsLive { // the description is sent before the first row is made
		s.emit(columns("c"))
	}
	if err := s.run(p, 0); err != nil {
		return "", true, err
	}
	if p.kind == rowsStored || p.kind == rowsUtility {
		s.emit(columns("c"))
	}
	tag, _ = s.send(p, 0)
	if s.portals[""] == p {
		delete(s.portals, "")
	}
	return tag, true, nil
}

// OIDs of the functions that the scripts call.
const (
	oidAdd    = 177 // int4pl: holdfast does not know it, so it is asked about
	oidCreate = 957 // lo_creat: passes
)

// call is a FunctionCall.
func (s *server) call(b []byte) *failure {
	s.begin()
	if s.tx == txFailed {
		return &failure{"25P02", "current transaction is aborted"}
	}
	oid := binary.BigEndian.Uint32(b)
	result := "\x00\x01\x02\x03"
	switch oid {
	case oidAdd:
		s.effect(effect{cause: s.cause, text: "-- FunctionCall of the function with OID " + strconv.Itoa(int(oid)), types: b})
		result = "\x00\x00\x00\x03"
	case oidCreate:
	default:
		return &failure{"42883", "no such function"}
	}
	s.emit(newMessage(wire.FunctionCallResponse, body{}.value(result)))
	s.finish()
	s.ready()
	return nil
}
