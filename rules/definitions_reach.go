package rules

import "slices"

// reachedCode collects what a statement runs besides its own text.
type reachedCode struct {
	defined *Definitions
	effects []Effect
	unknown []Relation // functions that nobody knows
	changed bool       // there is something else to say than the statement says
	seen    map[*Definition]bool
}

// functions follows calls.
func (r *reachedCode) functions(names []Relation) {
	for _, name := range names {
		if r.spent(name) {
			return
		}
		found := namedAs(r.defined.functions, name)
		if len(found) == 0 {
			r.unknown = append(r.unknown, name)
			continue
		}
		r.changed = true
		for _, def := range found {
			r.run(def, name)
		}
	}
}

// calls follows the CALLs among effects, and gives the effects that stay.
func (r *reachedCode) calls(effects []Effect) (kept []Effect) {
	kept = make([]Effect, 0, len(effects))
	for i := range effects {
		e := &effects[i]
		found := namedAs(r.defined.functions, e.Target)
		if e.Verb != VerbCall || e.Object != "PROCEDURE" || !allKnown(found) {
			kept = append(kept, *e)
			continue
		}
		r.changed = true
		for _, def := range found {
			r.run(def, e.Target)
		}
	}
	return kept
}

// allKnown says that there are definitions and all of them were read.
func allKnown(list []*Definition) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(d *Definition) bool { return !d.Known })
}

// touches follows the triggers, rules, defaults and views of relations.
func (r *reachedCode) touches(list []Touch) {
	for _, t := range list {
		if r.spent(t.Relation) {
			return
		}
		for _, def := range namedAs(r.defined.relations, t.Relation) {
			if slices.Contains(def.Fires, t.Command) {
				r.changed = true
				r.run(def, t.Relation)
			}
		}
	}
}

// run follows one definition. name is what stands for it in a reason if it was not
// read.
func (r *reachedCode) run(def *Definition, name Relation) {
	if r.seen[def] || r.spent(name) {
		return
	}
	if r.seen == nil {
		r.seen = make(map[*Definition]bool)
	}
	r.seen[def] = true
	r.defined.steps++
	if !def.Known {
		r.unknown = append(r.unknown, name)
	}
	r.effects = append(r.effects, def.Effects...)
	r.functions(def.Calls)
	r.touches(def.Touches)
	for _, t := range def.Types {
		for _, domain := range namedAs(r.defined.domains, t) {
			r.run(domain, t)
		}
	}
}

// spent says that no more definitions are followed, and makes the statement one of
// which nobody knows what it runs.
func (r *reachedCode) spent(name Relation) bool {
	if r.defined.steps < maxSteps {
		return false
	}
	if why := "more definitions than are followed"; len(r.effects) == 0 || r.effects[len(r.effects)-1].FilterText != why {
		r.effects = append(r.effects, Effect{Verb: VerbCall, Object: "FUNCTION", Target: name, FilterText: why})
	}
	r.changed = true
	return true
}

// unnamed adds what may run without being named, as far as it is known to destroy:
// most statements run none of it.
func (r *reachedCode) unnamed() {
	if d := r.defined; d.stale && len(d.unnamed) > 0 {
		all := reachedCode{defined: d}
		for _, def := range d.unnamed {
			all.run(def, def.Name)
		}
		d.anywhere = all.effects
	}
	r.defined.stale = false
	r.effects = append(r.effects, r.defined.anywhere...)
	r.changed = r.changed || len(r.effects) > 0
}
