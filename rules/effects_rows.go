package rules

import pgquery "github.com/pganalyze/pg_query_go/v5"

// rows reads the statements that delete and update rows of a table.
func (x *extractor) rows(node any, s scope) {
	switch n := node.(type) {
	case *pgquery.DeleteStmt:
		f := filter{target: n.Relation, using: n.UsingClause}
		x.rowEffect(VerbDelete, n.Relation, f, n.WhereClause, s)
	case *pgquery.UpdateStmt:
		f := filter{target: n.Relation, using: n.FromClause}
		x.rowEffect(VerbUpdate, n.Relation, f, n.WhereClause, s)
		x.updateSettings(n)
	case *pgquery.InsertStmt:
		// Only rows that an inserted one collides with are updated.
		if n.OnConflictClause.GetAction() == pgquery.OnConflictAction_ONCONFLICT_UPDATE {
			x.emit(Effect{Verb: VerbUpdate, Target: rangeVar(n.Relation), Filter: Filtered}, s)
		}
	case *pgquery.MergeStmt:
		x.merge(n, s)
	}
}

func (x *extractor) rowEffect(verb Verb, target *pgquery.RangeVar, f filter, where *pgquery.Node, s scope) {
	class, text := f.classify(where)
	x.emit(Effect{Verb: verb, Target: rangeVar(target), Filter: class, FilterText: text}, s)
}

// merge gives one effect for the rows a MERGE deletes and one for those it
// updates: the least filtered of its WHEN clauses. A clause without a condition
// takes every row that the join condition matches.
func (x *extractor) merge(n *pgquery.MergeStmt, s scope) {
	f := filter{target: n.Relation, using: []*pgquery.Node{n.SourceRelation}}
	on, onText := f.classify(n.JoinCondition)
	for _, kind := range []struct {
		command pgquery.CmdType
		object  string
	}{{pgquery.CmdType_CMD_DELETE, "DELETE"}, {pgquery.CmdType_CMD_UPDATE, "UPDATE"}} {
		e := Effect{Verb: VerbMerge, Object: kind.object, Target: rangeVar(n.Relation), Filter: Filtered}
		found := false
		for _, w := range n.MergeWhenClauses {
			when := w.GetMergeWhenClause()
			if when.GetCommandType() != kind.command {
				continue
			}
			found = true
			class, text := Filtered, ""
			switch {
			case when.Condition != nil && on != Filtered:
				class, text = f.classify(when.Condition)
			case when.Condition != nil:
				class, text = f.conditionOnly(when.Condition)
			case on != Filtered:
				class, text = on, onText
			case kind.object == "DELETE":
				class = FilterNone
			}
			if class < e.Filter {
				e.Filter, e.FilterText = class, text
			}
		}
		if found {
			x.emit(e, s)
		}
	}
}
