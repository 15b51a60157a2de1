package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// atNotice is the key under which a connection keeps what to do at its next notice.
const atNotice = "at notice"

// printNotice prints notices as they come, so that a hold is seen at once.
func printNotice(conn *pgconn.PgConn, n *pgconn.Notice) {
	fmt.Printf("%s: %s\n", n.Severity, n.Message)
	if cancel, ok := conn.CustomData()[atNotice].(context.CancelFunc); ok {
		cancel()
	}
}

func cancelled(ctx context.Context, conn *pgx.Conn) error {
	if err := cancelAtNotice(ctx, conn, "CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)"); err != nil {
		return err
	}
	return cancelAtNotice(ctx, conn, "DROP TABLE withdraw_me")
}

// cancelAtNotice: a hold's notice says that the statement waits; that of CREATE
// TABLE IF NOT EXISTS says that the server has begun.
func cancelAtNotice(ctx context.Context, conn *pgx.Conn, sql string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn.PgConn().CustomData()[atNotice] = cancel
	defer delete(conn.PgConn().CustomData(), atNotice)
	_, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return want(err, "57014")
}

func listen(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "LISTEN news"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_notify('news', 'hello')"); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	n, err := conn.WaitForNotification(limit)
	if err != nil {
		return err
	}
	if n.Payload != "hello" {
		return fmt.Errorf("heard %q", n.Payload)
	}
	return nil
}
