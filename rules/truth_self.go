package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// itself proves comparisons of a column of the target with itself, where the tree
// shows it under two names: t.id = id, and a.id = b.id of two of the same table.
// Whatever else it may find, a row always finds itself.
func (f filter) itself(e *pgquery.A_Expr) value {
	if e.Kind != pgquery.A_Expr_Kind_AEXPR_OP || !allowsEqual[strings.Join(names(e.Name), ".")] {
		return unknown
	}
	a, b := e.Lexpr.GetColumnRef(), e.Rexpr.GetColumnRef()
	if a == nil || b == nil || columnName(a) == "" || columnName(a) != columnName(b) {
		return unknown
	}
	switch {
	case len(f.using) == 0 && f.mayBeTarget(a) && f.mayBeTarget(b):
		return yesOrNull
	case f.isTarget(a) && f.isTwin(b), f.isTarget(b) && f.isTwin(a):
		return yesOrNull
	}
	return unknown
}

var allowsEqual = map[string]bool{"=": true, "<=": true, ">=": true}

// columnName is the column's own name; empty for t.* and the like.
func columnName(c *pgquery.ColumnRef) string {
	return c.Fields[len(c.Fields)-1].GetString_().GetSval()
}

// qualifier is what stands before the column's name; empty without one.
func qualifier(c *pgquery.ColumnRef) string {
	if len(c.Fields) != 2 {
		return ""
	}
	return c.Fields[0].GetString_().GetSval()
}

func (f filter) isTarget(c *pgquery.ColumnRef) bool {
	return qualifier(c) == nameIn(f.target)
}

// isTwin says whether a column is one of the target's own table that the target is
// joined with: one of several items, since a row finds itself in each.
func (f filter) isTwin(c *pgquery.ColumnRef) bool {
	for _, n := range f.using {
		v := n.GetRangeVar()
		if v != nil && rangeVar(v) == rangeVar(f.target) && nameIn(v) == qualifier(c) && nameIn(v) != nameIn(f.target) {
			return len(f.using) == 1
		}
	}
	return false
}

// nameIn is the name by which a table is known in its statement.
func nameIn(v *pgquery.RangeVar) string {
	if alias := v.GetAlias().GetAliasname(); alias != "" {
		return alias
	}
	return v.GetRelname()
}
