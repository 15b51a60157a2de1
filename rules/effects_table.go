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
			x.alterDefinition(n, c.GetAlterTableCmd())
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
		column := c.GetDef().GetColumnDef()
		e.Using = makesValues(e.Column, column)
		if narrows(column.GetTypeName()) {
			e.FilterText = "the new type may cut or round values"
		}
	default:
		e.Verb, e.Object, e.FilterText = VerbDrop, tableParts[c.GetSubtype()], mayDrop(c)
		switch {
		case c.GetSubtype() == pgquery.AlterTableType_AT_ColumnDefault && c.Def == nil:
			e.Object = "DEFAULT"
		case e.FilterText != "":
			e.Object = "FOREIGN KEY TRIGGER"
		case e.Object == "":
			return
		}
	}
	x.emit(e, s)
}

// mayDrop says why a command that adds something may drop what it makes needless.
// Where the tables are partitioned, a foreign key of a partition becomes one with
// that of its parent, and its triggers go (CloneFkReferencing in the server's
// tablecmds.c).
func mayDrop(c *pgquery.AlterTableCmd) string {
	switch c.GetSubtype() {
	case pgquery.AlterTableType_AT_AttachPartition:
		return "foreign keys of the partition may become one with those of the table"
	case pgquery.AlterTableType_AT_AddConstraint:
		if c.GetDef().GetConstraint().GetContype() == pgquery.ConstrType_CONSTR_FOREIGN {
			return "foreign keys of partitions may become one with it"
		}
	}
	return ""
}

// narrows says whether an assignment to a type may lose a part of the value where
// the type of the column is one that casts to it without being asked.
func narrows(t *pgquery.TypeName) bool {
	switch name := relation(names(t.GetNames())).Name; name {
	case "int2", "int4", "int8", "float4", "float8", "date", "time", "timetz", "money":
		return true
	case "varchar", "numeric", "timestamp", "timestamptz", "interval", "bit", "varbit":
		return len(t.GetTypmods()) > 0
	case "bpchar":
		return true
	}
	return false
}

// tableParts are the definitions inside a table that ALTER TABLE drops without
// touching its rows.
var tableParts = map[pgquery.AlterTableType]string{
	pgquery.AlterTableType_AT_DropConstraint: "CONSTRAINT",
	pgquery.AlterTableType_AT_DropExpression: "EXPRESSION",
	pgquery.AlterTableType_AT_DropIdentity:   "IDENTITY",
	pgquery.AlterTableType_AT_DropNotNull:    "NOT NULL",
	pgquery.AlterTableType_AT_DropInherit:    "INHERITANCE",
	pgquery.AlterTableType_AT_DropOf:         typedTable,
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
