package rules

// Policy decides what happens to a text. The zero value holds whatever is not
// proven harmless; make one with DefaultPolicy. It is immutable and safe for
// concurrent use.
//
// A text is judged effect by effect, each by the first rule that matches it; the
// worst opinion is the text's.
type Policy struct {
	rules []effectRule
}

// An effectRule is an opinion on one effect; ok is false where it has none.
// Rules of users will stand before the default ones.
type effectRule func(o Origin, e *Effect) (v Verdict, ok bool)

// DefaultPolicy is the policy of DESIGN.md section 4: what it calls destructive
// is held, what only a count can judge is measured.
func DefaultPolicy() *Policy {
	return &Policy{rules: []effectRule{defaultRule}}
}

// Judge gives the verdict on a text that o sends. It never allows what was not
// read: facts that are zero or unreadable and suspect are held. names says what
// EXECUTE of a name not prepared in the same text would run; it may be nil, and
// then nobody knows.
func (p *Policy) Judge(o Origin, f *Facts, names Names) Verdict {
	if f.Harmless {
		return Verdict{Action: Allow}
	}
	if !f.Read && f.Unreadable == "" {
		return Verdict{Action: Hold, Rule: ruleUnreadable, Reason: "text that was not read"}
	}
	var t tally
	if f.Suspect {
		t.add(Verdict{Action: Hold, Rule: ruleUnreadable, Reason: "text that cannot be read", Why: f.Unreadable})
	}
	prepared := scopedNames{outer: names}
	for i := range f.Statements {
		st := prepared.follow(&f.Statements[i])
		p.statement(&t, o, st, &prepared)
		prepared.apply(st.Names)
	}
	return t.verdict()
}

// statement judges one statement. What PREPARE names is judged when it runs.
func (p *Policy) statement(t *tally, o Origin, st *Statement, names *scopedNames) {
	if st.prepares() {
		return
	}
	p.effects(t, o, st)
	for _, name := range st.Executes {
		bodies := names.prepared(name)
		if len(bodies) == 0 {
			t.add(p.effect(o, &Effect{Verb: VerbCall, Object: "EXECUTE", Target: Relation{Name: ShownName(name)}}))
		}
		for _, body := range bodies {
			p.effects(t, o, body)
		}
	}
}

// effects judges what a statement does by itself.
func (p *Policy) effects(t *tally, o Origin, st *Statement) {
	t.add(settingsVerdict(st.Settings))
	for i := range st.Effects {
		t.add(p.effect(o, &st.Effects[i]))
	}
	if len(st.Functions) > 0 {
		t.add(functionsVerdict(st.Functions))
	}
	for i := range st.Plants {
		if planted := p.effect(o, &st.Plants[i]); planted.Action != Allow {
			t.add(Verdict{
				Action: Warn, Rule: planted.Rule,
				Reason:  st.Command + " plants " + planted.Reason,
				Why:     "it runs later, without being asked about",
				Effects: planted.Effects,
			})
		}
	}
}

// effect judges one effect by the first rule that has an opinion.
func (p *Policy) effect(o Origin, e *Effect) Verdict {
	if onlyTemporary(e) {
		return Verdict{Action: Allow}
	}
	for _, rule := range p.rules {
		if v, ok := rule(o, e); ok {
			v.Effects = []Effect{*e}
			if v.Reason == "" {
				v.Reason = e.String()
			}
			return v
		}
	}
	return Verdict{Action: Hold, Rule: ruleOpaque, Reason: e.String(), Effects: []Effect{*e}}
}

// onlyTemporary says that an effect is on the session's own temporary objects alone.
// Rows may be those of a permanent table behind a temporary view, and CASCADE may
// take columns of a temporary type.
func onlyTemporary(e *Effect) bool {
	if e.Target.Schema != "pg_temp" || e.Cascade {
		return false
	}
	switch e.Verb {
	case VerbFunction, VerbCall, VerbDelete, VerbUpdate, VerbMerge:
		return false
	}
	return true
}

// functionsVerdict measures what calls functions nobody knows.
func functionsVerdict(functions []Relation) Verdict {
	v := Verdict{Action: Measure, Rule: ruleOpaque, Why: "what the function does is not known"}
	v.Reason = "call of " + functions[0].String() + "()"
	if len(functions) > 1 {
		v.Reason += " and other functions"
	}
	return v
}

// settingsVerdict refuses values under which text cannot be read with certainty,
// and holds those that the text does not show.
func settingsVerdict(settings []Setting) Verdict {
	s, certain, found := unsafeSetting(settings)
	switch {
	case !found:
		return Verdict{Action: Allow}
	case certain:
		return Verdict{
			Action: Refuse, Rule: ruleSettings, SQLState: "ZH005",
			Reason:  "SET " + s.Name + " to a value under which text cannot be read with certainty",
			Why:     "later statements could do something else than they say",
			Effects: []Effect{{Verb: VerbSet, Target: Relation{Name: s.Name}}},
		}
	}
	return Verdict{
		Action: Hold, Rule: ruleSettings,
		Reason:  "SET " + s.Name + " to a value that the text does not show",
		Why:     "later statements could do something else than they say",
		Effects: []Effect{{Verb: VerbSet, Target: Relation{Name: s.Name}}},
	}
}
