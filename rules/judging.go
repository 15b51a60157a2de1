package rules

// judging is one text on its way to a verdict.
type judging struct {
	policy *Policy
	origin Origin
	known  Resolved
	making Making // by the text itself and, where that is seen, the session
	names  scopedNames
	tally  tally
}

// statement judges one statement. What PREPARE names is judged when it runs.
func (j *judging) statement(st *Statement) {
	if st.prepares() {
		return
	}
	j.effects(st)
	for _, name := range st.Executes {
		bodies := j.names.prepared(name)
		if len(bodies) == 0 {
			j.tally.add(j.effect(&Effect{Verb: VerbCall, Object: "EXECUTE", Target: Relation{Name: ShownName(name)}}))
		}
		for _, body := range bodies {
			j.effects(body)
		}
	}
}

// effects judges what a statement does by itself.
func (j *judging) effects(st *Statement) {
	if v := settingsVerdict(st.Settings); v.Action != Allow {
		j.tally.add(j.raised(v, &v.Effects[0]))
	}
	for i := range st.Effects {
		j.tally.add(j.effect(&st.Effects[i]))
	}
	j.functions(st.Functions)
	later := judging{policy: j.policy, origin: j.origin} // what names stand for then is not known
	for i := range st.Plants {
		if planted := later.effect(&st.Plants[i]); planted.Action != Allow {
			j.tally.add(Verdict{
				Action: Warn, Rule: planted.Rule,
				Reason:  st.Command + " plants " + planted.Reason,
				Why:     "it runs later, without being asked about",
				Effects: planted.Effects,
			})
		}
	}
}

// effect judges one effect by the first rule that matches it.
func (j *judging) effect(e *Effect) Verdict {
	if j.making.losesNothing(e) {
		return Verdict{Action: Allow}
	}
	e, losesNothing := j.resolved(e)
	if losesNothing || onlyTemporary(e) {
		return Verdict{Action: Allow}
	}
	usual := j.policy.usual(e)
	if reachesOut(e) {
		return j.raised(usual, e)
	}
	return j.braked(e, j.byRules(e, usual))
}

// usual is the opinion of the default rules. What they do not know is held.
func (p *Policy) usual(e *Effect) Verdict {
	v, ok := Verdict{}, false
	if p.defaults {
		v, ok = defaultRule(e)
	}
	if !ok {
		v = Verdict{Action: Hold, Rule: ruleOpaque}
	}
	if v.Reason == "" {
		v.Reason = e.String()
	}
	v.Effects = []Effect{*e}
	return v
}

// byRules is the opinion of the first rule that matches, or the usual one. A rule
// that only a count can decide makes the effect one to be counted, and is passed
// over: until there is a count, what a later rule holds is held.
func (j *judging) byRules(e *Effect, usual Verdict) Verdict {
	m := matching{policy: j.policy, origin: &j.origin, effect: e, usual: usual.Action}
	r, undecided := m.first()
	v := usual
	if r != nil {
		v = r.opinion(e, usual)
	}
	if undecided != nil && severity(v.Action) < severity(Measure) {
		v = Verdict{Action: Measure, Rule: undecided.Name, Reason: e.String(), Why: whyUncounted, Effects: []Effect{*e}}
	}
	return v
}

const whyUncounted = "how many rows it takes is not known"

// raised is the usual opinion on what stands above the rules: a rule that refuses
// makes it worse, one that holds adds its terms, and no other counts.
func (j *judging) raised(usual Verdict, e *Effect) Verdict {
	m := matching{policy: j.policy, origin: &j.origin, effect: e, usual: usual.Action, above: true}
	r, _ := m.first()
	if r == nil {
		return usual
	}
	v := r.opinion(e, usual)
	if severity(v.Action) < severity(usual.Action) {
		return usual
	}
	v.Reason = usual.Reason
	return v
}

// unreadable judges text of which no effect is known: rules without verbs apply.
func (j *judging) unreadable(usual Verdict) Verdict {
	v := j.raised(usual, &Effect{})
	v.Effects = nil
	return v
}

// functions judges the calls of functions that nobody knows: each by the rules, and
// those that no rule matches together.
func (j *judging) functions(list []Relation) {
	if len(list) == 0 {
		return
	}
	if len(j.policy.rules) == 0 {
		j.tally.add(functionsVerdict(list))
		return
	}
	var others []Relation
	for _, f := range list {
		e := &Effect{Verb: VerbCall, Object: "FUNCTION", Target: f}
		usual := functionsVerdict([]Relation{f})
		if v := j.byRules(e, usual); v.Rule == usual.Rule && v.Action == usual.Action {
			others = append(others, f)
		} else {
			v.Reason = usual.Reason
			j.tally.add(v)
		}
	}
	if len(others) > 0 {
		j.tally.add(functionsVerdict(others))
	}
}

// resolved is the effect with the name that its target has in the catalogs, if that
// is known, and whether it can take nothing that others have.
func (j *judging) resolved(e *Effect) (_ *Effect, losesNothing bool) {
	if len(j.known) == 0 {
		return e, false
	}
	named, ok := e.Named()
	if !ok {
		return e, false
	}
	object := j.known[named]
	switch object.Standing {
	case StandingTemporary, StandingAbsent, StandingCreated:
		return e, true
	}
	if object.Name == "" {
		return e, false
	}
	shown := *e
	shown.Target = object.Relation
	return &shown, false
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

// reachesOut says that an effect reaches beyond the database, where nothing of it can
// be counted or undone.
func reachesOut(e *Effect) bool {
	switch e.Verb {
	case VerbCopyProgram, VerbReplication, VerbSet:
		return true
	case VerbFunction:
		_, remote := remoteText[e.Target.Name]
		return remote || destroyers[e.Target.Name].outside
	}
	return false
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

// one judges a single effect.
func (p *Policy) one(o Origin, e Effect) Verdict {
	j := judging{policy: p, origin: o}
	return j.effect(&e)
}
