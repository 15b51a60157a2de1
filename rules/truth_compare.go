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
	case pgquery.A_Expr_Kind_AEXPR_OP_ANY:
		if list := e.Rexpr.GetAArrayExpr(); list != nil && op == "=" {
			return oneOf(e.Lexpr, list.Elements)
		}
	case pgquery.A_Expr_Kind_AEXPR_BETWEEN:
		return betweenTruth(e)
	case pgquery.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		return betweenTruth(e).not()
	}
	return unknown
}

func betweenTruth(e *pgquery.A_Expr) value {
	ends := e.Rexpr.GetList().GetItems()
	if len(ends) != 2 {
		return unknown
	}
	low, high := compareTruth(">=", e.Lexpr, ends[0]), compareTruth("<=", e.Lexpr, ends[1])
	switch {
	case low == no || high == no:
		return no
	case low == yes && high == yes:
		return yes
	case (low == yes || low == yesOrNull) && (high == yes || high == yesOrNull):
		return yesOrNull
	}
	return unknown
}

// inTruth proves x IN (..., x, ...).
func inTruth(op string, e *pgquery.A_Expr) value {
	v := oneOf(e.Lexpr, e.Rexpr.GetList().GetItems())
	if op == "<>" {
		return v.not()
	}
	return v
}

// oneOf proves that x is equal to one of a list.
func oneOf(x *pgquery.Node, list []*pgquery.Node) value {
	best := unknown
	for _, item := range list {
		switch v := compareTruth("=", x, item); {
		case v == yes:
			best = yes
		case v == yesOrNull && best == unknown:
			best = yesOrNull
		}
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
	if v := randomTruth(op, a, y); okY && v != unknown {
		return v
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

// randomTruth proves comparisons of random(), which is 0 or more and less than 1.
func randomTruth(op string, a *pgquery.Node, b literal) value {
	call := a.GetFuncCall()
	if call == nil || len(call.Args) > 0 || !b.isNum {
		return unknown
	}
	if name := relation(names(call.Funcname)); name.Name != "random" || !isBuiltIn(name) {
		return unknown
	}
	switch {
	case op == ">=" && b.number <= 0, op == ">" && b.number < 0, op == "<" && b.number >= 1, op == "<=" && b.number >= 1:
		return yes
	case op == "<" && b.number <= 0, op == "<=" && b.number < 0, op == ">" && b.number >= 1, op == ">=" && b.number >= 1:
		return no
	}
	return unknown
}
