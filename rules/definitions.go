package rules

import "slices"

// Definitions follows what statements define, in the order in which they are sent:
// a function that was created and is called, a trigger or rule that fires, a view
// or default that calls a function. With it Policy judges a text of several
// statements, and a program that sees all texts of a session the whole of it.
//
// A name stands for everything that was defined under it: whether a statement
// succeeded is not known, nor which function of a name a call means. Nothing is
// forgotten, not even by DROP. A name without a schema is the same name in any.
//
// The zero value is ready and knows nothing. Not safe for concurrent use.
type Definitions struct {
	functions map[string][]*Definition
	relations map[string][]*Definition
	domains   map[string][]*Definition
	unnamed   []*Definition
	anywhere  []Effect // what unnamed may do
	stale     bool     // anywhere is not what it was
	some      bool     // something that can run code was defined
	steps     int      // definitions run through for the text at hand, of maxSteps
}

// maxSteps bounds how many definitions are run through for one text, those of each
// call anew: 20 ms. Beyond it code is not known.
const maxSteps = 1 << 16

// Follow gives the facts as they are once what was defined is known, and remembers
// what they define. The result shares memory with f, which is not changed, and is f
// itself if nothing is different.
func (d *Definitions) Follow(f *Facts) *Facts {
	return d.each(f, func(st *Statement) *Statement {
		d.Apply(st)
		return d.Expand(st)
	})
}

// Calls gives the facts with what is known of the functions that they call by name,
// and remembers nothing. It is for definitions of which it is not sure that they
// stand where the text runs. See Fires.
func (d *Definitions) Calls(f *Facts) *Facts {
	return d.each(f, func(st *Statement) *Statement {
		return d.expand(st, func(r *reachedCode) []Effect {
			r.functions(st.Functions)
			return r.calls(st.Effects)
		})
	})
}

// Fires gives the facts with what the triggers, rules, defaults and views of the
// relations do that they read and write, and remembers nothing: the other half of
// Calls.
func (d *Definitions) Fires(f *Facts) *Facts {
	return d.each(f, func(st *Statement) *Statement {
		return d.expand(st, func(r *reachedCode) []Effect {
			r.unknown = slices.Clone(st.Functions)
			r.touches(st.Touches)
			return slices.Clone(st.Effects)
		})
	})
}

// each gives the facts with other statements.
func (d *Definitions) each(f *Facts, other func(*Statement) *Statement) *Facts {
	followed := f
	d.steps = 0
	for i := range f.Statements {
		st := &f.Statements[i]
		known := other(st)
		if known == st {
			continue
		}
		if followed == f {
			clone := *f
			clone.Statements = slices.Clone(f.Statements)
			followed = &clone
		}
		followed.Statements[i] = *known
	}
	return followed
}

// Apply remembers what a statement defines. It keeps st.
func (d *Definitions) Apply(st *Statement) {
	for i := range st.Defines {
		def := &st.Defines[i]
		switch def.Kind {
		case DefinesFunction:
			d.functions = remember(d.functions, def)
			if isBuiltIn(Relation{Name: def.Name.Name}) { // a search_path may put it first
				d.unnamed = append(d.unnamed, def)
			}
		case DefinesDomain:
			d.domains = remember(d.domains, def)
			d.unnamed = append(d.unnamed, def) // by a cast
		case DefinesUnnamed:
			d.unnamed = append(d.unnamed, def)
		default:
			d.relations = remember(d.relations, def)
		}
		d.some = d.some || def.Kind == DefinesFunction || def.runs()
		d.stale = true
	}
}

// runs says whether a definition runs anything at all.
func (d *Definition) runs() bool {
	return len(d.Effects)+len(d.Calls)+len(d.Touches)+len(d.Types) > 0 || !d.Known
}

func remember(m map[string][]*Definition, def *Definition) map[string][]*Definition {
	if m == nil {
		m = make(map[string][]*Definition)
	}
	m[def.Name.Name] = append(m[def.Name.Name], def)
	return m
}

// Expand gives the statement with the effects of what it calls and fires, as far
// as that was defined and read; functions that are known are no more among its
// Functions, and no more among its effects if CALL runs them. Prepared statements
// that it runs are the caller's to expand. It is st itself where nothing is
// different; a nil Definitions knows nothing.
func (d *Definitions) Expand(st *Statement) *Statement {
	return d.expand(st, func(r *reachedCode) []Effect {
		r.functions(st.Functions)
		for _, name := range st.Extensions {
			if len(namedAs(d.functions, name)) > 0 {
				r.functions([]Relation{name})
			}
		}
		kept := r.calls(st.Effects)
		r.touches(st.Touches)
		if !makesCode(st.Defines) {
			r.unnamed()
		}
		return kept
	})
}

// expand gives the statement with what reach finds that it runs besides; reach gives
// the effects of its own that stay.
func (d *Definitions) expand(st *Statement, reach func(*reachedCode) (kept []Effect)) *Statement {
	switch {
	case d == nil || !d.some:
		return st
	case st.prepares():
		return d.expandBodies(st)
	}
	r := reachedCode{defined: d}
	kept := reach(&r)
	if !r.changed {
		return st
	}
	known := *st
	known.Effects = kept
	once := make(map[Effect]bool, len(r.effects))
	for _, e := range r.effects {
		if !once[e] {
			known.Effects = append(known.Effects, e)
		}
		once[e] = true
	}
	known.Functions = r.unknown
	known.Defines, known.Touches, known.Extensions = nil, nil, nil
	known.sort()
	return &known
}

// makesCode says whether a statement only makes what may run unnamed, and runs none.
func makesCode(list []Definition) bool {
	return slices.ContainsFunc(list, func(d Definition) bool {
		return d.Kind == DefinesFunction || d.Kind == DefinesDomain || d.Kind == DefinesUnnamed
	})
}

// expandBodies expands what a statement prepares.
func (d *Definitions) expandBodies(st *Statement) *Statement {
	known := *st
	known.Names = slices.Clone(st.Names)
	for i := range known.Names {
		if body := known.Names[i].Body; body != nil {
			known.Names[i].Body = d.Expand(body)
		}
	}
	return &known
}

// namedAs are the definitions that a name may stand for.
func namedAs(m map[string][]*Definition, name Relation) (list []*Definition) {
	for _, def := range m[name.Name] {
		if name.Schema == "" || def.Name.Schema == "" || name.Schema == def.Name.Schema {
			list = append(list, def)
		}
	}
	return list
}
