package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// operatorTruth proves comparisons of literals, and of a thing with itself.
func operatorTruth(e *pgquery.A_Expr) value {
	op := strings.Join(names(e.Name), ".")
	switch e.Kind {
	case pgquery.A_Expr_Kind_AEXPR_OP:
		return compareTruth(strings.TrimPrefix(op, "pg_catalog."), e.Lexpr, e.Rexpr)
	case pgquery.A_Expr_Kind_AEXPR_NOT_DISTINCT, pgquery.A_Expr_Kind_AEXPR_DISTINCT:
		if sameNode(e.Lexpr, e.Rexpr) && repeatable(e.Lexpr) {
			return truthOf(e.Kind == pgquery.A_Expr_Kind_AEXPR_NOT_DISTINCT)
		}
	case pgquery.A_Expr_Kind_AEXPR_LIKE, pgquery.A_Expr_Kind_AEXPR_ILIKE:
		if pattern, ok := constString(e.Rexpr); ok && pattern != "" && strings.Trim(pattern, "%") == "" && repeatable(e.Lexpr) {
			if strings.HasPrefix(op, "!") {
				return noOrNull
			}
			return yesOrNull
		}
	case pgquery.A_Expr_Kind_AEXPR_IN:
		return inTruth(op, e)
	case pgquery.A_Expr_Kind_AEXPR_BETWEEN:
		if ends := e.Rexpr.GetList().GetItems(); len(ends) == 2 {
			if compareTruth(">=", e.Lexpr, ends[0]) == yes && compareTruth("<=", e.Lexpr, ends[1]) == yes {
				return yes
			}
		}
	}
	return unknown
}

// inTruth proves x IN (..., x, ...).
func inTruth(op string, e *pgquery.A_Expr) value {
	best := unknown
	for _, item := range e.Rexpr.GetList().GetItems() {
		switch v := compareTruth("=", e.Lexpr, item); {
		case v == yes:
			best = yes
		case v == yesOrNull && best == unknown:
			best = yesOrNull
		}
	}
	if op == "<>" {
		return best.not()
	}
	return best
}

func compareTruth(op string, a, b *pgquery.Node) value {
	if a == nil || b == nil {
		return unknown
	}
	x, okX := constant(a)
	y, okY := constant(b)
	if okX && okY {
		return x.compare(op, y)
	}
	if okX && x.null || okY && y.null {
		return unknown // = NULL is IS NULL under transform_null_equals
	}
	if !sameNode(a, b) || !repeatable(a) {
		return unknown
	}
	switch op {
	case "=", "<=", ">=":
		return yesOrNull
	case "<>", "!=", "<", ">":
		return noOrNull
	}
	return unknown
}
