package event

import "github.com/holdfast-db/holdfast/rules"

// Sum is what one transaction of a session did to the rows of one table, as far as the
// server's command tags tell
// (https://www.postgresql.org/docs/current/protocol-message-formats.html,
// CommandComplete). It is no Event: there are far too many, so they are summed, not
// recorded. A transaction that did nothing to rows has none. Counts are never negative.
type Sum struct {
	// Of is what a statement counts: its table, and its text as an example. Whoever
	// makes a Sum sets it; it never changes, and may be kept.
	Of *rules.Rows

	Deleted int64 // rows whose deletion was committed
	Updated int64 // rows whose update was committed

	// Undone are rows that were deleted and rolled back, to a savepoint or with the
	// whole transaction. The server's own counters have them among the deleted ones
	// (https://www.postgresql.org/docs/current/monitoring-stats.html, n_tup_del).
	Undone int64

	// Emptied is how often the table was truncated or dropped, committed. Tags do not
	// say how many rows went; whoever knows the table's size does.
	Emptied int64
}

// Rows is the sum without the statement.
func (s Sum) Rows() Rows {
	return Rows{Table: s.Of.Table, Deleted: s.Deleted, Updated: s.Updated, Undone: s.Undone, Emptied: s.Emptied, Example: s.Of.Example}
}

// Tally is what transactions of one origin did to rows.
type Tally struct {
	Origin

	// Rows may have a table more than once. Whoever is handed a Tally may read it until
	// it returns, and copies what it keeps.
	Rows []Rows
}

// Rows is what was done to the rows of one table, as in Sum.
type Rows struct {
	// Table is as deletes are counted by: the bare name of a table of the schema
	// public or of a name written without a schema, "audit.orders" of others. Empty
	// stands for tables that no text names, and for the rest where a transaction has
	// too many.
	Table string

	Deleted, Updated, Undone, Emptied int64

	// Example is the text of one of the statements, with constants replaced and
	// without bind values, shortened; empty where nothing went, and mostly where
	// Table is.
	Example string
}
