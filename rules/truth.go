package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// value is what the tree proves of a condition, for every row.
type value uint8

const (
	unknown   value = iota // nothing is proven
	yes                    // true
	no                     // false
	null                   // NULL
	yesOrNull              // true, or NULL where an operand is
	noOrNull               // false, or NULL where an operand is
)

func (v value) not() value {
	switch v {
	case yes:
		return no
	case no:
		return yes
	case yesOrNull:
		return noOrNull
	case noOrNull:
		return yesOrNull
	}
	return v
}

func truthOf(b bool) value {
	if b {
		return yes
	}
	return no
}

// truth proves what it can of a condition. because is the part that decides.
func (f filter) truth(n *pgquery.Node) (v value, because *pgquery.Node) {
	switch e := n.GetNode().(type) {
	case *pgquery.Node_AConst:
		return boolConst(n), n
	case *pgquery.Node_TypeCast:
		if v := boolConst(n); v != unknown || !isBool(e.TypeCast.TypeName) {
			return v, n
		}
		return f.truth(e.TypeCast.Arg)
	case *pgquery.Node_BoolExpr:
		return f.boolExpr(n, e.BoolExpr)
	case *pgquery.Node_BooleanTest:
		return f.booleanTest(e.BooleanTest), n
	case *pgquery.Node_NullTest:
		return nullTest(e.NullTest), n
	case *pgquery.Node_AExpr:
		v := operatorTruth(e.AExpr)
		if v == unknown {
			v = f.itself(e.AExpr)
		}
		return v, n
	case *pgquery.Node_CaseExpr:
		return f.caseExpr(e.CaseExpr), n
	case *pgquery.Node_CoalesceExpr:
		if v, _ := f.truth(e.CoalesceExpr.Args[0]); v == yes || v == no {
			return v, n
		}
	case *pgquery.Node_SubLink:
		return f.subLink(e.SubLink), n
	}
	return unknown, n
}

func (f filter) boolExpr(n *pgquery.Node, e *pgquery.BoolExpr) (value, *pgquery.Node) {
	switch e.Boolop {
	case pgquery.BoolExprType_NOT_EXPR:
		v, _ := f.truth(e.Args[0])
		return v.not(), n
	case pgquery.BoolExprType_AND_EXPR:
		return f.and(n, e.Args)
	case pgquery.BoolExprType_OR_EXPR:
		return f.or(n, e.Args)
	}
	return unknown, n
}

func (f filter) and(n *pgquery.Node, args []*pgquery.Node) (value, *pgquery.Node) {
	result := yes
	for _, a := range args {
		switch v, because := f.truth(a); v {
		case no, noOrNull, null:
			return noOrNull, because // it may be NULL too, but never true
		case unknown:
			result = unknown
		case yesOrNull:
			if result == yes {
				result = yesOrNull
			}
		}
	}
	return result, n
}

func (f filter) or(n *pgquery.Node, args []*pgquery.Node) (value, *pgquery.Node) {
	result, because := unknown, n
	never := true
	for _, a := range args {
		switch v, b := f.truth(a); v {
		case yes:
			return yes, b
		case yesOrNull:
			result, because, never = yesOrNull, b, false
		case unknown:
			never = false
		}
	}
	if result == unknown && never {
		return noOrNull, n
	}
	if result == unknown {
		result = complement(args)
	}
	return result, because
}

// caseExpr proves a CASE of which every branch gives the same, or the first that is
// certain to be taken.
func (f filter) caseExpr(e *pgquery.CaseExpr) value {
	all := unknown
	for i, a := range e.Args {
		w := a.GetCaseWhen()
		v, _ := f.truth(w.GetResult())
		if e.Arg == nil {
			if when, _ := f.truth(w.GetExpr()); when == yes && i == 0 {
				return v
			}
		}
		if i > 0 && v != all {
			return unknown
		}
		all = v
	}
	if e.Defresult == nil {
		return unknown
	}
	if v, _ := f.truth(e.Defresult); v != all {
		return unknown
	}
	return all
}

func (f filter) booleanTest(t *pgquery.BooleanTest) value {
	v, _ := f.truth(t.Arg)
	switch t.Booltesttype {
	case pgquery.BoolTestType_IS_TRUE, pgquery.BoolTestType_IS_NOT_FALSE:
		if t.Booltesttype == pgquery.BoolTestType_IS_NOT_FALSE && (v == yesOrNull || v == null) {
			return yes
		}
	case pgquery.BoolTestType_IS_FALSE, pgquery.BoolTestType_IS_NOT_TRUE:
		if t.Booltesttype == pgquery.BoolTestType_IS_NOT_TRUE && (v == noOrNull || v == null) {
			return yes
		}
		v = v.not()
	default:
		return unknown
	}
	if v == yes || v == no {
		return v
	}
	return unknown
}

func nullTest(t *pgquery.NullTest) value {
	c, ok := constant(t.Arg)
	if !ok {
		return unknown
	}
	return truthOf(c.null == (t.Nulltesttype == pgquery.NullTestType_IS_NULL))
}
