package check

import (
	"slices"

	"github.com/holdfast-db/holdfast/rules"
)

// names are the prepared statements of a session. Whether a PREPARE succeeds is
// not known, so a name may stand for everything that was prepared under it since
// it was last deallocated.
type names map[string][]*rules.Statement

// Prepared implements rules.Names.
func (n names) Prepared(name string) []*rules.Statement { return n[name] }

// apply follows the changes of a text.
func (n names) apply(f *rules.Facts) {
	for i := range f.Statements {
		for _, c := range f.Statements[i].Names {
			n.change(c)
		}
	}
}

func (n names) change(c rules.NameChange) {
	switch c.Kind {
	case rules.NamePrepare:
		if !slices.Contains(n[c.Name], c.Body) { // facts of equal texts are shared
			n[c.Name] = append(n[c.Name], c.Body)
		}
	case rules.NameDeallocate:
		delete(n, c.Name)
	case rules.NameDeallocateAll, rules.NameDiscardAll:
		clear(n)
	}
}

// size is how much is remembered.
func (n names) size() (total int) {
	for _, bodies := range n {
		total += len(bodies)
	}
	return total
}

// layered are the names that a text prepares itself before those of its session,
// as Policy.Judge takes them.
type layered struct{ own, outer names }

// Prepared implements rules.Names.
func (l layered) Prepared(name string) []*rules.Statement {
	if own := l.own[name]; len(own) > 0 {
		return own
	}
	return l.outer[name]
}

// ruleOpaque is the name of the default rule of package rules on code that nobody
// sees.
const ruleOpaque = "opaque"

// verdict is the opinion of the policy on facts. A session whose beginning is not
// known may have prepared more than is seen here: instead of holding what runs it
// as nobody's, verdict says that the session decides.
func (s *Session) verdict(f *rules.Facts, known rules.Names) rules.Verdict {
	if s.defined != nil {
		known = expanding{known, s.defined}
	}
	if !s.open {
		return s.judge.Policy.JudgeMade(s.origin, f, known, &s.making)
	}
	asked := &missing{known: known}
	v := s.judge.Policy.JudgeMade(s.origin, f, asked, &s.making)
	for _, name := range asked.names {
		v = rules.Worse(v, s.earlier(name))
	}
	return v
}

// expanding are names whose bodies do what is known of them by now.
type expanding struct {
	known   rules.Names
	defined *rules.Definitions
}

// Prepared implements rules.Names.
func (e expanding) Prepared(name string) []*rules.Statement {
	bodies := slices.Clone(e.known.Prepared(name))
	for i := range bodies {
		bodies[i] = e.defined.Expand(bodies[i])
	}
	return bodies
}

// earlier is the verdict on EXECUTE of a name that was prepared before the session
// came into sight. A rule that somebody wrote about it counts.
func (s *Session) earlier(name string) rules.Verdict {
	f := &rules.Facts{Read: true, Statements: []rules.Statement{{Command: "EXECUTE", Executes: []string{name}}}}
	v := s.judge.Policy.Judge(s.origin, f, nil)
	if v.Action != rules.Hold || v.Rule != ruleOpaque {
		return v
	}
	return rules.Verdict{
		Action: rules.Measure, Rule: ruleOpaque, Effects: v.Effects,
		Reason: "EXECUTE " + rules.ShownName(name), Why: "what was prepared earlier in the session decides",
	}
}

// missing are names that take those that nobody knows for harmless, and note them.
type missing struct {
	known rules.Names
	names []string
}

// Prepared implements rules.Names.
func (m *missing) Prepared(name string) []*rules.Statement {
	if bodies := m.known.Prepared(name); len(bodies) > 0 {
		return bodies
	}
	if !slices.Contains(m.names, name) {
		m.names = append(m.names, name)
	}
	return []*rules.Statement{{Command: "EXECUTE"}}
}
