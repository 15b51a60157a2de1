package simulate

import (
	"slices"
	"strconv"
)

// run makes a portal's statement take effect, at its first execution.
func (s *server) run(p *portal, limit int) *failure {
	if p.started {
		if p.kind == rowsNone || p.failed {
			return &failure{"55000", "portal cannot be run"}
		}
		return nil
	}
	p.started = true
	if p.statement.shape().destroys && s.loses(p.statement) {
		s.effect(effect{cause: p.cause, text: p.text, types: p.statement.types, rest: p.rest})
	}
	err := s.perform(p, p.statement)
	p.failed = err != nil
	return err
}

// perform does what a statement says.
func (s *server) perform(p *portal, st *statement) *failure {
	switch st.form {
	case "savepoint @", "release @", "rollback to @":
		return s.performSavepoint(p, st)
	case "begin", "commit", "rollback":
		p.tag = s.control(st.form)
	case "select scs_off ( )":
		s.set("standard_conforming_strings", "off")
	case "select scs_on ( )", "set standard_conforming_strings = on":
		s.set("standard_conforming_strings", "on")
		p.tag = "SET"
	case "set application_name = $":
		s.set("application_name", st.strings[0])
		p.tag = "SET"
	case "select noisy ( # )":
		s.notice("NOTICE", "00000", "noise "+strconv.Itoa(st.numbers[0]))
	case "listen @":
		s.save()
		s.listens[st.name()] = true
		p.tag = "LISTEN"
	case "notify @ , $":
		if n := (notification{st.name(), st.strings[0]}); !slices.Contains(s.outgoing, n) {
			s.outgoing = append(s.outgoing, n)
		}
		p.tag = "NOTIFY"
	case "prepare @ as", "execute @", "deallocate @", "deallocate all", "discard all":
		return s.performPrepared(p, st)
	case "declare @ cursor for select generate_series ( # , # )", "fetch # from @", "close @":
		return s.performCursor(p, st)
	case "truncate @", "drop table @", "drop table if exists @", "create table @ ( id int )", "create table if not exists @ ( id int )",
		"create temp table @ ( id int )", "alter table @ rename to @":
		return s.define(p, st)
	default:
		if p.kind != rowsLive {
			return s.modify(p, st)
		}
	}
	return nil
}

func (s *server) set(name, value string) {
	s.save()
	s.settings[name] = value
}

func (s *server) performPrepared(p *portal, st *statement) *failure {
	switch st.form {
	case "prepare @ as":
		if err := s.analyse(st.body); err != nil {
			return err
		}
		if _, taken := s.statements[st.name()]; taken {
			return &failure{"42P05", "prepared statement already exists"}
		}
		s.statements[st.name()] = st.body
		st.body.returns = s.kindOf(st.body)
		s.bySQL[st.name()] = true
		p.tag = "PREPARE"
	case "execute @":
		inner, ok := s.statements[st.name()]
		if !ok || inner == nil {
			return &failure{"26000", "prepared statement does not exist"}
		}
		if err := s.analyse(inner); err != nil {
			return err
		}
		if inner.shape().destroys && s.loses(inner) {
			s.effect(effect{cause: p.cause, text: p.text, types: st.types, rest: p.rest})
		}
		run := &portal{statement: inner, kind: inner.shape().returns}
		if run.kind == rowsLive {
			run.verb, run.rows = "SELECT", s.scan(run)
		}
		err := s.perform(run, inner)
		p.rows, p.verb, p.tag, p.deleting = run.rows, run.verb, run.tag, run.deleting
		if p.kind == rowsNone && run.kind != rowsNone {
			p.tag = run.verb + " " + strconv.Itoa(len(run.rows)) // it was bound before the name changed
		}
		return err
	case "deallocate @":
		if _, ok := s.statements[st.name()]; !ok {
			return &failure{"26000", "prepared statement does not exist"}
		}
		delete(s.statements, st.name())
		p.tag = "DEALLOCATE"
	case "deallocate all":
		s.dropStatements()
		p.tag = "DEALLOCATE ALL"
	case "discard all":
		if s.inBlock() {
			return &failure{"25001", "DISCARD ALL cannot run inside a transaction block"}
		}
		s.immediate = true
		s.save()
		for name, other := range s.portals {
			if other != p {
				delete(s.portals, name)
			}
		}
		for name, value := range defaults {
			s.settings[name] = value
		}
		s.dropStatements()
		clear(s.listens)
		p.tag = "DISCARD ALL"
	}
	return nil
}

// dropStatements forgets all but the unnamed statement.
func (s *server) dropStatements() {
	for name := range s.statements {
		if name != "" {
			delete(s.statements, name)
		}
	}
}

func (s *server) performCursor(p *portal, st *statement) *failure {
	switch st.form {
	case "fetch # from @":
		c, ok := s.portals[st.name()]
		if !ok || c.statement == nil {
			return &failure{"34000", "cursor does not exist"}
		}
		n := min(st.numbers[0], len(c.rows))
		p.rows, c.rows, p.verb = c.rows[:n], c.rows[n:], "FETCH"
		c.started = true
		p.tag = "FETCH " + strconv.Itoa(n)
	case "close @":
		if _, ok := s.portals[st.name()]; !ok {
			return &failure{"34000", "cursor does not exist"}
		}
		delete(s.portals, st.name())
		p.tag = "CLOSE CURSOR"
	default:
		if s.tx != txBlock && s.tx != txImplicit {
			return &failure{"25P01", "DECLARE CURSOR can only be used in transaction blocks"}
		}
		if _, taken := s.portals[st.name()]; taken {
			return &failure{"42P03", "cursor already exists"}
		}
		s.portals[st.name()] = &portal{
			statement: &statement{form: "select generate_series ( # , # )", numbers: st.numbers},
			kind:      rowsLive, verb: "SELECT", cause: p.cause, rows: series(st.numbers[0], st.numbers[1]),
		}
		p.tag = "DECLARE CURSOR"
	}
	return nil
}
