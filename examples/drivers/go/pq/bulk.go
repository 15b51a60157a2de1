package main

import (
	"context"
	"database/sql"
	"fmt"
)

func copyIn(ctx context.Context, conn *sql.Conn) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	rows, err := tx.PrepareContext(ctx, "COPY kept (id, name) FROM STDIN")
	if err != nil {
		return err
	}
	for i := range 3 {
		if _, err := rows.ExecContext(ctx, i, "copied"); err != nil {
			return err
		}
	}
	if _, err := rows.ExecContext(ctx); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	return tx.Commit()
}

// cursor reads 1,000 rows by hundreds, and finds the cursor gone with the
// transaction that a denied statement aborted.
func cursor(ctx context.Context, conn *sql.Conn) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "DECLARE many CURSOR FOR SELECT generate_series(1, 1000)"); err != nil {
		return err
	}
	for range 10 {
		if err := fetch(ctx, tx, 100); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "DROP TABLE deny_me")
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	return want(fetch(ctx, tx, 100), "25P02")
}

func fetch(ctx context.Context, tx *sql.Tx, wanted int) error {
	rows, err := tx.QueryContext(ctx, "FETCH 100 FROM many")
	if err != nil {
		return err
	}
	defer rows.Close()
	count := 0
	for rows.Next() {
		count++
	}
	if err := rows.Err(); err != nil || count != wanted {
		return fmt.Errorf("fetched %d rows, want %d: %w", count, wanted, err)
	}
	return nil
}
