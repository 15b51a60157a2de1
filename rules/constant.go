package rules

import (
	"strconv"
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// literal is the value of a constant of the text.
type literal struct {
	null    bool
	number  float64
	isNum   bool
	text    string // strings, and the digits of numbers
	isBool  bool
	boolean bool
}

// maxDigits is how many characters of a number compare exactly as a float64.
const maxDigits = 15

// constant reads a literal, also with a cast to a type that keeps its value.
func constant(n *pgquery.Node) (literal, bool) {
	if c := n.GetTypeCast(); c != nil {
		if !keepsValue(c.TypeName) {
			return literal{}, false
		}
		n = c.Arg
	}
	c := n.GetAConst()
	if c == nil {
		return literal{}, false
	}
	if c.Isnull {
		return literal{null: true}, true
	}
	switch v := c.Val.(type) {
	case *pgquery.A_Const_Ival:
		return literal{number: float64(v.Ival.GetIval()), isNum: true, text: strconv.Itoa(int(v.Ival.GetIval()))}, true
	case *pgquery.A_Const_Fval:
		return number(v.Fval.GetFval())
	case *pgquery.A_Const_Boolval:
		return literal{isBool: true, boolean: v.Boolval.GetBoolval()}, true
	case *pgquery.A_Const_Sval:
		return literal{text: v.Sval.GetSval()}, true
	}
	return literal{}, false
}

func number(s string) (literal, bool) {
	if len(s) > maxDigits {
		return literal{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return literal{number: f, isNum: true, text: s}, err == nil
}

// keepsValue says whether a cast to the type leaves a literal what it is.
func keepsValue(t *pgquery.TypeName) bool {
	if len(t.GetTypmods()) > 0 || len(t.GetArrayBounds()) > 0 {
		return false
	}
	switch relation(names(t.GetNames())).Name {
	case "int2", "int4", "int8", "numeric", "text", "varchar", "bool":
		return true
	}
	return false
}

// boolConst is the truth of a literal where a condition is expected.
func boolConst(n *pgquery.Node) value {
	c, ok := constant(n)
	switch {
	case !ok:
		return unknown
	case c.null:
		return null
	case c.isBool:
		return truthOf(c.boolean)
	case c.isNum:
		return truthOf(c.number != 0) // with a cast; without one the server refuses it
	}
	text := strings.ToLower(strings.TrimSpace(c.text))
	if isOn(text) {
		return yes
	}
	if text == "off" || text == "0" || text != "" && (strings.HasPrefix("false", text) || strings.HasPrefix("no", text)) {
		return no
	}
	return unknown
}

// compare proves a comparison of two literals. Strings are compared for
// equality only: their order depends on the collation.
func (a literal) compare(op string, b literal) value {
	switch {
	case a.null || b.null:
		return null
	case a.isBool && b.isBool:
		return compareTexts(op, strconv.FormatBool(a.boolean), strconv.FormatBool(b.boolean))
	case a.isBool || b.isBool:
		return unknown
	case a.isNum || b.isNum:
		x, okX := number(strings.TrimSpace(a.text))
		y, okY := number(strings.TrimSpace(b.text))
		if !okX || !okY {
			return unknown
		}
		return compareNumbers(op, x.number, y.number)
	}
	return compareTexts(op, a.text, b.text)
}

func compareTexts(op, a, b string) value {
	switch op {
	case "=":
		return truthOf(a == b)
	case "<>", "!=":
		return truthOf(a != b)
	}
	return unknown
}

func compareNumbers(op string, a, b float64) value {
	switch op {
	case "=":
		return truthOf(a == b)
	case "<>", "!=":
		return truthOf(a != b)
	case "<":
		return truthOf(a < b)
	case "<=":
		return truthOf(a <= b)
	case ">":
		return truthOf(a > b)
	case ">=":
		return truthOf(a >= b)
	}
	return unknown
}

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

func sameTree(a, b protoreflect.Message) bool {
	if a.Descriptor() != b.Descriptor() {
		return false
	}
	fields := a.Descriptor().Fields()
	for i := 0; i < fields.Len(); i++ {
		fd := fields.Get(i)
		if fd.Name() == "location" {
			continue
		}
		if a.Has(fd) != b.Has(fd) {
			return false
		}
		if a.Has(fd) && !sameValue(fd, a.Get(fd), b.Get(fd)) {
			return false
		}
	}
	return true
}

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

// describe shows a small condition for people, without the text of literals.
func describe(n *pgquery.Node) string {
	switch e := n.GetNode().(type) {
	case *pgquery.Node_ColumnRef:
		return strings.Join(names(e.ColumnRef.Fields), ".")
	case *pgquery.Node_AConst:
		return describeConst(n)
	case *pgquery.Node_TypeCast:
		return describe(e.TypeCast.Arg)
	case *pgquery.Node_AExpr:
		if e.AExpr.Kind == pgquery.A_Expr_Kind_AEXPR_OP && e.AExpr.Lexpr != nil && e.AExpr.Rexpr != nil {
			l, r := describe(e.AExpr.Lexpr), describe(e.AExpr.Rexpr)
			if l != theFilter && r != theFilter {
				return l + " " + strings.Join(names(e.AExpr.Name), ".") + " " + r
			}
		}
	}
	return theFilter
}

const theFilter = "the filter"

func describeConst(n *pgquery.Node) string {
	c, ok := constant(n)
	switch {
	case !ok:
		return theFilter
	case c.null:
		return "NULL"
	case c.isBool:
		return strconv.FormatBool(c.boolean)
	case c.isNum:
		return c.text
	}
	return "'...'"
}
