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
	n := int(unsafe.Sizeof(*st)) + len(st.Command)
	for _, list := range [][]Effect{st.Effects, st.Plants} {
		for i := range list {
			e := &list[i]
			n += int(unsafe.Sizeof(*e)) + e.Target.size() + len(e.Column) + len(e.FilterText)
		}
	}
	for _, f := range st.Functions {
		n += int(unsafe.Sizeof(f)) + f.size()
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

func (r Relation) size() int { return len(r.Catalog) + len(r.Schema) + len(r.Name) }
