package session

import (
	"slices"

	"github.com/holdfast-db/holdfast/rules"
)

// prepared is a text, or the body of a PREPARE or DECLARE, with the verdict on it. It is
// shared by the statement and the portals that are bound to it, so nobody changes it.
type prepared struct {
	facts   *rules.Facts
	counts  *rules.Rows // as in reply: of a text given to Parse
	verdict rules.Verdict
	policy  *rules.Policy // by which it was judged
	text    string        // kept only where a person may have to read it
	types   string        // declared parameter types as in Parse, kept with text
	standIn standIn       // how far text is its own
	cursor  bool          // declared by SQL: may outlive its transaction
	word    word          // that its text begins with
}

// harmlessTexts are those of which nothing is kept but the word, by that: every policy
// allows them.
var harmlessTexts = func() (texts [len(wordTexts) + 1]prepared) {
	for i := range texts {
		texts[i] = prepared{facts: &rules.Facts{Read: true, Harmless: true}, verdict: rules.Verdict{Action: rules.Allow}, word: word(i)}
	}
	return texts
}()

// definition is what the name of a statement or portal stands for. The zero value stands
// for nothing.
type definition struct {
	*prepared
	batch   uint               // in which it was defined
	serial  uint64             // of the message that defined it
	asked   bool               // a portal whose Bind people decided about
	guessed bool               // a portal of which it is not certain which of several statements it runs
	bodies  []*rules.Statement // what an asked one could run by names at that time
}

// finding is what is known of it where message i, which runs it, must not go on.
func (b *definition) finding(i int) finding {
	return finding{msg: i, verdict: b.verdict, facts: b.facts, text: b.text, standIn: b.standIn, types: b.types, source: b.serial}
}

// names are the prepared statements or the portals of a session. What the server
// has confirmed is apart from what is in flight: a failed Parse leaves the old
// statement under its name. The zero value is ready to use.
type names struct {
	unnamed name             // which comes and goes all the time
	m       map[string]*name // the others, by key
	foreign bool             // of a server whose encoding is not UTF8, or not known
}

type name struct {
	now     definition
	set     bool
	pending []definition // in flight, in order
}

// at is what is known of a name; nil for nothing.
func (n *names) at(key string) *name {
	if key == "" {
		return &n.unnamed
	}
	return n.m[key]
}

// find is at for a key that is not a string.
func (n *names) find(key []byte) *name {
	if len(key) == 0 {
		return &n.unnamed
	}
	return n.m[string(key)]
}

// push records a definition that is in flight.
func (n *names) push(key string, b definition) {
	e := n.at(key)
	if e == nil {
		if n.m == nil {
			n.m = make(map[string]*name)
		}
		if len(n.m) >= maxNames {
			return
		}
		e = &name{}
		n.m[key] = e
	}
	e.pending = append(e.pending, b)
}

// resolve ends a message's definition, the oldest one of a name that it defined
// several times: it becomes what the name stands for, or is forgotten. Others in
// flight stay, whatever their order.
func (n *names) resolve(key string, serial uint64, done bool) {
	e := n.at(key)
	if e == nil {
		return
	}
	i := slices.IndexFunc(e.pending, func(b definition) bool { return b.serial == serial })
	if i < 0 {
		return
	}
	if done {
		e.now, e.set = e.pending[i], true
	}
	e.forget(i)
	n.prune(key, e)
}

// forget removes a definition in flight. It is nearly always the oldest: that must
// not move the others, for a client may send 100,000 Binds before the first answer.
func (e *name) forget(i int) {
	if i > 0 {
		e.pending = slices.Delete(e.pending, i, i+1)
		return
	}
	e.pending[0] = definition{}
	switch {
	case len(e.pending) > 1:
		e.pending = e.pending[1:]
	case cap(e.pending) > keptCapacity:
		e.pending = nil
	default:
		e.pending = e.pending[:0]
	}
}

// uncertain says that what the name stands for depends on answers to come.
func (n *names) uncertain(key string) bool {
	e := n.at(key)
	return e != nil && len(e.pending) > 0
}

// remove forgets what the server has confirmed of a name.
func (n *names) remove(key string) {
	if e := n.at(key); e != nil {
		e.now, e.set = definition{}, false
		n.prune(key, e)
	}
}

// removeAll forgets what the server has confirmed of every name that drop picks.
func (n *names) removeAll(drop func(key string, b definition) bool) {
	if n.unnamed.set && drop("", n.unnamed.now) {
		n.remove("")
	}
	for key, e := range n.m {
		if e.set && drop(key, e.now) {
			n.remove(key)
		}
	}
}

func (n *names) prune(key string, e *name) {
	if key != "" && !e.set && len(e.pending) == 0 {
		delete(n.m, key)
	}
}

// latest is what the name stands for if everything in flight succeeds.
func (n *names) latest(key []byte) (definition, bool) {
	e := n.find(key)
	if e == nil {
		return definition{}, false
	}
	if last := len(e.pending) - 1; last >= 0 {
		return e.pending[last], true
	}
	return e.now, e.set
}

// Prepared implements rules.Names: everything the name may stand for now.
func (n *names) Prepared(key string) []*rules.Statement {
	e := n.m[n.sqlKey(key)]
	if e == nil {
		return nil
	}
	var all []*rules.Statement
	if e.set {
		all = appendBodies(all, e.now.facts)
	}
	for i := range e.pending {
		all = appendBodies(all, e.pending[i].facts)
	}
	return all
}

var (
	harmless = rules.Statement{Command: "SELECT"}
	opaque   = rules.Statement{Command: "EXECUTE", Effects: []rules.Effect{{Verb: rules.VerbCall}}}
)

func appendBodies(all []*rules.Statement, f *rules.Facts) []*rules.Statement {
	switch {
	case f.Harmless:
		return append(all, &harmless)
	case !f.Read && f.Suspect:
		return append(all, &opaque)
	case len(f.Statements) == 0:
		return append(all, &harmless)
	}
	for i := range f.Statements {
		all = append(all, &f.Statements[i])
	}
	return all
}

// registerSQLNames records what PREPARE and DECLARE in a text will define.
func (c *Core) registerSQLNames(f *rules.Facts) {
	for i := range f.Statements {
		for _, change := range f.Statements[i].Names {
			switch change.Kind {
			case rules.NamePrepare:
				c.statements.define(c.statements.sqlKey(change.Name), c.bodyOf(change, false))
			case rules.NameDeclare:
				c.portals.define(c.portals.sqlKey(change.Name), c.bodyOf(change, true))
			}
		}
	}
}

// bodyOf makes a definition of the body of PREPARE or DECLARE.
func (c *Core) bodyOf(change rules.NameChange, cursor bool) definition {
	f := &rules.Facts{}
	if change.Body != nil {
		f = &rules.Facts{Read: true, Statements: []rules.Statement{*change.Body}, ChangesSettings: len(change.Body.Functions) > 0}
	}
	p := &prepared{facts: f, cursor: cursor, text: "-- prepared by SQL as " + rules.ShownName(change.Name), standIn: byName}
	c.judgePrepared(p)
	return definition{prepared: p, batch: c.batch, serial: c.serial}
}

// applySQLNames does what a completed statement did to names.
func (c *Core) applySQLNames(s *rules.Statement, serial uint64) {
	for _, change := range s.Names {
		switch change.Kind {
		case rules.NamePrepare:
			c.statements.resolve(c.statements.sqlKey(change.Name), serial, true)
		case rules.NameDeclare:
			c.portals.resolve(c.portals.sqlKey(change.Name), serial, true)
		case rules.NameDeallocate:
			c.statements.remove(c.statements.sqlKey(change.Name))
		case rules.NameClose:
			c.portals.remove(c.portals.sqlKey(change.Name))
		case rules.NameDeallocateAll:
			c.statements.removeAll(named)
		case rules.NameCloseAll:
			c.portals.removeAll(named)
		case rules.NameDiscardAll:
			c.statements.removeAll(named)
			c.portals.removeAll(named)
		}
	}
}

// settleSQLNames ends the definitions of a text that is over: what did not complete
// is forgotten. Of a text that was read in part it is not known which tag belongs
// to which statement, so its names may stand for anything from now on.
func (c *Core) settleSQLNames(r *reply) {
	statements := r.facts.Statements
	if r.facts.Read {
		c.dropSQLNames(statements[r.done:], r.serial)
		return
	}
	c.dropSQLNames(statements, r.serial)
	for i := range statements {
		for _, change := range statements[i].Names {
			c.statements.remove(c.statements.sqlKey(change.Name))
			c.portals.remove(c.portals.sqlKey(change.Name))
		}
	}
}

// dropSQLNames forgets what statements that did not complete would have defined.
func (c *Core) dropSQLNames(statements []rules.Statement, serial uint64) {
	for i := range statements {
		for _, change := range statements[i].Names {
			switch change.Kind {
			case rules.NamePrepare:
				c.statements.resolve(c.statements.sqlKey(change.Name), serial, false)
			case rules.NameDeclare:
				c.portals.resolve(c.portals.sqlKey(change.Name), serial, false)
			}
		}
	}
}

func named(key string, _ definition) bool { return key != "" }
