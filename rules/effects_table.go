package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// tables reads the statements that act on tables as a whole.
func (x *extractor) tables(node any, s scope) {
	switch n := node.(type) {
	case *pgquery.TruncateStmt:
		for _, r := range n.Relations {
			x.emit(Effect{
				Verb: VerbTruncate, Target: rangeVar(r.GetRangeVar()),
				Cascade: n.Behavior == pgquery.DropBehavior_DROP_CASCADE,
			}, s)
		}
	case *pgquery.AlterTableStmt:
		for _, c := range n.Cmds {
			x.alterTable(n, c.GetAlterTableCmd(), s)
		}
	}
}

func (x *extractor) alterTable(n *pgquery.AlterTableStmt, c *pgquery.AlterTableCmd, s scope) {
	e := Effect{Target: rangeVar(n.Relation), Column: c.GetName(), Cascade: c.GetBehavior() == pgquery.DropBehavior_DROP_CASCADE}
	switch c.GetSubtype() {
	case pgquery.AlterTableType_AT_DropColumn:
		e.Verb, e.Object = VerbDropColumn, "COLUMN"
		if n.Objtype == pgquery.ObjectType_OBJECT_TYPE {
			e.Object = "ATTRIBUTE"
		}
	case pgquery.AlterTableType_AT_DetachPartition, pgquery.AlterTableType_AT_DetachPartitionFinalize:
		e.Verb, e.Object, e.Column = VerbDetach, "PARTITION", ""
		e.Target = rangeVar(c.GetDef().GetPartitionCmd().GetName())
	case pgquery.AlterTableType_AT_AlterColumnType:
		e.Verb, e.Object = VerbRetype, "COLUMN"
		e.Using = c.GetDef().GetColumnDef().GetRawDefault() != nil
	default:
		return
	}
	x.emit(e, s)
}

// copy reads COPY. Reading a file of the server and STDIN or STDOUT do nothing
// to data that is already there; what a query in it does is read below it.
func (x *extractor) copy(n *pgquery.CopyStmt, s scope) {
	e := Effect{Verb: VerbCopyProgram, Target: rangeVar(n.Relation)}
	switch {
	case n.IsProgram && n.IsFrom:
		e.Object = "FROM PROGRAM"
	case n.IsProgram:
		e.Object = "TO PROGRAM"
	case n.Filename != "" && !n.IsFrom:
		e.Object = "TO FILE"
	default:
		return
	}
	x.emit(e, s)
}

// analyzes says whether an EXPLAIN runs its statement; the last option counts,
// and a value that is not known to be false is true.
func analyzes(n *pgquery.ExplainStmt) bool {
	runs := false
	for _, o := range n.Options {
		d := o.GetDefElem()
		if d.GetDefname() != "analyze" {
			continue
		}
		value := strings.ToLower(d.GetArg().GetString_().GetSval())
		number := d.GetArg().GetInteger()
		runs = value != "false" && value != "off" && (number == nil || number.Ival != 0)
	}
	return runs
}
