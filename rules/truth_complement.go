package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// maxComplement bounds the pairs that complement compares.
const maxComplement = 16

// complement finds two of the conditions of an OR of which one is true where the
// other is false: p OR NOT p, x = 1 OR x <> 1, x IS NULL OR x IS NOT NULL.
func complement(args []*pgquery.Node) value {
	if len(args) > maxComplement {
		return unknown
	}
	best := unknown
	for i, a := range args {
		for j, b := range args {
			if i == j {
				continue
			}
			switch v := opposite(a, b); {
			case v == unknown || !repeatable(a):
			case v == yes:
				return yes
			case v == yesOrNull:
				best = v
			}
		}
	}
	return best
}

// opposite says whether a OR b is true whatever they are: yes, or yesOrNull where
// both are NULL together.
func opposite(a, b *pgquery.Node) value {
	not := b.GetBoolExpr()
	if not != nil && not.Boolop == pgquery.BoolExprType_NOT_EXPR && sameNode(a, not.Args[0]) {
		return yesOrNull
	}
	if x, y := a.GetNullTest(), b.GetNullTest(); x != nil && y != nil {
		return truthIf(x.Nulltesttype != y.Nulltesttype && sameNode(x.Arg, y.Arg), yes)
	}
	if x, y := a.GetBooleanTest(), b.GetBooleanTest(); x != nil && y != nil {
		return truthIf(oppositeTests[x.Booltesttype] == y.Booltesttype && sameNode(x.Arg, y.Arg), yes)
	}
	if x, y := a.GetAExpr(), b.GetAExpr(); x != nil && y != nil && sameNode(x.Lexpr, y.Lexpr) && sameNode(x.Rexpr, y.Rexpr) {
		return oppositeOperators(x, y)
	}
	return unknown
}

func truthIf(ok bool, v value) value {
	if ok {
		return v
	}
	return unknown
}

var oppositeTests = map[pgquery.BoolTestType]pgquery.BoolTestType{
	pgquery.BoolTestType_IS_TRUE:    pgquery.BoolTestType_IS_NOT_TRUE,
	pgquery.BoolTestType_IS_FALSE:   pgquery.BoolTestType_IS_NOT_FALSE,
	pgquery.BoolTestType_IS_UNKNOWN: pgquery.BoolTestType_IS_NOT_UNKNOWN,
}

// oppositeOperators compares two operators with the same operands. For floats and
// numerics NaN is a value like others to Postgres, so < and >= leave nothing out.
func oppositeOperators(a, b *pgquery.A_Expr) value {
	x, y := strings.Join(names(a.Name), "."), strings.Join(names(b.Name), ".")
	switch {
	case a.Kind == pgquery.A_Expr_Kind_AEXPR_DISTINCT && b.Kind == pgquery.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return yes
	case a.Kind != b.Kind && !(a.Kind == pgquery.A_Expr_Kind_AEXPR_BETWEEN && b.Kind == pgquery.A_Expr_Kind_AEXPR_NOT_BETWEEN):
		return unknown
	case a.Kind == pgquery.A_Expr_Kind_AEXPR_OP, a.Kind == pgquery.A_Expr_Kind_AEXPR_IN,
		a.Kind == pgquery.A_Expr_Kind_AEXPR_LIKE, a.Kind == pgquery.A_Expr_Kind_AEXPR_ILIKE:
		return truthIf(negators[x] == y && y != "", yesOrNull)
	case a.Kind == pgquery.A_Expr_Kind_AEXPR_BETWEEN:
		return truthIf(a.Kind != b.Kind, yesOrNull)
	}
	return unknown
}

// negators are pairs of operators of which one is true where the other is false.
// Comparisons of rows and arrays, and of ranges, keep to it too.
var negators = map[string]string{
	"=": "<>", "<": ">=", ">": "<=", "~~": "!~~", "~~*": "!~~*", "~": "!~", "~*": "!~*",
}
