package rules

import pgquery "github.com/pganalyze/pg_query_go/v5"

var txCommands = map[pgquery.TransactionStmtKind]string{
	pgquery.TransactionStmtKind_TRANS_STMT_BEGIN:             "BEGIN",
	pgquery.TransactionStmtKind_TRANS_STMT_START:             "START TRANSACTION",
	pgquery.TransactionStmtKind_TRANS_STMT_COMMIT:            "COMMIT",
	pgquery.TransactionStmtKind_TRANS_STMT_ROLLBACK:          "ROLLBACK",
	pgquery.TransactionStmtKind_TRANS_STMT_SAVEPOINT:         "SAVEPOINT",
	pgquery.TransactionStmtKind_TRANS_STMT_RELEASE:           "RELEASE",
	pgquery.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:       "ROLLBACK",
	pgquery.TransactionStmtKind_TRANS_STMT_PREPARE:           "PREPARE TRANSACTION",
	pgquery.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:   "COMMIT PREPARED",
	pgquery.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
}

// txControl says what a statement does to the transaction. COMMIT PREPARED and
// ROLLBACK PREPARED end another one: what that did was judged statement by
// statement when it was sent, and is counted at PREPARE TRANSACTION, so they
// pass. (Transaction monitors send them all day; nobody could say more about
// them when asked.)
func txControl(node *pgquery.Node) TxControl {
	n := node.GetTransactionStmt()
	switch n.GetKind() {
	case pgquery.TransactionStmtKind_TRANSACTION_STMT_KIND_UNDEFINED:
		return TxNone
	case pgquery.TransactionStmtKind_TRANS_STMT_BEGIN, pgquery.TransactionStmtKind_TRANS_STMT_START:
		return TxBegin
	case pgquery.TransactionStmtKind_TRANS_STMT_COMMIT, pgquery.TransactionStmtKind_TRANS_STMT_PREPARE:
		return TxCommit
	case pgquery.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		return TxRollback
	}
	return TxOther
}

// noTransaction says whether the server refuses the statement in a transaction
// block, as far as its text decides (PreventInTransactionBlock in the server's
// sources, 15 to 18).
func noTransaction(node *pgquery.Node) bool {
	switch n := node.GetNode().(type) {
	case *pgquery.Node_VacuumStmt:
		return n.VacuumStmt.IsVacuumcmd
	case *pgquery.Node_CreatedbStmt, *pgquery.Node_DropdbStmt, *pgquery.Node_AlterSystemStmt,
		*pgquery.Node_CreateTableSpaceStmt, *pgquery.Node_DropTableSpaceStmt:
		return true
	case *pgquery.Node_AlterDatabaseStmt:
		return hasOption(n.AlterDatabaseStmt.Options, "tablespace")
	case *pgquery.Node_ClusterStmt:
		return n.ClusterStmt.Relation == nil
	case *pgquery.Node_ReindexStmt:
		return hasOption(n.ReindexStmt.Params, "concurrently") || n.ReindexStmt.Relation == nil
	case *pgquery.Node_IndexStmt:
		return n.IndexStmt.Concurrent
	case *pgquery.Node_DropStmt:
		return n.DropStmt.Concurrent
	case *pgquery.Node_AlterTableStmt:
		for _, c := range n.AlterTableStmt.Cmds {
			if c.GetAlterTableCmd().GetDef().GetPartitionCmd().GetConcurrent() {
				return true
			}
		}
	case *pgquery.Node_TransactionStmt:
		k := n.TransactionStmt.Kind
		return k == pgquery.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED || k == pgquery.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED
	case *pgquery.Node_DiscardStmt:
		return n.DiscardStmt.Target == pgquery.DiscardMode_DISCARD_ALL
	case *pgquery.Node_CreateSubscriptionStmt, *pgquery.Node_DropSubscriptionStmt:
		return true // unless it has no slot, which the catalog knows
	}
	return false
}

func hasOption(options []*pgquery.Node, name string) bool {
	for _, o := range options {
		if o.GetDefElem().GetDefname() == name {
			return true
		}
	}
	return false
}
