package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// repeatable says whether an expression gives the same value when it is
// evaluated twice for one row.
func repeatable(n *pgquery.Node) bool {
	return !anyNode(n.ProtoReflect(), func(node any) bool {
		switch n := node.(type) {
		case *pgquery.FuncCall:
			return mayDiffer(n)
		case *pgquery.SubLink:
			return true
		}
		return false
	})
}

// sameNode says whether two trees are equal but for their places in the text.
func sameNode(a, b *pgquery.Node) bool {
	return a != nil && b != nil && sameTree(a.ProtoReflect(), b.ProtoReflect())
}

// sameTree goes by the fields that are set: a Node has 250 others.
func sameTree(a, b protoreflect.Message) bool {
	if a.Descriptor() != b.Descriptor() {
		return false
	}
	same, more := true, 0
	a.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Name() != location {
			more++
			same = b.Has(fd) && sameValue(fd, v, b.Get(fd))
		}
		return same
	})
	if !same {
		return false
	}
	b.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if fd.Name() != location {
			more--
		}
		return true
	})
	return more == 0
}

// location is the field with the place in the text.
const location = "location"

func sameValue(fd protoreflect.FieldDescriptor, a, b protoreflect.Value) bool {
	switch {
	case fd.IsList():
		x, y := a.List(), b.List()
		if x.Len() != y.Len() {
			return false
		}
		for i := 0; i < x.Len(); i++ {
			if fd.Message() == nil && !x.Get(i).Equal(y.Get(i)) ||
				fd.Message() != nil && !sameTree(x.Get(i).Message(), y.Get(i).Message()) {
				return false
			}
		}
		return true
	case fd.Message() != nil:
		return sameTree(a.Message(), b.Message())
	}
	return a.Equal(b)
}
