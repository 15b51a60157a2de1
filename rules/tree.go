package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// children calls f for every node right below m, whatever m is: nothing of the
// tree is left out because nobody thought of it.
func children(m protoreflect.Message, f func(protoreflect.Message)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Message() == nil {
			return true
		}
		if !fd.IsList() {
			f(v.Message())
			return true
		}
		for list, i := v.List(), 0; i < list.Len(); i++ {
			f(list.Get(i).Message())
		}
		return true
	})
}

// any says whether f is true for a node of the tree below and including m.
func anyNode(m protoreflect.Message, f func(any) bool) bool {
	if f(m.Interface()) {
		return true
	}
	found := false
	children(m, func(child protoreflect.Message) {
		found = found || anyNode(child, f)
	})
	return found
}

// names gives the strings of a list of String nodes (a dotted name); others are
// left out.
func names(nodes []*pgquery.Node) []string {
	list := make([]string, 0, len(nodes))
	for _, n := range nodes {
		if s := n.GetString_(); s != nil {
			list = append(list, s.Sval)
		}
	}
	return list
}

// relation reads a dotted name: [[catalog.]schema.]name.
func relation(parts []string) (r Relation) {
	if n := len(parts); n > 0 {
		r.Name = parts[n-1]
		if n > 1 {
			r.Schema = parts[n-2]
		}
		if n > 2 {
			r.Catalog = parts[n-3]
		}
	}
	return r
}

func rangeVar(v *pgquery.RangeVar) Relation {
	return Relation{Catalog: v.GetCatalogname(), Schema: v.GetSchemaname(), Name: v.GetRelname()}
}

// objectName reads the name of the object of a DROP, in any of the shapes that
// the grammar gives them.
func objectName(n *pgquery.Node) Relation {
	switch {
	case n.GetString_() != nil:
		return Relation{Name: n.GetString_().Sval}
	case n.GetList() != nil:
		return relation(names(n.GetList().Items))
	case n.GetTypeName() != nil:
		return relation(names(n.GetTypeName().Names))
	case n.GetObjectWithArgs() != nil:
		return relation(names(n.GetObjectWithArgs().Objname))
	case n.GetRangeVar() != nil:
		return rangeVar(n.GetRangeVar())
	}
	return Relation{}
}

// roleName is the name of a role, or the keyword that stands for it.
func roleName(r *pgquery.RoleSpec) string {
	switch r.GetRoletype() {
	case pgquery.RoleSpecType_ROLESPEC_CSTRING:
		return r.Rolename
	case pgquery.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return "current_role"
	case pgquery.RoleSpecType_ROLESPEC_CURRENT_USER:
		return "current_user"
	case pgquery.RoleSpecType_ROLESPEC_SESSION_USER:
		return "session_user"
	}
	return "public"
}
