package rules

import (
	"slices"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// The commands of a Touch.
const (
	touchSelect   = "select"
	touchInsert   = "insert"
	touchUpdate   = "update"
	touchDelete   = "delete"
	touchTruncate = "truncate"
)

// query records the relations that a node reads and writes by itself. Where the
// node has a WITH it gives that instead: its names must be known first.
func (x *extractor) query(node any, s scope) (with *pgquery.WithClause) {
	switch n := node.(type) {
	case *pgquery.SelectStmt:
		with = n.WithClause
	case *pgquery.InsertStmt:
		with = n.WithClause
	case *pgquery.UpdateStmt:
		with = n.WithClause
	case *pgquery.DeleteStmt:
		with = n.WithClause
	case *pgquery.MergeStmt:
		with = n.WithClause
	}
	if with == nil {
		x.touch(node, s)
	}
	return with
}

// with reads the queries of a WITH and makes their names known, as the server
// does: to those behind it, and to all of them if it is recursive.
func (x *extractor) with(n *pgquery.WithClause, s scope) {
	if n.Recursive {
		for _, c := range n.Ctes {
			x.ctes = append(x.ctes, c.GetCommonTableExpr().GetCtename())
		}
	}
	for _, c := range n.Ctes {
		x.visitNode(c, s)
		if !n.Recursive {
			x.ctes = append(x.ctes, c.GetCommonTableExpr().GetCtename())
		}
	}
}

// touch records the relations that a node reads and writes by itself.
func (x *extractor) touch(node any, s scope) {
	if s.stored || s.planted {
		return
	}
	switch n := node.(type) {
	case *pgquery.SelectStmt:
		x.reads(n.FromClause)
	case *pgquery.JoinExpr:
		x.read(n.Larg)
		x.read(n.Rarg)
	case *pgquery.RangeTableSample:
		x.read(n.Relation)
	case *pgquery.InsertStmt:
		x.writes(n.Relation, touchInsert, s)
		if n.OnConflictClause.GetAction() == pgquery.OnConflictAction_ONCONFLICT_UPDATE {
			x.writes(n.Relation, touchUpdate, s)
		}
	case *pgquery.UpdateStmt:
		x.writes(n.Relation, touchUpdate, s)
		x.reads(n.FromClause)
	case *pgquery.DeleteStmt:
		x.writes(n.Relation, touchDelete, s)
		x.reads(n.UsingClause)
	case *pgquery.MergeStmt:
		x.read(n.SourceRelation)
		for _, w := range n.MergeWhenClauses {
			if command, ok := mergeCommands[w.GetMergeWhenClause().GetCommandType()]; ok {
				x.writes(n.Relation, command, s)
			}
		}
	case *pgquery.TruncateStmt:
		for _, r := range n.Relations {
			x.writes(r.GetRangeVar(), touchTruncate, s)
		}
	case *pgquery.CopyStmt:
		if n.Relation != nil && n.IsFrom {
			x.writes(n.Relation, touchInsert, s)
		} else if n.Relation != nil {
			x.writes(n.Relation, touchSelect, s)
		}
	case *pgquery.RefreshMatViewStmt:
		if !n.SkipData {
			x.writes(n.Relation, touchSelect, s)
		}
	}
}

var mergeCommands = map[pgquery.CmdType]string{
	pgquery.CmdType_CMD_INSERT: touchInsert,
	pgquery.CmdType_CMD_UPDATE: touchUpdate,
	pgquery.CmdType_CMD_DELETE: touchDelete,
}

func (x *extractor) reads(from []*pgquery.Node) {
	for _, n := range from {
		x.read(n)
	}
}

// read records a table of FROM, unless its name is one that WITH gives.
func (x *extractor) read(n *pgquery.Node) {
	v := n.GetRangeVar()
	if v == nil || v.Schemaname == "" && slices.Contains(x.ctes, v.Relname) {
		return
	}
	x.st.Touches = append(x.st.Touches, Touch{rangeVar(v), touchSelect})
}

// writes records the table that a command is about. EXPLAIN only reads.
func (x *extractor) writes(v *pgquery.RangeVar, command string, s scope) {
	if s.planned {
		command = touchSelect
	}
	x.st.Touches = append(x.st.Touches, Touch{rangeVar(v), command})
}
