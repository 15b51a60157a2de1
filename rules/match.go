package rules

import "slices"

// match is whether a rule matches an effect.
type match uint8

const (
	matchNo match = iota
	matchYes
	matchUndecided // only a count can tell
)

// matching is an effect, and who wants it, in front of the rules.
type matching struct {
	policy *Policy
	origin *Origin
	effect *Effect
	usual  Action // what the default policy would do
	above  bool   // it stands above the rules: those that lower are passed over

	// counted is what the server counted of the effect; nil before the count.
	counted *Counted
}

// first is the first rule that matches, and the first in front of it that only a count
// can decide; nil where there is none.
func (m *matching) first() (matched, undecided *Rule) {
	for i := range m.policy.rules {
		r := &m.policy.rules[i]
		if m.above && lowers(r.Action) {
			continue
		}
		switch m.rule(r) {
		case matchYes:
			return r, undecided
		case matchUndecided:
			if undecided == nil {
				undecided = r
			}
		}
	}
	return nil, undecided
}

// rule says whether a rule matches. What costs least to look at comes first.
func (m *matching) rule(r *Rule) match {
	w := &r.When
	switch {
	case !m.verb(r), !m.filter(w), !m.from(w), !m.table(w, lowers(r.Action)), !m.time(w, lowers(r.Action)):
		return matchNo
	case w.Rows == nil && w.Share == nil:
		return matchYes
	}
	return m.count(w)
}

// lowers says that a rule may let pass what would else be asked about. Such a rule
// matches only what is certain, and the others match what is possible.
func lowers(a Action) bool { return a == Allow || a == Warn || a == Measure }

// from matches who sends it, and to where.
func (m *matching) from(w *When) bool {
	o := m.origin
	return among(w.Hosts, o.Host) && among(w.Environments, o.Environment) && among(w.Databases, o.Database) &&
		among(w.Users, o.User) && among(w.Applications, o.Application) &&
		(len(w.Clients) == 0 || slices.ContainsFunc(w.Clients, func(n Network) bool { return n.Matches(o.Client) })) &&
		(len(w.Kinds) == 0 || slices.Contains(w.Kinds, KindOf(o.Application)))
}

// among says whether one of the patterns matches; no patterns match everything.
func among(patterns []Pattern, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p Pattern) bool { return p.Matches(name) })
}

// verb matches the verb. A rule without verbs that holds or refuses covers what the
// default policy calls destructive, or with a bound the rows that are deleted.
func (m *matching) verb(r *Rule) bool {
	switch {
	case len(r.When.Verbs) > 0:
		if !lowers(r.Action) && m.effect.byTheWay() {
			return false
		}
		return slices.ContainsFunc(r.When.Verbs, func(v Verb) bool { return m.covers(v) })
	case lowers(r.Action):
		return true
	case r.When.Rows != nil || r.When.Share != nil:
		return m.covers(VerbDelete) || m.effect.Verb == VerbMerge && m.effect.Object == "DELETE"
	}
	return m.usual == Hold || m.usual == Refuse
}

// byTheWay says that the effect is a definition that an ALTER loses inside of an
// object that stays, often unsaid: who writes a rule about drops does not mean a new
// foreign key. A constraint is dropped by its name.
func (e *Effect) byTheWay() bool {
	return e.Verb == VerbDrop && partsOfObjects[e.Object] && e.Object != "CONSTRAINT"
}

// covers says whether a verb of a rule covers that of the effect. Rows that were
// counted may be those of a MERGE.
func (m *matching) covers(v Verb) bool {
	of := m.effect.Verb
	if v == VerbMerge && m.counted != nil && (of == VerbDelete || of == VerbUpdate) {
		return true
	}
	return verbCovers(v, of)
}

// verbCovers says whether the verb of a rule covers another: drop is every drop.
func verbCovers(rule, of Verb) bool {
	if rule != VerbDrop {
		return rule == of
	}
	switch of {
	case VerbDrop, VerbDropDatabase, VerbDropSchema, VerbDropTable, VerbDropColumn, VerbDropOwned:
		return true
	}
	return false
}

// filter matches how rows are chosen, of which a count says nothing.
func (m *matching) filter(w *When) bool {
	if len(w.Filters) == 0 {
		return true
	}
	return m.effect.Verb.ChoosesRows() && m.counted == nil && slices.Contains(w.Filters, m.effect.Filter)
}

// table matches what it acts on. strict is for rules that lower: a name without
// its schema, and all that CASCADE may take, match no pattern of theirs.
func (m *matching) table(w *When, strict bool) bool {
	if len(w.Tables) == 0 {
		return true
	}
	e := m.effect
	if strict && e.Cascade {
		return false
	}
	switch e.lives() {
	case elsewhere:
		return false
	case anywhere:
		return !strict
	case isSchema:
		return slices.ContainsFunc(w.Tables, func(p TablePattern) bool {
			return p.schema.Matches(e.Target.Name) && (!strict || p.name.text == "*")
		})
	}
	return slices.ContainsFunc(w.Tables, func(p TablePattern) bool { return p.matches(e.Target, strict) })
}

// matches says whether the pattern matches a name. One that was written without its
// schema may be of any: it matches where the schema does not matter, and where it is
// enough that it may match.
func (p TablePattern) matches(r Relation, strict bool) bool {
	if !p.name.Matches(r.Name) {
		return false
	}
	if r.Schema == "" {
		return !strict || p.schema.text == "*"
	}
	return p.schema.Matches(r.Schema)
}

// time matches the windows. Without a clock a rule that lowers does not apply.
func (m *matching) time(w *When, strict bool) bool {
	if len(w.Inside) == 0 && len(w.Outside) == 0 {
		return true
	}
	if m.policy.now == nil {
		return !strict
	}
	now := m.policy.now()
	in := func(window Window) bool { return window.contains(now) }
	return (len(w.Inside) == 0 || slices.ContainsFunc(w.Inside, in)) && !slices.ContainsFunc(w.Outside, in)
}

// count matches the bounds, which stand for rows that are deleted or updated alone.
func (m *matching) count(w *When) match {
	switch {
	case !m.effect.Verb.ChoosesRows():
		return matchNo
	case m.counted == nil:
		return matchUndecided
	}
	return m.counted.match(w, m.effect.Verb)
}
