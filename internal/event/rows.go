package event

import "time"

// Tally is what one transaction of a session did to rows, as far as the server's
// command tags tell (https://www.postgresql.org/docs/current/protocol-message-formats.html,
// CommandComplete). It is no Event: there are far too many, so they are summed, not
// recorded. One that did nothing to rows has none.
type Tally struct {
	At      time.Time // when the server said that the transaction was over
	Session string
	Origin

	// Rows has each table at most once. Whoever is handed a Tally may read it until
	// it returns, and copies what it keeps.
	Rows []Rows
}

// Rows is what a transaction did to the rows of one table. Counts are never negative.
type Rows struct {
	// Table is as deletes are counted by: the bare name of a table of the schema
	// public or of a name written without a schema, "audit.orders" of others. Empty
	// stands for tables that no text names, and for the rest where a transaction has
	// too many.
	Table string

	Deleted int64 // rows whose deletion was committed
	Updated int64 // rows whose update was committed

	// Undone are rows that were deleted and rolled back, to a savepoint or with the
	// whole transaction. The server's own counters have them among the deleted ones
	// (https://www.postgresql.org/docs/current/monitoring-stats.html, n_tup_del).
	Undone int64

	// Emptied is how often the table was truncated or dropped, committed. Tags do not
	// say how many rows went; whoever knows the table's size does.
	Emptied int64

	// Example is the text of one of its statements, with constants replaced and
	// without bind values, shortened; empty where nothing went, and mostly where
	// Table is.
	Example string
}
