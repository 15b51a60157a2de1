package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

func copyBothWays(ctx context.Context, conn *pgx.Conn) error {
	rows := [][]any{{1, "a"}, {2, "b"}, {3, "c"}}
	n, err := conn.CopyFrom(ctx, pgx.Identifier{"kept"}, []string{"id", "name"}, pgx.CopyFromRows(rows))
	if err != nil || n != 3 {
		return fmt.Errorf("copied %d rows: %w", n, err)
	}
	var out countingWriter
	if _, err := conn.PgConn().CopyTo(ctx, &out, "COPY (SELECT generate_series(1, 1000)) TO STDOUT"); err != nil {
		return err
	}
	if out != 3893 {
		return fmt.Errorf("copied %d bytes out, want 3893", out)
	}
	_, err = conn.PgConn().CopyTo(ctx, &out, "COPY (DELETE FROM deny_me RETURNING *) TO STDOUT")
	return want(err, "ZH002")
}

type countingWriter int

func (w *countingWriter) Write(p []byte) (int, error) {
	*w += countingWriter(len(p))
	return len(p), nil
}

// cursor reads 1,000 rows by hundreds, and finds the cursor gone with the
// transaction that a denied statement aborted.
func cursor(ctx context.Context, conn *pgx.Conn) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "DECLARE many CURSOR FOR SELECT generate_series(1, 1000)"); err != nil {
		return err
	}
	for range 10 {
		if err := fetch(ctx, tx, 100); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "DROP TABLE deny_me")
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	return want(fetch(ctx, tx, 100), "25P02")
}

func fetch(ctx context.Context, tx pgx.Tx, wanted int) error {
	rows, err := tx.Query(ctx, "FETCH 100 FROM many")
	if err != nil {
		return err
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err == nil && len(numbers) != wanted {
		err = fmt.Errorf("fetched %d rows, want %d", len(numbers), wanted)
	}
	return err
}
