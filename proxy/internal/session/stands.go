package session

import (
	"slices"

	"github.com/holdfast-db/holdfast/rules"
)

// What a name that is bound or executed may stand for, with definitions in flight.

// worstStatement is what a Bind to the statement may run. A definition in flight
// of the same batch is the only one: if it fails, the Bind is skipped with it. Of
// the confirmed one and those in flight of earlier batches it is the one with the
// worst verdict, or else the last; it is not known where they differ in what they do
// to the session.
func (c *Core) worstStatement(key []byte) (definition, bool) {
	e := c.statements.find(key)
	if e == nil {
		return definition{}, false
	}
	c.rejudge(&e.now)
	worst, found := e.now, e.set
	pending, guessed := e.pending, false
	switch n := len(pending); {
	case n > 0 && pending[n-1].batch == c.batch:
		pending, found = pending[n-1:], false
	case n > 0:
		c.unsure, guessed = true, e.set || n > 1
		if e.differs() {
			return definition{}, false
		}
	}
	for i := range pending {
		c.rejudge(&pending[i])
		b := pending[i]
		if !found || !isWorse(worst.verdict, b.verdict) {
			worst, found = b, true
		}
	}
	worst.guessed = guessed
	return worst, found
}

// differs says that it is not known what the name stands for, and that this matters
// for what follows: one of the things is more than a statement that reads or changes
// rows.
func (e *name) differs() bool {
	if !e.set && len(e.pending) < 2 {
		return false
	}
	changes := func(b definition) bool {
		return b.facts.ChangesSettings || !leavesNames(b.facts) || !staysInTransaction(b.facts)
	}
	return e.set && changes(e.now) || slices.ContainsFunc(e.pending, changes)
}

// leavesNames says that a text does nothing to names.
func leavesNames(f *rules.Facts) bool {
	return !slices.ContainsFunc(f.Statements, func(s rules.Statement) bool { return len(s.Names) > 0 })
}

// portal is what an Execute of the portal runs. A definition in flight of the same
// batch is the only one, as in worstStatement. One of an earlier batch may fail and
// leave the portal as it was; what it is then is not known until that is answered.
func (c *Core) portal(key []byte) (definition, bool) {
	b, known := c.portals.latest(key)
	if !known || b.batch == c.batch || c.cfg.Mode != Enforce {
		return b, known
	}
	if e := c.portals.find(key); len(e.pending) > 1 || len(e.pending) > 0 && e.set {
		c.unsure = true
		return definition{}, false
	}
	return b, true
}

// bodies is what a portal that people are asked about can run by the names of
// prepared statements.
func (c *Core) bodies(b *definition) (all []*rules.Statement) {
	if !b.asked {
		return nil
	}
	for i := range b.facts.Statements {
		for _, name := range b.facts.Statements[i].Executes {
			all = append(all, c.statements.Prepared(name)...)
		}
	}
	return all
}

// rejudge judges again what depends on names that may have changed, and all that was
// judged by a policy which another has replaced: sessions live for weeks.
func (c *Core) rejudge(b *definition) {
	if b.prepared == nil || b.facts.Harmless { // which every policy allows
		return
	}
	runs := runsPrepared(b.facts)
	if runs {
		c.noteUncertain(b.facts)
	}
	if runs || b.policy != c.cfg.Policy() {
		anew := *b.prepared
		c.judgePrepared(&anew)
		b.prepared = &anew
	}
}

// judgePrepared judges what was prepared by the policy of now.
func (c *Core) judgePrepared(b *prepared) {
	b.policy = c.cfg.Policy() // first: if another one comes in between, it is judged again
	b.verdict = c.judge(b.facts)
}

// mayStop says that there is a policy under which a text does not go on.
func mayStop(f *rules.Facts) bool {
	return !f.Harmless && (f.Suspect || !f.Read || slices.ContainsFunc(f.Statements, func(s rules.Statement) bool {
		return len(s.Effects)+len(s.Functions)+len(s.Settings)+len(s.Executes)+len(s.Plants) > 0
	}))
}

func isWorse(a, b rules.Verdict) bool {
	return a.Action != b.Action && rules.Worse(a, b).Action == a.Action
}

// unknownStatement stands for a prepared statement that holdfast did not see
// being made (by PREPARE inside a function, say): it may do anything.
func unknownStatement(key []byte) definition {
	return unknown("statement", key)
}

func unknownPortal(key []byte) definition { return unknown("portal", key) }

func unknown(kind string, key []byte) definition {
	return definition{prepared: &prepared{
		facts: &rules.Facts{ChangesSettings: true},
		verdict: rules.Verdict{
			Action: rules.Hold, Rule: "opaque",
			Reason:  "EXECUTE of a " + kind + " that holdfast did not see being prepared",
			Why:     "what it runs is not known",
			Effects: []rules.Effect{{Verb: rules.VerbCall}},
		},
		text: "-- " + kind + " " + shownName(key) + ", whose text holdfast never saw", standIn: byName,
	}}
}
