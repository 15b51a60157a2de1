package session

import (
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// What the server says about names before a batch is true of a statement in it only
// if nothing in front of that statement can change what names mean. That is so for a
// short list of commands and for nothing else: a function, a trigger, a setting can
// do anything.

// quietCommands change nothing about what an existing name stands for, as long as
// they call no function of users: they only make new things. They are quick, too:
// while one waits for a lock others could make what was not there.
var quietCommands = map[string]bool{
	"BEGIN": true, "START TRANSACTION": true, "SAVEPOINT": true, "RELEASE": true,
	"CREATE TABLE": true, "CREATE SEQUENCE": true, "COMMENT": true, "SHOW": true,
}

// steps are the statements of the batch that waits, in the order in which they run,
// up to the last that was found. ok is false where an answer of the server given now
// would not be certain for all of them.
func (c *Core) steps() (list []*rules.Statement, ok bool) {
	if c.msgs[c.found[0].msg].typ == wire.Query {
		f := c.found[0].facts
		if len(c.msgs) != 1 || !whole(f) {
			return nil, false
		}
		for i := range f.Statements {
			list = append(list, &f.Statements[i])
		}
	} else if list, ok = c.executed(); !ok {
		return nil, false
	}
	return list, inOrder(list)
}

// whole says that all statements of a text are known.
func whole(f *rules.Facts) bool {
	if f == nil || !f.Read || f.Suspect || f.Unreadable != "" || f.Harmless {
		return false
	}
	for i := range f.Statements {
		if f.Statements[i].Index != i {
			return false
		}
	}
	return true
}

// executed are the statements that a batch of the extended protocol executes, up to
// the last that was found.
func (c *Core) executed() (list []*rules.Statement, ok bool) {
	last := -1
	for i := range c.found {
		at := c.executionOf(&c.found[i])
		if at < 0 {
			return nil, false
		}
		last = max(last, at)
	}
	for i := range c.msgs[:last+1] {
		m := &c.msgs[i]
		switch m.typ {
		case wire.Parse, wire.Describe, wire.Close, wire.Flush:
		case wire.Bind: // planning runs functions
			if m.changes && (len(c.found) > 1 || c.found[0].msg != i) {
				return nil, false
			}
		case wire.Execute:
			if !whole(m.facts) {
				return nil, false
			}
			for j := range m.facts.Statements {
				list = append(list, &m.facts.Statements[j])
			}
		default:
			return nil, false
		}
	}
	return list, true
}

// executionOf is the message that runs what was found in a Bind; -1 where it is not in
// hand, or what it runs was read by the server before: names of rows' tables are then
// those of that time, and only other commands look them up when they run.
func (c *Core) executionOf(f *finding) int {
	if c.msgs[f.msg].typ != wire.Bind || !whole(f.facts) {
		return -1
	}
	parsed := slices.ContainsFunc(c.msgs[:f.msg], func(m message) bool { return m.typ == wire.Parse && m.serial == f.source })
	if !parsed && actsOnRows(f.facts) {
		return -1
	}
	for i := f.msg + 1; i < len(c.msgs); i++ {
		switch m := &c.msgs[i]; {
		case m.name != c.msgs[f.msg].name:
		case m.typ == wire.Execute:
			return i
		case m.typ == wire.Bind, m.typ == wire.Close && m.closeKind == 'P':
			return -1
		}
	}
	return -1
}

func actsOnRows(f *rules.Facts) bool {
	for i := range f.Statements {
		if slices.ContainsFunc(f.Statements[i].Effects, func(e rules.Effect) bool {
			return e.Verb == rules.VerbDelete || e.Verb == rules.VerbUpdate || e.Verb == rules.VerbMerge
		}) {
			return true
		}
	}
	return false
}

// inOrder says that each statement with effects is reached with every name meaning
// what it meant in front of the first.
func inOrder(list []*rules.Statement) bool {
	last := -1
	for i, st := range list {
		if len(st.Executes) > 0 || len(st.Names) > 0 || partOfOther(st) {
			return false
		}
		if len(st.Effects) == 0 {
			continue
		}
		if word, _, _ := strings.Cut(st.Command, " "); !looksUp[word] && !looksUp[st.Command] {
			return false
		}
		last = i
	}
	for i := range last {
		if !quiet(list[i]) {
			return false
		}
	}
	return true
}

// looksUp are the commands that look up every name of theirs before they do anything.
// Others that have effects, as DO, run statements one by one.
var looksUp = map[string]bool{
	"DROP": true, "TRUNCATE": true, "ALTER": true, "DELETE": true, "UPDATE": true, "MERGE": true, "INSERT": true, "SELECT": true,
	"EXPLAIN": true, "COPY": true, "CREATE TABLE AS": true, "CREATE MATERIALIZED VIEW": true,
}

// partsOfTables are the objects that a relation has, and whose effects name it.
var partsOfTables = map[string]bool{
	"COLUMN": true, "ATTRIBUTE": true, "CONSTRAINT": true, "DEFAULT": true, "EXPRESSION": true, "IDENTITY": true,
	"TRIGGER": true, "RULE": true, "POLICY": true,
}

// partOfOther says that a statement acts on a part of something that is no relation but
// would be asked for like one: a constraint of a domain, a user mapping.
func partOfOther(st *rules.Statement) bool {
	return slices.ContainsFunc(st.Effects, func(e rules.Effect) bool {
		return e.Column != "" && (!partsOfTables[e.Object] || st.Command == "ALTER DOMAIN")
	})
}

// quiet says that a statement changes nothing about what names mean but by what it
// drops.
func quiet(st *rules.Statement) bool {
	if len(st.Functions)+len(st.Settings)+len(st.Plants) > 0 {
		return false
	}
	if len(st.Effects) == 0 {
		return quietCommands[st.Command]
	}
	if !strings.HasPrefix(st.Command, "DROP ") && !strings.HasPrefix(st.Command, "TRUNCATE") {
		return false
	}
	for i := range st.Effects {
		if _, ok := askable(&st.Effects[i]); !ok {
			return false
		}
	}
	return true
}

// askable is the name that decides about an effect, if the server can be asked for it.
func askable(e *rules.Effect) (rules.Named, bool) {
	n, ok := e.Named()
	if !ok || n.Catalog != "" || kinds[n.Object] == 0 || strings.Contains(n.Schema+n.Name, "\x00") {
		return n, false
	}
	inSchema := kinds[n.Object] == kindRelation || kinds[n.Object] == kindType || kinds[n.Object] == kindFunction
	return n, inSchema || n.Schema == ""
}

// drops says that an effect makes its target go, and what depends on it.
func drops(e *rules.Effect) bool {
	switch e.Verb {
	case rules.VerbDrop, rules.VerbDropTable, rules.VerbDropSchema:
		return e.Column == ""
	}
	return false
}
