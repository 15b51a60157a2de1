package simulate

import (
	"maps"
	"slices"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// reply is a message of the model server and what caused it.
type reply struct {
	message
	cause int // index of the client's message, or one of the constants below
	id    string
}

// Causes that are not a message of the client.
const (
	byNobody   = -1 - iota // notifications
	byAsk                  // a question of holdfast's own
	byRefusal              // a message that the server must reject
	byOwnSync              // the Sync that holdfast puts behind that, for a FunctionCall
	byQuestion             // a question of holdfast's own about names, with its Sync
)

// server is a model of one PostgreSQL server process: its message loop, its transaction
// and its tables. It is exact where the scripts go, and the tests hold it against
// real servers. A message goes in by process, replies come out in out; those
// before flushed are on their way to the client. Make it with newServer.
type server struct {
	tables   map[string][]int
	origins  map[string]origin // of those tables
	oids     int               // tables made so far
	settings map[string]string // of those that are reported
	reported map[string]string

	tx         txState
	saved      *savedState // to go back to; nil before the first write
	mark       *mark       // of the core's savepoint
	savepoints []savepoint // of the client
	changed    map[string]changed
	ever       map[string]changed // what was undone included
	unfetched  int                // rows deleted of which the client has fetched a part, at most
	pipelining bool               // an Execute has completed in this transaction
	immediate  bool               // what ran commits by itself

	// implicitPipelines is what PostgreSQL 18 does: the first Execute that
	// completes makes the rest of a pipeline an implicit block, which only Sync
	// ends, also where a Query or FunctionCall comes in between.
	implicitPipelines bool
	mixed             bool // a Query or FunctionCall came inside of a pipeline

	statements map[string]*statement // SQL ones and those of Parse
	portals    map[string]*portal
	bySQL      map[string]bool // statements made by PREPARE

	extended bool // the message under way belongs to the extended protocol
	ignoring bool // until Sync
	copying  *copying
	dead     bool

	listens  map[string]bool
	mailbox  []notification // to be delivered
	deaf     bool           // to notifications, which come when they like
	unclear  bool           // a COPY has failed: what the client sent behind it may be unclear
	outgoing []notification // of this transaction
	notify   func(notification)

	out      []reply
	flushed  int // of out
	promised int // of out: what a client is sure to get

	cause   int
	causID  string
	fault   func(cause int) string // SQLSTATE with which a message fails
	effect  func(effect)           // something that destroys is about to run
	settled func(committed bool)   // a transaction is about to end
	marked  func() (undo func())   // a savepoint is set; undo tells of a return to it
	tags    map[int][]string       // command tags by cause
}

// notification is what NOTIFY sends.
type notification struct{ channel, payload string }

// effect is something that destroys and is about to run.
type effect struct {
	cause int // the message that decided: Query, Bind or FunctionCall
	text  string
	types []byte
	rest  []byte // values as in Bind, or the body of a FunctionCall
}

func newServer() *server {
	return &server{
		settled:    func(bool) {},
		marked:     func() func() { return func() {} },
		changed:    map[string]changed{},
		ever:       map[string]changed{},
		tables:     map[string][]int{},
		origins:    map[string]origin{},
		settings:   maps.Clone(defaults),
		reported:   maps.Clone(defaults),
		statements: map[string]*statement{},
		portals:    map[string]*portal{},
		bySQL:      map[string]bool{},
		listens:    map[string]bool{},
		tags:       map[int][]string{},
		notify:     func(notification) {},
		fault:      func(int) string { return "" },
		effect:     func(effect) {},
	}
}

var defaults = map[string]string{"standard_conforming_strings": "on", "application_name": ""}

// process runs one message.
func (s *server) process(m message, cause int, id string) {
	if s.dead {
		return
	}
	s.cause, s.causID = cause, id
	if s.copying != nil {
		s.copyMessage(m)
		return
	}
	switch m.kind() {
	case wire.Query, wire.FunctionCall:
		s.extended = false
		s.mixed = s.mixed || s.pipelining
	case wire.Sync:
		s.extended, s.ignoring = false, false
	case wire.Terminate:
		s.dead = true
		return
	case wire.Parse, wire.Bind, wire.Execute, wire.Describe, wire.Close, wire.Flush:
		s.extended = true
	}
	if s.ignoring {
		return
	}
	if err := s.dispatch(m); err != nil {
		s.fail(err)
	}
}

func (s *server) dispatch(m message) *failure {
	if code := s.fault(s.cause); code != "" && !(s.cause == byQuestion && (s.tx == txFailed || s.mark == nil && s.tx == txBlock)) && m.kind() != wire.Sync && m.kind() != wire.Flush && m.kind() != wire.Close && !isCopy(m.kind()) {
		s.begin()
		return &failure{code, "canceled"}
	}
	switch m.kind() {
	case wire.Query:
		return s.simple(m.body())
	case wire.FunctionCall:
		return s.call(m.body())
	case wire.Parse:
		return s.parse(m.body())
	case wire.Bind:
		return s.bind(m.body())
	case wire.Describe:
		return s.describe(m.body())
	case wire.Execute:
		return s.execute(m.body())
	case wire.Close:
		s.close(m.body())
	case wire.Sync:
		if s.tx == txImplicit {
			s.tx = txStarted
		}
		s.finish()
		s.ready()
	case wire.Flush:
		s.flush()
	}
	return nil // copy data outside of a copy is ignored
}

func isCopy(kind byte) bool {
	return kind == wire.CopyData || kind == wire.CopyDone || kind == wire.CopyFail
}

// failure is an ERROR.
type failure struct{ code, text string }

// fail is the server's error recovery.
func (s *server) fail(f *failure) {
	s.emit(report(wire.ErrorResponse, "ERROR", f.code, f.text))
	s.flushed = len(s.out)
	s.abort()
	s.unclear = s.unclear || s.copying != nil
	s.copying = nil
	if s.extended {
		s.ignoring = true
		return
	}
	s.ready()
}

// reject is what happens to a message that a refusal took the place of, in a
// server that would refuse by itself.
func (s *server) reject(m message, cause int, code string) {
	s.cause = cause
	s.extended = m.kind() != wire.Query && m.kind() != wire.FunctionCall
	if !s.ignoring {
		s.begin()
		if m.kind() == wire.Query {
			delete(s.statements, "")
		}
		s.fail(&failure{code, "refused"})
	}
}

// ready ends a batch: notifications, changed settings, ReadyForQuery.
func (s *server) ready() {
	s.deliver()
	for _, name := range slices.Sorted(maps.Keys(s.settings)) {
		if s.settings[name] != s.reported[name] {
			s.emit(parameterStatus(name, s.settings[name]))
		}
	}
	s.reported = maps.Clone(s.settings)
	s.emit(ready(s.status()))
	s.flush()
}

// deliver sends notifications, which no transaction sees.
func (s *server) deliver() {
	if s.tx != txNone {
		return
	}
	for _, n := range s.mailbox {
		if s.listens[n.channel] && !s.deaf {
			m := newMessage(wire.NotificationResponse, body{}.int32(1).text(n.channel).text(n.payload))
			s.out = append(s.out, reply{message: m, cause: byNobody})
		}
	}
	s.mailbox = nil
}

// idle says that the server waits for a message outside of a transaction.
func (s *server) idle() bool {
	return !s.dead && s.tx == txNone && s.copying == nil && !s.ignoring && s.flushed == len(s.out)
}

func (s *server) emit(m message) {
	if m.kind() == wire.CommandComplete {
		tag, _, _ := wire.CString(m.body())
		s.tags[s.cause] = append(s.tags[s.cause], string(tag))
	}
	s.out = append(s.out, reply{message: m, cause: s.cause, id: s.causID})
}

func (s *server) notice(severity, code, text string) {
	s.emit(report(wire.NoticeResponse, severity, code, text))
	s.flushed = len(s.out)
}

func (s *server) flush() { s.flushed, s.promised = len(s.out), len(s.out) }

// die ends the server process, with a FATAL error or without a word.
func (s *server) die(words bool) {
	if s.dead {
		return
	}
	if words {
		s.out = append(s.out, reply{message: report(wire.ErrorResponse, "FATAL", "57P01", "terminating"), cause: byNobody})
		s.flushed = len(s.out)
	}
	s.dead = true
}
