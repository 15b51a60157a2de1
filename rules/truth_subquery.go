package rules

import (
	"slices"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// subLink proves EXISTS (SELECT 1), (SELECT true), and x IN (SELECT x FROM the same
// table).
func (f filter) subLink(l *pgquery.SubLink) value {
	sub := l.Subselect.GetSelectStmt()
	if sub == nil {
		return unknown
	}
	switch l.SubLinkType {
	case pgquery.SubLinkType_EXISTS_SUBLINK:
		return f.exists(sub)
	case pgquery.SubLinkType_EXPR_SUBLINK:
		if plainSelect(sub) && len(sub.FromClause) == 0 && len(sub.TargetList) == 1 {
			v, _ := f.truth(sub.TargetList[0].GetResTarget().GetVal())
			return v
		}
	case pgquery.SubLinkType_ANY_SUBLINK:
		return f.inItself(l, sub)
	}
	return unknown
}

// exists proves EXISTS of a query that gives a row for certain, or none.
func (f filter) exists(sub *pgquery.SelectStmt) value {
	if len(sub.ValuesLists) > 0 && sub.LimitCount == nil && sub.LimitOffset == nil {
		return yes
	}
	where := sub.WhereClause
	if !keepsRows(sub) || len(sub.DistinctClause) > 0 || slices.ContainsFunc(sub.TargetList, callsFunction) {
		return unknown
	}
	switch len(sub.FromClause) {
	case 0:
		if where == nil {
			return yes
		}
		switch v, _ := f.truth(where); v {
		case no, noOrNull, null:
			return no
		case yes:
			return yes
		}
	case 1:
		return f.findsItself(sub.FromClause[0].GetRangeVar(), where)
	}
	return unknown
}

// callsFunction says whether an expression calls one: an aggregate gives a row where
// there is none, and one that returns a set may give none.
func callsFunction(n *pgquery.Node) bool {
	return anyNode(n.ProtoReflect(), func(node any) bool {
		_, ok := node.(*pgquery.FuncCall)
		return ok
	})
}

// findsItself proves EXISTS of a query on the target's own table whose condition
// ties it to the row by the same column: it finds the row itself.
func (f filter) findsItself(from *pgquery.RangeVar, where *pgquery.Node) value {
	if from == nil || len(f.using) > 0 || rangeVar(from) != rangeVar(f.target) || nameIn(from) == nameIn(f.target) {
		return unknown
	}
	if where == nil {
		return yes
	}
	twin := filter{target: f.target, using: []*pgquery.Node{{Node: &pgquery.Node_RangeVar{RangeVar: from}}}}
	if v, _ := twin.truth(where); v == yes || v == yesOrNull {
		return v
	}
	return unknown
}

// plainSelect says whether a SELECT gives every row of what it reads.
func plainSelect(s *pgquery.SelectStmt) bool {
	return s.WhereClause == nil && len(s.DistinctClause) == 0 && keepsRows(s)
}

// keepsRows says whether nothing but WHERE and DISTINCT leaves out or joins rows.
func keepsRows(s *pgquery.SelectStmt) bool {
	return s.HavingClause == nil && s.LimitCount == nil && s.LimitOffset == nil &&
		len(s.GroupClause) == 0 && len(s.LockingClause) == 0 &&
		len(s.ValuesLists) == 0 && s.WithClause == nil && s.Larg == nil && s.IntoClause == nil
}

// inItself proves x IN (SELECT x FROM the same table), also with DISTINCT or a
// condition that is always true.
func (f filter) inItself(l *pgquery.SubLink, sub *pgquery.SelectStmt) value {
	if len(l.OperName) > 1 || len(l.OperName) == 1 && l.OperName[0].GetString_().GetSval() != "=" {
		return unknown
	}
	if !keepsRows(sub) || distinctOn(sub) || len(sub.FromClause) != 1 || len(sub.TargetList) != 1 {
		return unknown
	}
	from := sub.FromClause[0].GetRangeVar()
	outer := l.Testexpr.GetColumnRef()
	inner := sub.TargetList[0].GetResTarget().GetVal().GetColumnRef()
	if from == nil || outer == nil || inner == nil || !f.mayBeTarget(outer) || rangeVar(from) != rangeVar(f.target) {
		return unknown
	}
	if columnName(outer) == "" || columnName(outer) != columnName(inner) {
		return unknown
	}
	if sub.WhereClause != nil {
		if v, _ := (filter{target: from}).truth(sub.WhereClause); v != yes {
			return unknown
		}
	}
	return yesOrNull
}

// distinctOn says whether a SELECT has DISTINCT ON, which leaves out values.
func distinctOn(s *pgquery.SelectStmt) bool {
	for _, n := range s.DistinctClause {
		if n.GetNode() != nil {
			return true
		}
	}
	return false
}
