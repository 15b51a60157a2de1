package rules

import "slices"

// scopedNames follows the prepared statements of one text: those it prepares
// itself come before what the session knows. It follows definitions too, which
// change what both do.
type scopedNames struct {
	outer   Names
	own     map[string]*Statement
	defined *Definitions // nil until something is defined
}

// follow gives a statement as it is once what the text defines up to it, and by it,
// is known.
func (n *scopedNames) follow(st *Statement) *Statement {
	if len(st.Defines) > 0 {
		if n.defined == nil {
			n.defined = new(Definitions)
		}
		n.defined.Apply(st)
	}
	if n.defined == nil {
		return st
	}
	return n.defined.Expand(st)
}

// UnclearName stands for a name of which it is not known what the server takes it
// for. No name is like it, and what it stands for is never known.
const UnclearName = "\x00"

// blurNames makes names unclear that may not be what they were read as.
func (f *Facts) blurNames() {
	for i := range f.Statements {
		st := &f.Statements[i]
		for j := range st.Names {
			st.Names[j].Name = blurred(st.Names[j].Name)
		}
		for j := range st.Executes {
			st.Executes[j] = blurred(st.Executes[j])
		}
		st.Savepoint = blurred(st.Savepoint)
		for _, r := range st.counted() {
			r.blur()
		}
	}
}

func blurred(name string) string {
	if hasHigh([]byte(name)) {
		return UnclearName
	}
	return name
}

// ShownName is a name for people.
func ShownName(name string) string {
	if name == UnclearName {
		return "of an unclear name"
	}
	return name
}

// prepared gives what a name may stand for; nothing is not known.
func (n *scopedNames) prepared(name string) []*Statement {
	if name == UnclearName {
		return nil
	}
	if body := n.own[name]; body != nil {
		return []*Statement{n.defined.Expand(body)}
	}
	if n.outer == nil {
		return nil
	}
	bodies := n.outer.Prepared(name)
	if n.defined != nil {
		bodies = slices.Clone(bodies)
		for i := range bodies {
			bodies[i] = n.defined.Expand(bodies[i])
		}
	}
	return bodies
}

// apply follows the changes of one statement. After a DEALLOCATE the session is
// asked again: what it then says may be out of date, and is judged all the same.
func (n *scopedNames) apply(changes []NameChange) {
	for _, c := range changes {
		switch c.Kind {
		case NamePrepare:
			if n.own == nil {
				n.own = make(map[string]*Statement)
			}
			n.own[c.Name] = c.Body
		case NameDeallocate:
			delete(n.own, c.Name)
		case NameDeallocateAll, NameDiscardAll:
			clear(n.own)
		}
	}
}
