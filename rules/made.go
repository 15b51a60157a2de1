package rules

import (
	"maps"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// Made is an object that a statement makes. Were there one of that name already, the
// statement would fail.
type Made struct {
	Named

	// Temporary is true when it is the session's own and stays until that ends; any
	// other is taken for one of the transaction alone, ON COMMIT DROP included.
	Temporary bool
}

// makes is what a statement makes, nil for most. A foreign table is left out: its rows
// are elsewhere.
func makes(node *pgquery.Node) []Made {
	var r *pgquery.RangeVar
	object, stays := "TABLE", true
	switch n := node.GetNode().(type) {
	case *pgquery.Node_CreateStmt:
		if n.CreateStmt.IfNotExists {
			return nil
		}
		r, stays = n.CreateStmt.Relation, n.CreateStmt.Oncommit != pgquery.OnCommitAction_ONCOMMIT_DROP
	case *pgquery.Node_CreateTableAsStmt:
		into := n.CreateTableAsStmt.Into
		if n.CreateTableAsStmt.IfNotExists || n.CreateTableAsStmt.Objtype != pgquery.ObjectType_OBJECT_TABLE {
			return nil
		}
		r, stays = into.GetRel(), into.GetOnCommit() != pgquery.OnCommitAction_ONCOMMIT_DROP
	case *pgquery.Node_SelectStmt:
		r = n.SelectStmt.IntoClause.GetRel()
	case *pgquery.Node_ViewStmt:
		if n.ViewStmt.Replace {
			return nil
		}
		r, object = n.ViewStmt.View, "VIEW"
	case *pgquery.Node_CreateSeqStmt:
		if n.CreateSeqStmt.IfNotExists {
			return nil
		}
		r, object = n.CreateSeqStmt.Sequence, "SEQUENCE"
	}
	if r == nil {
		return nil
	}
	temporary := r.Relpersistence == "t" || r.Schemaname == "pg_temp"
	return []Made{{Named{rangeVar(r), object}, temporary && stays}}
}

// Making follows what a session makes itself, so that dropping it again asks nobody:
// in one text, where a statement that fails takes those behind it along, and in what a
// program sees of a whole session, which has to take for granted that statements
// succeed. Of names that may stand for something else by now nothing is known.
//
// The zero value has made nothing. Not safe for concurrent use; a copy by Clone is
// independent.
type Making struct {
	made  map[Named]Standing
	block bool // a transaction block is open
}

// Clone is a copy that shares nothing.
func (m *Making) Clone() Making { return Making{made: maps.Clone(m.made), block: m.block} }

// Apply follows a statement that has run.
func (m *Making) Apply(st *Statement) {
	switch {
	case st.Tx == TxBegin:
		m.block = true
		m.endTransaction()
	case st.Tx == TxCommit:
		m.block = false
		m.endTransaction()
	case st.Tx != TxNone:
		m.block = m.block && st.Tx != TxRollback
		clear(m.made)
	case len(m.made) == 0: // nothing to forget
	case !steady[st.Command], len(st.Functions)+len(st.Settings)+len(st.Executes) > 0:
		clear(m.made)
	}
	for i := 0; i < len(st.Effects) && len(m.made) > 0; i++ {
		e := &st.Effects[i]
		if named, ok := e.Named(); ok && e.Column == "" && (e.Verb == VerbDropTable || e.Verb == VerbDrop) {
			delete(m.made, named) // the name may stand for another from here on
		}
	}
	for _, made := range st.Makes {
		if m.made == nil {
			m.made = map[Named]Standing{}
		}
		m.made[made.Named] = StandingCreated
		if made.Temporary {
			m.made[made.Named] = StandingTemporary
		}
	}
}

// Sent follows the end of a text, which ends the transaction that it had to itself.
func (m *Making) Sent() {
	if !m.block {
		m.endTransaction()
	}
}

// endTransaction forgets what was just made.
func (m *Making) endTransaction() {
	maps.DeleteFunc(m.made, func(_ Named, s Standing) bool { return s != StandingTemporary })
}

// losesNothing says that an effect is on what the session made itself. CASCADE may take
// what others made to depend on it.
func (m *Making) losesNothing(e *Effect) bool {
	if len(m.made) == 0 || e.Cascade {
		return false
	}
	named, ok := e.Named()
	return ok && m.made[named] != StandingUnknown
}

// steady are the commands after which names stand for what they did before, but for
// what they make and drop themselves.
var steady = map[string]bool{
	"CREATE TABLE": true, "CREATE TABLE AS": true, "SELECT INTO": true, "CREATE INDEX": true, "CREATE SEQUENCE": true, "CREATE VIEW": true,
	"COMMENT": true, "SELECT": true, "INSERT": true, "UPDATE": true, "DELETE": true, "MERGE": true, "COPY": true, "TRUNCATE": true, "ANALYZE": true,
	"DROP TABLE": true, "DROP VIEW": true, "DROP INDEX": true, "DROP SEQUENCE": true, "SHOW": true, "GRANT": true, "EXPLAIN": true, "LOCK TABLE": true,
}
