package gaps

import (
	"context"
	"errors"
	"fmt"
)

// Options say where to look. URL, Table and Each are needed.
type Options struct {
	URL    string // of the database, as pgx reads it, with libpq's variables and files
	Table  string // as in SQL
	Column string // as it is written; empty takes the primary key or the sequence's
	Time   string // column that says when a row was made; empty takes a likely one

	// Each is told of every gap, ids ascending, from the caller's own goroutine and
	// between two chunks. An error of it ends the search.
	Each func(Gap) error
}

// Summary is what was found. Counts are of ids: a number that several rows have counts
// once.
type Summary struct {
	Table    string    `json:"table"`
	Column   string    `json:"column"`
	Time     string    `json:"time,omitempty"` // empty: no column says when rows were made
	Sequence *Sequence `json:"sequence"`       // nil: no sequence fills the column

	Rows  uint64 `json:"rows"`
	First *int64 `json:"first"` // lowest id; nil of an empty table
	Last  *int64 `json:"last"`  // highest id

	// Missing are ids without a row between the first row and the last one; Gaps is how
	// many runs they make, Singles and Long how many of these are of one id, and are
	// longer than caches and crashes explain. Head and Tail are not among them.
	Missing uint64 `json:"missing"`
	Gaps    uint64 `json:"gaps"`
	Singles uint64 `json:"singles"`
	Long    uint64 `json:"long"`

	Head *Gap `json:"head"` // nil: nothing is missing there, or nobody can tell
	Tail *Gap `json:"tail"`

	// Strays are rows whose ids are none of the sequence's steps, Outside those in front
	// of its start or beyond its last number: they came from elsewhere.
	Strays  uint64 `json:"strays"`
	Outside bool   `json:"outside"`
}

// Share is how many of the ids between the first and the last row are missing, 0 to 1.
func (s Summary) Share() float64 {
	if s.Missing == 0 {
		return 0
	}
	return float64(s.Missing) / (float64(s.Missing) + float64(s.Rows))
}

// Find looks for gaps and tells Each of them. Its errors for people are *Fault; a
// context that ends is the context's own error.
func Find(ctx context.Context, o Options) (Summary, error) {
	c, err := connect(ctx, o.URL)
	if err != nil {
		return Summary{}, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	w := walk{connection: c, options: o}
	if err := w.open(ctx); err != nil {
		return Summary{}, inWords(ctx, err)
	}
	if err := w.run(ctx); err != nil {
		return w.summary, inWords(ctx, err)
	}
	return w.summary, nil
}

// inWords makes an error one for people, if it is none yet.
func inWords(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := (*Fault)(nil); errors.As(err, &f) {
		return f
	}
	if stateOf(err) == insufficientPrivilege {
		return &Fault{What: "the server refused: " + err.Error(), Now: "Use a user who may read the table.", Err: err}
	}
	return &Fault{What: "gaps were not looked for to the end: " + err.Error(), Now: "See the server's log, and try again.", Err: err}
}

// open finds table, column and sequence, and the ends of the ids.
func (w *walk) open(ctx context.Context) error {
	err := w.patiently(ctx, w.options.Table, nil, func() (err error) {
		if w.table, err = w.tableOf(ctx, w.options.Table); err != nil {
			return err
		}
		if err = w.chooseColumn(ctx, &w.table, w.options.Column); err != nil {
			return err
		}
		if w.clock, err = w.chooseClock(ctx, w.table, w.options.Time); err != nil {
			return err
		}
		w.sequence, err = w.sequenceOf(ctx, w.table)
		return err
	})
	if err != nil {
		return err
	}
	s := &w.summary
	s.Table, s.Column, s.Time, s.Sequence = w.table.String(), w.table.column, w.clock.column, w.sequence
	return w.patiently(ctx, w.table.String(), walkSettings, func() error { return w.ends(ctx) })
}

// ends reads the last number before the last row, so that what is inserted meanwhile
// is no gap.
func (w *walk) ends(ctx context.Context) error {
	if err := w.readLast(ctx, w.sequence); err != nil {
		return err
	}
	w.steps = stepsOf(w.sequence)
	column := w.sqlColumn()
	text := fmt.Sprintf("SELECT min(%s)::int8, max(%s)::int8 FROM %s", column, column, w.table.sql())
	if err := w.QueryRow(ctx, text).Scan(&w.summary.First, &w.summary.Last); err != nil {
		return fmt.Errorf("reading the first and the last id: %w", err)
	}
	return nil
}
