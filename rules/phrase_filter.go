package rules

import (
	"strconv"
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

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
