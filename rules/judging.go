package rules

// judging is one text on its way to a verdict.
//
// Every keyed DELETE and UPDATE is judged, so opinions are kept cheap: an effect goes by
// the slice that has only it, which the opinion on it then shares, and an opinion without
// a reason means the words of its effect. They are put once, for the worst: see
// tally.verdict.
type judging struct {
	policy *Policy
	origin Origin
	known  Resolved
	terse  bool   // the reason of what is measured is left out
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
			j.add([]Effect{{Verb: VerbCall, Object: "EXECUTE", Target: Relation{Name: ShownName(name)}}})
		}
		for _, body := range bodies {
			j.effects(body)
		}
	}
}

// effects judges what a statement does by itself.
func (j *judging) effects(st *Statement) {
	if len(st.Settings) > 0 {
		if v := settingsVerdict(st.Settings); v.Action != Allow {
			j.raised(&v, v.Effects)
			j.tally.add(&v)
		}
	}
	for i := range st.Effects {
		j.add(st.Effects[i : i+1 : i+1])
	}
	j.functions(st.Functions)
	if len(st.Plants) > 0 {
		j.plants(st)
	}
}

// plants warns of what the body of a function or rule would do that would not pass.
func (j *judging) plants(st *Statement) {
	later := judging{policy: j.policy, origin: j.origin} // what names stand for then is not known
	for i := range st.Plants {
		var planted Verdict
		if later.effect(&planted, st.Plants[i:i+1:i+1]); planted.Action != Allow {
			j.tally.add(&Verdict{
				Action: Warn, Rule: planted.Rule,
				Reason:  st.Command + " plants " + planted.reason(),
				Why:     "it runs later, without being asked about",
				Effects: planted.Effects,
			})
		}
	}
}

// add judges one effect and adds the opinion to the others.
func (j *judging) add(one []Effect) {
	var v Verdict
	j.effect(&v, one)
	j.tally.add(&v)
}

// effect makes v, which is zero, the opinion on one effect by the first rule that
// matches it.
func (j *judging) effect(v *Verdict, one []Effect) {
	if j.making.losesNothing(&one[0]) {
		v.Action = Allow
		return
	}
	one, losesNothing := j.resolved(one)
	e := &one[0]
	if losesNothing || onlyTemporary(e) {
		v.Action = Allow
		return
	}
	j.policy.usual(v, one)
	if reachesOut(e) {
		j.raised(v, one)
		return
	}
	j.byRules(v, one)
	j.braked(v, one)
}

// usual makes v, which is zero, the opinion of the default rules. What they do not know
// is held.
func (p *Policy) usual(v *Verdict, one []Effect) {
	by, ok := ruling{}, false
	if p.defaults {
		by, ok = defaultRule(&one[0])
	}
	if !ok {
		by.rule = ruleOpaque
	}
	v.Action, v.Rule, v.Why, v.Effects = by.action, by.rule, by.why, one
}

// byRules makes v, which is the usual opinion, that of the first rule that matches, if
// there is one. A rule that only a count can decide makes the effect one to be counted,
// and is passed over: until there is a count, what a later rule holds is held.
func (j *judging) byRules(v *Verdict, one []Effect) {
	if len(j.policy.rules) == 0 {
		return
	}
	m := matching{policy: j.policy, origin: &j.origin, effect: &one[0], usual: v.Action}
	r, undecided := m.first()
	if r != nil {
		*v = r.opinion(one, v)
	}
	if undecided != nil && severity(v.Action) < severity(Measure) {
		*v = Verdict{Action: Measure, Rule: undecided.Name, Why: whyUncounted, Effects: one}
	}
}

const whyUncounted = "how many rows it takes is not known"

// raised is byRules for what stands above the rules: a rule that refuses makes it worse,
// one that holds adds its terms, and no other counts.
func (j *judging) raised(v *Verdict, one []Effect) {
	m := matching{policy: j.policy, origin: &j.origin, effect: &one[0], usual: v.Action, above: true}
	r, _ := m.first()
	if r == nil {
		return
	}
	opinion := r.opinion(one, v)
	if severity(opinion.Action) < severity(v.Action) {
		return
	}
	opinion.Reason = v.Reason
	*v = opinion
}

// unreadable judges text of which no effect is known: rules without verbs apply.
func (j *judging) unreadable(usual Verdict) {
	j.raised(&usual, []Effect{{}})
	usual.Effects = nil
	j.tally.add(&usual)
}

// functions judges the calls of functions that nobody knows: each by the rules, and
// those that no rule matches together.
func (j *judging) functions(list []Relation) {
	if len(list) == 0 {
		return
	}
	if len(j.policy.rules) == 0 {
		j.unknownFunctions(list)
		return
	}
	var others []Relation
	for _, f := range list {
		v := functionsVerdict
		if j.byRules(&v, []Effect{{Verb: VerbCall, Object: "FUNCTION", Target: f}}); v.Rule == functionsVerdict.Rule && v.Action == functionsVerdict.Action {
			others = append(others, f)
		} else {
			v.Reason = callReason(f, 1)
			j.tally.add(&v)
		}
	}
	if len(others) > 0 {
		j.unknownFunctions(others)
	}
}

// resolved is the effect with the name that its target has in the catalogs, if that
// is known, and whether it can take nothing that others have.
func (j *judging) resolved(one []Effect) (_ []Effect, losesNothing bool) {
	if len(j.known) == 0 {
		return one, false
	}
	named, ok := one[0].Named()
	if !ok {
		return one, false
	}
	object := j.known[named]
	switch object.Standing {
	case StandingTemporary, StandingAbsent, StandingCreated:
		return one, true
	}
	if object.Name == "" {
		return one, false
	}
	shown := one[0]
	shown.Target = object.Relation
	return []Effect{shown}, false
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

// functionsVerdict measures what calls functions nobody knows; nobody changes it.
var functionsVerdict = Verdict{Action: Measure, Rule: ruleOpaque, Why: "what the function does is not known"}

// unknownFunctions adds that functions nobody knows are called.
func (j *judging) unknownFunctions(list []Relation) {
	v := functionsVerdict
	if !j.terse {
		v.Reason = callReason(list[0], len(list))
	}
	j.tally.add(&v)
}

// callReason names the first of n functions that are called.
func callReason(first Relation, n int) string {
	reason := "call of " + first.String() + "()"
	if n > 1 {
		reason += " and other functions"
	}
	return reason
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
func (p *Policy) one(o Origin, e Effect) (v Verdict) {
	j := judging{policy: p, origin: o}
	j.effect(&v, []Effect{e})
	v.Reason = v.reason()
	return v
}
