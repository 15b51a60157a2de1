package rules

import (
	"fmt"
	"slices"
	"strings"
)

// Lint is something about a rule that works and will probably surprise.
type Lint struct {
	Rule int // index in PolicyOptions.Rules
	Text string
}

// Lint looks for rules that can never be reached, that have no effect, or that let
// pass more than was probably meant. hosts are those of the configuration, of which
// Host and Environment are looked at.
func (p *Policy) Lint(hosts []Origin) (list []Lint) {
	for i := range p.rules {
		r := &p.rules[i]
		say := func(format string, args ...any) {
			list = append(list, Lint{Rule: i, Text: fmt.Sprintf("rule %q ", r.Name) + fmt.Sprintf(format, args...)})
		}
		if by := p.reachedBefore(i); by != nil {
			switch {
			case lowers(by.Action) && !lowers(r.Action):
				say("%s: the rule %q in front of it lets pass what this one would %s; put this one first", reached(by, r), by.Name, r.Action)
			default:
				say("is never reached: the rule %q in front of it matches whatever this one does", by.Name)
			}
		}
		if !p.somewhere(r, hosts) {
			say("applies to none of the hosts, by their names and environments")
		}
		p.lintLowering(r, say)
		if r.When.Rows != nil || r.When.Share != nil {
			say("has rows or share, and this version does not count yet: it decides nothing, and what it would is judged by the rules behind it")
		}
	}
	return list
}

// lintLowering looks at a rule that lets pass what else would be asked about.
func (p *Policy) lintLowering(r *Rule, say func(string, ...any)) {
	if !lowers(r.Action) {
		return
	}
	w := &r.When
	if r.Action == Allow && len(w.Users) == 0 && len(w.Tables) == 0 {
		say("allows without users or tables: it is for everybody who can log in, and for everything they have")
	}
	above := slices.DeleteFunc(slices.Clone(w.Verbs), func(v Verb) bool { return v != VerbCopyProgram && v != VerbSet })
	if len(above) > 0 {
		say("cannot let %s pass: that reaches beyond the database, or changes how text is read, and no rule lifts it", verbWords(above))
	}
	blind := func(v Verb) bool {
		return v == VerbCall || v == VerbFunction || v == VerbDropDatabase || v == VerbDropOwned
	}
	if len(w.Tables) > 0 && len(w.Verbs) > 0 && !slices.ContainsFunc(w.Verbs, func(v Verb) bool { return !blind(v) }) {
		say("has tables, which are not known of %s: it never matches; leave tables out", verbWords(w.Verbs))
	}
	if r.Action == Measure {
		say("measures, and this version does not count yet: what it matches passes")
	}
}

// verbWords are verbs for people.
func verbWords(verbs []Verb) string {
	words := make([]string, len(verbs))
	for i, v := range verbs {
		words[i] = string(v)
	}
	return strings.Join(words, " and ")
}

// somewhere says whether a rule applies to one of the hosts; without any, to some.
func (p *Policy) somewhere(r *Rule, hosts []Origin) bool {
	return len(hosts) == 0 || slices.ContainsFunc(hosts, func(o Origin) bool {
		return among(r.When.Hosts, o.Host) && among(r.When.Environments, o.Environment)
	})
}

// reachedBefore is the first rule in front of the one at i that matches whatever
// that one matches; nil if there is none. It may miss some, such as two rules that
// match it together.
func (p *Policy) reachedBefore(i int) *Rule {
	for at := range p.rules[:i] {
		if p.rules[at].includes(&p.rules[i]) {
			return &p.rules[at]
		}
	}
	return nil
}

// includes says whether a rule surely matches whatever the other one matches.
func (r *Rule) includes(other *Rule) bool {
	a, b := &r.When, &other.When
	decided := a.Rows == nil && a.Share == nil && len(a.Inside) == 0 && len(a.Outside) == 0
	if !decided || !r.verbsInclude(other) || !r.tablesInclude(other) {
		return false
	}
	return patternsInclude(a.Hosts, b.Hosts) && patternsInclude(a.Environments, b.Environments) &&
		patternsInclude(a.Databases, b.Databases) && patternsInclude(a.Users, b.Users) &&
		patternsInclude(a.Applications, b.Applications) && networksInclude(a.Clients, b.Clients) &&
		listIncludes(a.Kinds, b.Kinds) && listIncludes(a.Filters, b.Filters)
}

// reached says how often a rule behind one that includes it is reached: what stands
// above the rules passes over those that lower.
func reached(by, r *Rule) string {
	if lowers(by.Action) && r.aboveRules() {
		return "is reached only by what no rule lets pass, such as text that cannot be read"
	}
	return "is never reached"
}

// aboveRules says whether a rule may raise what stands above the rules, where those
// that lower are passed over.
func (r *Rule) aboveRules() bool {
	if lowers(r.Action) {
		return false
	}
	return len(r.When.Verbs) == 0 || slices.ContainsFunc(r.When.Verbs, func(v Verb) bool {
		return v == VerbCopyProgram || v == VerbFunction || v == VerbSet
	})
}

// alwaysDestructive are the verbs that the default policy never lets pass.
var alwaysDestructive = []Verb{
	VerbDropDatabase, VerbDropSchema, VerbDropTable, VerbDropColumn, VerbDropOwned, VerbTruncate, VerbDetach,
	VerbCopyProgram, VerbFunction,
}

func (r *Rule) verbsInclude(other *Rule) bool {
	mine, theirs := r.When.Verbs, other.When.Verbs
	switch {
	case len(mine) == 0 && lowers(r.Action):
		return true
	case len(mine) == 0:
		bounded := other.When.Rows != nil || other.When.Share != nil
		if len(theirs) == 0 {
			return !lowers(other.Action) && !bounded
		}
		return !slices.ContainsFunc(theirs, func(v Verb) bool { return !slices.Contains(alwaysDestructive, v) })
	case len(theirs) == 0, !lowers(r.Action) && lowers(other.Action) && slices.Contains(theirs, VerbDrop): // see byTheWay
		return false
	}
	return !slices.ContainsFunc(theirs, func(v Verb) bool {
		return !slices.ContainsFunc(mine, func(m Verb) bool { return verbCovers(m, v) })
	})
}

// tablesInclude knows that the patterns of a rule that lowers match less.
func (r *Rule) tablesInclude(other *Rule) bool {
	mine, theirs := r.When.Tables, other.When.Tables
	switch {
	case len(mine) == 0:
		return true
	case len(theirs) == 0, lowers(r.Action) && !lowers(other.Action):
		return false
	}
	return !slices.ContainsFunc(theirs, func(b TablePattern) bool {
		return !slices.ContainsFunc(mine, func(a TablePattern) bool {
			return a.schema.includes(b.schema) && a.name.includes(b.name)
		})
	})
}

// includes says whether the pattern surely matches whatever the other does. A
// question mark is taken for itself alone, so that it may say no too often.
func (p Pattern) includes(other Pattern) bool {
	if p.text == other.text {
		return true
	}
	return !strings.Contains(p.text, "?") && p.Matches(other.text)
}

func patternsInclude(a, b []Pattern) bool {
	if len(a) == 0 || slices.ContainsFunc(a, func(p Pattern) bool { return p.text == "*" }) {
		return true
	}
	return len(b) > 0 && !slices.ContainsFunc(b, func(p Pattern) bool {
		return !slices.ContainsFunc(a, func(q Pattern) bool { return q.includes(p) })
	})
}

func networksInclude(a, b []Network) bool {
	if len(a) == 0 {
		return true
	}
	return len(b) > 0 && !slices.ContainsFunc(b, func(n Network) bool {
		return !slices.ContainsFunc(a, func(m Network) bool {
			return m.local && n.local || !m.local && !n.local && m.prefix.Bits() <= n.prefix.Bits() && m.prefix.Contains(n.prefix.Addr())
		})
	})
}

func listIncludes[T comparable](a, b []T) bool {
	if len(a) == 0 {
		return true
	}
	return len(b) > 0 && !slices.ContainsFunc(b, func(v T) bool { return !slices.Contains(a, v) })
}
