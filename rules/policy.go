package rules

import "time"

// Policy decides what happens to a text. The zero value holds whatever is not
// proven harmless; make one with NewPolicy. It is immutable and safe for
// concurrent use.
//
// A text is judged effect by effect, each by the first rule that matches it, and
// by the default rules where none does; the worst opinion is the text's. Text that
// cannot be read, what acts outside of the database, and settings under which text
// cannot be read stand above the rules of people: those can only make them worse.
type Policy struct {
	rules    []Rule
	limits   Limits
	now      func() time.Time
	brakes   []Brake
	defaults bool // false in the zero value, which holds what the default rules would let pass
}

// PolicyOptions make a Policy. The zero value makes the default policy.
type PolicyOptions struct {
	// Rules are the rules of people, in order; the policy owns them from then on.
	Rules []Rule

	// Limits are judged on counts.
	Limits Limits

	// Now is the clock of rules with windows of time. Without one they are as if it
	// were never sure what time it is: what holds and refuses applies, what allows
	// does not.
	Now func() time.Time
}

// NewPolicy makes a policy from rules that its caller has checked: names are not
// empty and unique, bounds and windows parsed.
func NewPolicy(o PolicyOptions) *Policy {
	return &Policy{rules: o.Rules, limits: o.Limits.orDefaults(), now: o.Now, defaults: true}
}

// DefaultPolicy is the policy of DESIGN.md section 4 without any rules of people:
// what it calls destructive is held, what only a count can judge is measured.
func DefaultPolicy() *Policy { return NewPolicy(PolicyOptions{}) }

// Limits are those that the policy judges by, with their defaults.
func (p *Policy) Limits() Limits { return p.limits }

// Rules are how many rules of people the policy has.
func (p *Policy) Rules() int { return len(p.rules) }

// Judge gives the verdict on a text that o sends. It never allows what was not
// read: facts that are zero or unreadable and suspect are held. names says what
// EXECUTE of a name not prepared in the same text would run; it may be nil, and
// then nobody knows.
func (p *Policy) Judge(o Origin, f *Facts, names Names) Verdict {
	return p.JudgeResolved(o, f, names, nil)
}

// JudgeTerse is Judge without the Reason of a verdict that measures, which is left empty:
// such a statement goes on, and to put in words what nobody is shown costs as much as to
// judge it. It is for those who only act on verdicts.
func (p *Policy) JudgeTerse(o Origin, f *Facts, names Names) Verdict {
	if f.Harmless {
		return Verdict{Action: Allow}
	}
	j := judging{policy: p, origin: o, terse: true, names: scopedNames{outer: names}}
	return j.text(f)
}

// JudgeResolved is Judge where the server was asked what the names of the text
// stand for. What stands for nothing that others have is allowed, and the rest is
// judged, and shown, by its name in the catalogs.
func (p *Policy) JudgeResolved(o Origin, f *Facts, names Names, known Resolved) Verdict {
	if f.Harmless {
		return Verdict{Action: Allow}
	}
	j := judging{policy: p, origin: o, known: known, names: scopedNames{outer: names}}
	return j.text(f)
}

// JudgeMade is Judge where it is known what the session has made by now. It does not
// change making.
func (p *Policy) JudgeMade(o Origin, f *Facts, names Names, making *Making) Verdict {
	if f.Harmless {
		return Verdict{Action: Allow}
	}
	j := judging{policy: p, origin: o, making: making.Clone(), names: scopedNames{outer: names}}
	return j.text(f)
}

// text judges a whole text.
func (j *judging) text(f *Facts) Verdict {
	switch {
	case !f.Read && f.Unreadable == "":
		j.unreadable(Verdict{Action: Hold, Rule: ruleUnreadable, Reason: "text that was not read"})
	case f.Suspect:
		j.unreadable(Verdict{Action: Hold, Rule: ruleUnreadable, Reason: "text that cannot be read", Why: f.Unreadable})
	}
	for i := range f.Statements {
		if i > 0 && f.Statements[i].Index != f.Statements[i-1].Index+1 {
			j.making = Making{} // what was left out in between may name things anew
		}
		st := j.names.follow(&f.Statements[i])
		j.statement(st)
		if i+1 < len(f.Statements) {
			j.names.apply(st.Names)
			j.making.Apply(st)
		}
	}
	if v := &j.tally.worst; j.terse && v.Action == Measure {
		v.Reason = ""
		return *v
	}
	return j.tally.verdict()
}
