package main

import (
	"context"
	"database/sql"
	"fmt"
)

func allowed(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, tables); err != nil {
		return err
	}
	insert, err := conn.PrepareContext(ctx, "INSERT INTO kept VALUES ($1, $2)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range 10 {
		if _, err := insert.ExecContext(ctx, i, "name"); err != nil {
			return err
		}
	}
	result, err := conn.ExecContext(ctx, "DELETE FROM kept WHERE id = $1", 9)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n < 1 {
		return fmt.Errorf("deleted %d rows: %w", n, err)
	}
	return nil
}

func approved(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "DROP TABLE approve_me"); err != nil {
		return err
	}
	return exists(ctx, conn, "approve_me", false)
}

func denied(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "DROP TABLE deny_me")
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}

// deniedPrepared is refused at Prepare already where the driver describes the
// statement first, else when it runs.
func deniedPrepared(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "UPDATE deny_me SET id = $1", 7)
	return want(err, "ZH002")
}

func deniedInTransaction(ctx context.Context, conn *sql.Conn) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO kept VALUES (100, 'never')"); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DROP TABLE deny_me")
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "SELECT 1")
	if err := want(err, "25P02"); err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	var never int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM kept WHERE id = 100").Scan(&never); err != nil || never != 0 {
		return fmt.Errorf("%d rows of a denied transaction: %w", never, err)
	}
	return exists(ctx, conn, "deny_me", true)
}

func approvedInTransaction(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, tables); err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "DROP TABLE approve_me"); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return exists(ctx, conn, "approve_me", false)
}
