package rules

import "unsafe"

// size is a rough count of the bytes that facts keep alive.
func (f *Facts) size() int {
	n := int(unsafe.Sizeof(*f)) + len(f.Unreadable)
	for i := range f.Statements {
		n += f.Statements[i].size()
	}
	return n
}

func (st *Statement) size() int {
	n := int(unsafe.Sizeof(*st)) + len(st.Command) + effectsSize(st.Effects) + effectsSize(st.Plants) +
		relationsSize(st.Functions) + relationsSize(st.Extensions) + touchesSize(st.Touches) + len(st.Savepoint) + st.Rows.size()
	for i := range st.Defines {
		n += st.Defines[i].size()
	}
	for i := range st.Makes {
		n += int(unsafe.Sizeof(st.Makes[i])) + st.Makes[i].Relation.size()
	}
	for _, c := range st.Names {
		n += int(unsafe.Sizeof(c)) + len(c.Name)
		if c.Body != nil {
			n += c.Body.size()
		}
	}
	for _, name := range st.Executes {
		n += int(unsafe.Sizeof(name)) + len(name)
	}
	for _, s := range st.Settings {
		n += int(unsafe.Sizeof(s)) + len(s.Name) + len(s.Value)
	}
	return n
}

func (d *Definition) size() int {
	n := int(unsafe.Sizeof(*d)) + d.Name.size() + effectsSize(d.Effects) +
		relationsSize(d.Calls) + relationsSize(d.Types) + touchesSize(d.Touches)
	return n + len(d.Fires)*int(unsafe.Sizeof("")) // of constant words
}

func effectsSize(list []Effect) (n int) {
	for i := range list {
		e := &list[i]
		n += int(unsafe.Sizeof(*e)) + e.Target.size() + len(e.Column) + len(e.FilterText)
	}
	return n
}

func relationsSize(list []Relation) (n int) {
	for _, r := range list {
		n += int(unsafe.Sizeof(r)) + r.size()
	}
	return n
}

func touchesSize(list []Touch) (n int) {
	for _, t := range list {
		n += int(unsafe.Sizeof(t)) + t.Relation.size()
	}
	return n
}

func (r Relation) size() int { return len(r.Catalog) + len(r.Schema) + len(r.Name) }
