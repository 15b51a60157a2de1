package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// filter classes the WHERE of one target table.
type filter struct {
	target *pgquery.RangeVar
	using  []*pgquery.Node // what it is joined with, if anything
}

// classify says what a condition keeps of the target's rows. It calls it always
// true, or independent of the target, only where the tree proves it: whatever
// else is Filtered, and its rows are counted.
func (f filter) classify(where *pgquery.Node) (Filter, string) {
	switch {
	case where == nil && len(f.using) > 0:
		return FilterCrossJoin, "no condition ties it to what it is joined with"
	case where == nil:
		return FilterNone, ""
	case where.GetCurrentOfExpr() != nil:
		return Filtered, ""
	}
	value, because := f.truth(where)
	if value != unknown {
		return proven(value, because)
	}
	use := f.use(where)
	switch {
	case use.target || use.differs:
		return Filtered, ""
	case len(f.using) > 0:
		return FilterCrossJoin, "no condition is on the rows of " + f.target.GetRelname()
	}
	return FilterConstant, rowBlind
}

// rowBlind is the text of a filter that is the same for every row, whatever it
// is: all of them go or none.
const rowBlind = "the filter does not look at the row"

// conditionOnly finds the conditions that are always true, by themselves.
func (f filter) conditionOnly(where *pgquery.Node) (Filter, string) {
	return proven(f.truth(where))
}

// proven classes a condition by what the tree proves of it; one that is never
// true is Filtered.
func proven(v value, because *pgquery.Node) (Filter, string) {
	switch v {
	case yes:
		return FilterConstant, describe(because) + " is always true"
	case yesOrNull:
		return FilterConstant, describe(because) + " is true for every row but NULLs"
	}
	return Filtered, ""
}

// use is what a condition depends on.
type use struct {
	target  bool // a column that is, or may be, one of the target's
	differs bool // something that may differ from row to row by itself
}

func (f filter) use(where *pgquery.Node) (u use) {
	anyNode(where.ProtoReflect(), func(node any) bool {
		switch n := node.(type) {
		case *pgquery.ColumnRef:
			u.target = u.target || f.mayBeTarget(n)
		case *pgquery.FuncCall:
			u.differs = u.differs || mayDiffer(n)
		case *pgquery.CurrentOfExpr:
			u.target = true
		}
		return u.target
	})
	return u
}

// mayBeTarget says whether a column may be one of the target's: it is qualified
// with its name, or not at all.
func (f filter) mayBeTarget(c *pgquery.ColumnRef) bool {
	if len(c.Fields) < 2 {
		return true
	}
	return c.Fields[len(c.Fields)-2].GetString_().GetSval() == nameIn(f.target)
}

// mayDiffer says whether a function may give another answer for the next row
// although its arguments are the same.
func mayDiffer(n *pgquery.FuncCall) bool {
	name := relation(names(n.Funcname))
	_, volatile := volatileBuiltIn[name.Name]
	return volatile || !isBuiltIn(name)
}
