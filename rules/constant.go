package rules

import (
	"math"
	"strconv"
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
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

// constant reads a literal, also with a cast to a type that keeps its value, and
// what a few operators make of literals.
func constant(n *pgquery.Node) (literal, bool) { return constantIn(n, maxFolds) }

// maxFolds is how deep operators are folded: the deeper ones are no tricks of people.
const maxFolds = 4

func constantIn(n *pgquery.Node, folds int) (literal, bool) {
	if c := n.GetTypeCast(); c != nil {
		if !keepsValue(c.TypeName) {
			return literal{}, false
		}
		n = c.Arg
	}
	if e := n.GetAExpr(); e != nil && folds > 0 {
		return folded(e, folds-1)
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

// maxFolded is below which integers are added and multiplied exactly, and without
// an overflow on the server: 2^31.
const maxFolded = 1 << 31

// folded computes a sum, difference or product of small integers and the
// concatenation of two strings.
func folded(e *pgquery.A_Expr, folds int) (literal, bool) {
	op := strings.Join(names(e.Name), ".")
	if e.Kind != pgquery.A_Expr_Kind_AEXPR_OP || e.Lexpr == nil || e.Rexpr == nil || !strings.Contains("+ - * ||", op) {
		return literal{}, false
	}
	a, okA := constantIn(e.Lexpr, folds)
	b, okB := constantIn(e.Rexpr, folds)
	if !okA || !okB || a.null || b.null {
		return literal{}, false
	}
	if op == "||" {
		return literal{text: a.text + b.text}, !a.isNum && !b.isNum && !a.isBool && !b.isBool
	}
	if !a.isNum || !b.isNum {
		return literal{}, false
	}
	r := map[string]float64{"+": a.number + b.number, "-": a.number - b.number, "*": a.number * b.number}[op]
	if r != math.Trunc(r) || math.Abs(r) >= maxFolded || a.number != math.Trunc(a.number) || b.number != math.Trunc(b.number) {
		return literal{}, false
	}
	return literal{number: r, isNum: true, text: strconv.FormatInt(int64(r), 10)}, true
}

// isBool says whether a type is boolean.
func isBool(t *pgquery.TypeName) bool {
	name := relation(names(t.GetNames()))
	return name.Name == "bool" && (name.Schema == "" || name.Schema == "pg_catalog") && len(t.GetArrayBounds()) == 0
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
