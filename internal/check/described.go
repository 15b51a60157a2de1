package check

import (
	"slices"

	"github.com/holdfast-db/holdfast/rules"
)

// Described is what one statement of a text does, for machines.
type Described struct {
	Command   string   `json:"command"`             // as the server's tag names it: "DROP TABLE"
	Verb      string   `json:"verb"`                // of its worst effect, of the policy's verbs; empty without one
	Object    string   `json:"object,omitempty"`    // the kind of thing: "TABLE"
	Tables    []string `json:"tables"`              // targets of all its effects, as written
	Filter    string   `json:"filter,omitempty"`    // of delete, update and merge: none, constant, cross-join, filtered
	Functions []string `json:"functions,omitempty"` // called, and not known as harmless
	Verdict   string   `json:"verdict"`             // on this statement alone
	Rule      string   `json:"rule"`
	Reason    string   `json:"reason"`
}

// describe lists the statements of a text. A text that was not parsed, because no
// word of it can matter or because nobody can, has none.
func (s *Session) describe(f *rules.Facts) []Described {
	list := make([]Described, 0, len(f.Statements))
	known := layered{own: names{}, outer: s.names}
	before := s.making
	defer func() { s.making = before }()
	s.making = before.Clone()
	for i := range f.Statements {
		one := &rules.Facts{Read: true, Statements: f.Statements[i : i+1]}
		v := s.verdict(one, known)
		known.own.apply(one)
		s.making.Apply(&f.Statements[i])
		list = append(list, describeOne(&f.Statements[i], v))
	}
	return list
}

func describeOne(st *rules.Statement, v rules.Verdict) Described {
	d := Described{
		Command: st.Command, Tables: []string{},
		Verdict: v.Action.String(), Rule: v.Rule, Reason: v.Reason,
	}
	effects := v.Effects
	if !prepares(st) {
		effects = slices.Concat(effects, st.Effects)
	}
	for i := range effects {
		if name := effects[i].Target.String(); name != "" && ofRelation(effects[i].Verb) && !slices.Contains(d.Tables, name) {
			d.Tables = append(d.Tables, name)
		}
	}
	if len(effects) > 0 {
		worst := effects[0]
		d.Verb, d.Object, d.Filter = string(worst.Verb), worst.Object, filterWord(worst)
	}
	for _, f := range st.Functions {
		d.Functions = append(d.Functions, f.String())
	}
	return d
}

// prepares says whether the statement gives its effects a name and does none.
func prepares(st *rules.Statement) bool {
	return st.Command == "PREPARE" // a DO may prepare too, and does more
}

// ofRelation says whether a verb's target may be called a table.
func ofRelation(v rules.Verb) bool {
	switch v {
	case rules.VerbCall, rules.VerbFunction, rules.VerbSet, rules.VerbReplication, rules.VerbDropDatabase, rules.VerbDropSchema, rules.VerbDropOwned:
		return false
	}
	return true
}

func filterWord(e rules.Effect) string {
	if !e.Verb.ChoosesRows() {
		return ""
	}
	return e.Filter.String()
}
