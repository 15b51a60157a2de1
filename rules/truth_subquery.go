package rules

import pgquery "github.com/pganalyze/pg_query_go/v5"

// subLink proves EXISTS (SELECT 1), and x IN (SELECT x FROM the same table).
func (f filter) subLink(l *pgquery.SubLink) value {
	sub := l.Subselect.GetSelectStmt()
	if sub == nil || !plainSelect(sub) {
		return unknown
	}
	switch l.SubLinkType {
	case pgquery.SubLinkType_EXISTS_SUBLINK:
		if len(sub.FromClause) == 0 && len(sub.TargetList) > 0 {
			return yes
		}
	case pgquery.SubLinkType_ANY_SUBLINK:
		return f.inItself(l, sub)
	}
	return unknown
}

// plainSelect says whether a SELECT gives every row of what it reads.
func plainSelect(s *pgquery.SelectStmt) bool {
	return s.WhereClause == nil && s.HavingClause == nil && s.LimitCount == nil && s.LimitOffset == nil &&
		len(s.GroupClause) == 0 && len(s.DistinctClause) == 0 && len(s.LockingClause) == 0 &&
		len(s.ValuesLists) == 0 && s.WithClause == nil && s.Larg == nil && s.IntoClause == nil
}

func (f filter) inItself(l *pgquery.SubLink, sub *pgquery.SelectStmt) value {
	if len(l.OperName) > 0 || len(sub.FromClause) != 1 || len(sub.TargetList) != 1 {
		return unknown
	}
	from := sub.FromClause[0].GetRangeVar()
	outer := l.Testexpr.GetColumnRef()
	inner := sub.TargetList[0].GetResTarget().GetVal().GetColumnRef()
	if from == nil || outer == nil || inner == nil || !f.mayBeTarget(outer) || rangeVar(from) != rangeVar(f.target) {
		return unknown
	}
	a, b := names(outer.Fields), names(inner.Fields)
	if len(a) == 0 || len(b) == 0 || len(a) != len(outer.Fields) || len(b) != len(inner.Fields) || a[len(a)-1] != b[len(b)-1] {
		return unknown
	}
	return yesOrNull
}
