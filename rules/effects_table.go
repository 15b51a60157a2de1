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
		e.Using = makesValues(e.Column, c.GetDef().GetColumnDef())
	default:
		e.Verb, e.Object = VerbDrop, tableParts[c.GetSubtype()]
		if c.GetSubtype() == pgquery.AlterTableType_AT_ColumnDefault && c.Def == nil {
			e.Object = "DEFAULT"
		}
		if e.Object == "" {
			return
		}
	}
	x.emit(e, s)
}

// tableParts are the definitions inside a table that ALTER TABLE drops without
// touching its rows.
var tableParts = map[pgquery.AlterTableType]string{
	pgquery.AlterTableType_AT_DropConstraint: "CONSTRAINT",
	pgquery.AlterTableType_AT_DropExpression: "EXPRESSION",
	pgquery.AlterTableType_AT_DropIdentity:   "IDENTITY",
}

// parts reads the other statements that drop definitions inside an object.
func (x *extractor) parts(node any, s scope) {
	switch n := node.(type) {
	case *pgquery.AlterDomainStmt:
		if n.Subtype == "X" {
			x.emit(Effect{Verb: VerbDrop, Object: "CONSTRAINT", Target: relation(names(n.TypeName)), Column: n.Name}, s)
		}
	case *pgquery.AlterPublicationStmt:
		if n.Action == pgquery.AlterPublicationAction_AP_DropObjects || n.Action == pgquery.AlterPublicationAction_AP_SetObjects {
			x.emit(Effect{Verb: VerbDrop, Object: "PUBLICATION MEMBER", Target: Relation{Name: n.Pubname}}, s)
		}
	case *pgquery.AlterOpFamilyStmt:
		if n.IsDrop {
			x.emit(Effect{Verb: VerbDrop, Object: "OPERATOR FAMILY MEMBER", Target: relation(names(n.Opfamilyname))}, s)
		}
	case *pgquery.AlterTSConfigurationStmt:
		if n.Kind == pgquery.AlterTSConfigType_ALTER_TSCONFIG_DROP_MAPPING {
			x.emit(Effect{Verb: VerbDrop, Object: "TEXT SEARCH MAPPING", Target: relation(names(n.Cfgname))}, s)
		}
	case *pgquery.AlterSubscriptionStmt:
		if n.Kind == pgquery.AlterSubscriptionType_ALTER_SUBSCRIPTION_DROP_PUBLICATION {
			x.emit(Effect{Verb: VerbDrop, Object: "SUBSCRIBED PUBLICATION", Target: Relation{Name: n.Subname}}, s)
		}
	}
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
