package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

func allowed(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, tables); err != nil {
		return err
	}
	for i := range 10 {
		if _, err := conn.Exec(ctx, "INSERT INTO kept VALUES ($1, $2)", i, "name"); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, "DELETE FROM kept WHERE id = $1", 9); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, "SELECT id FROM kept ORDER BY id")
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err == nil && len(ids) < 9 {
		err = fmt.Errorf("%d rows, want at least 9", len(ids))
	}
	return err
}

func approved(ctx context.Context, conn *pgx.Conn) error {
	tag, err := conn.Exec(ctx, "DROP TABLE approve_me")
	if err != nil {
		return err
	}
	if tag.String() != "DROP TABLE" {
		return fmt.Errorf("tag %q", tag)
	}
	return exists(ctx, conn, "approve_me", false)
}

func denied(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "DROP TABLE deny_me")
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}

func deniedParameter(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "UPDATE deny_me SET id = $1", 7)
	return want(err, "ZH002")
}

func deniedInTransaction(ctx context.Context, conn *pgx.Conn) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "INSERT INTO kept VALUES (100, 'never')"); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DROP TABLE deny_me")
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	if status := conn.PgConn().TxStatus(); status != 'E' {
		return fmt.Errorf("transaction status is %q, want E", status)
	}
	_, err = tx.Exec(ctx, "SELECT 1")
	if err := want(err, "25P02"); err != nil {
		return err
	}
	if err := tx.Rollback(ctx); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}

func approvedInTransaction(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, tables); err != nil {
		return err
	}
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DROP TABLE approve_me")
		return err
	})
	if err != nil {
		return err
	}
	return exists(ctx, conn, "approve_me", false)
}

func simpleProtocol(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT 1; DROP TABLE deny_me; SELECT 2", pgx.QueryExecModeSimpleProtocol)
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}
