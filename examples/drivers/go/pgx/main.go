// Command pgx is a session with github.com/jackc/pgx/v5 through holdfast:
// single statements, transactions, Batch and pipeline, each with a statement
// that a reviewer approves and one that is denied; cursors, COPY, LISTEN and
// cancelling.
//
//	go run ./examples/drivers/go/pgx postgres://you@127.0.0.1:6432/scratch
//
// Answer the holds from another terminal: approve those on approve_me, deny
// those on deny_me. It creates and drops tables: use a database you can spare.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

const tables = `
	CREATE TABLE IF NOT EXISTS kept (id int, name text);
	CREATE TABLE IF NOT EXISTS approve_me (id int);
	CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pgx URL")
		os.Exit(2)
	}
	ctx := context.Background()
	conn, err := connect(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer conn.Close(ctx)
	failed := false
	for _, step := range []struct {
		name string
		run  func(context.Context, *pgx.Conn) error
	}{
		{"allowed traffic", allowed},
		{"approved", approved},
		{"denied", denied},
		{"denied with a parameter", deniedParameter},
		{"denied in a transaction", deniedInTransaction},
		{"approved in a transaction", approvedInTransaction},
		{"denied in a batch", deniedInBatch},
		{"approved in a batch", approvedInBatch},
		{"denied in a pipeline", deniedInPipeline},
		{"simple protocol", simpleProtocol},
		{"cursor", cursor},
		{"COPY", copyBothWays},
		{"LISTEN", listen},
		{"cancelled", cancelled},
	} {
		err := step.run(ctx, conn)
		if err == nil {
			err = usable(ctx, conn)
		}
		if err != nil {
			failed = true
			fmt.Printf("FAILED %s: %v\n", step.name, err)
			continue
		}
		fmt.Printf("ok %s\n", step.name)
	}
	if failed {
		os.Exit(1)
	}
}

// connect prints notices as they come, so that a hold is seen at once, and turns
// the end of a context into a CancelRequest; by default pgx closes the socket.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.OnNotice = printNotice
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 20 * time.Second}
	}
	return pgx.ConnectConfig(ctx, config)
}

// usable says that the session goes on, outside of a transaction.
func usable(ctx context.Context, conn *pgx.Conn) error {
	if status := conn.PgConn().TxStatus(); status != 'I' {
		return fmt.Errorf("transaction status is %q, want I", status)
	}
	var two int
	if err := conn.QueryRow(ctx, "SELECT $1::int + 1", 1).Scan(&two); err != nil || two != 2 {
		return fmt.Errorf("the session is not usable: %d, %w", two, err)
	}
	return nil
}

// want returns nil when err carries the SQLSTATE.
func want(err error, state string) error {
	var refusal *pgconn.PgError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("got %v, want SQLSTATE %s", err, state)
	}
	if refusal.Code != state {
		return fmt.Errorf("got SQLSTATE %s (%s), want %s", refusal.Code, refusal.Message, state)
	}
	if state == "ZH002" && (refusal.Detail == "" || refusal.Hint == "") {
		return fmt.Errorf("the denial has detail %q and hint %q, want both", refusal.Detail, refusal.Hint)
	}
	return nil
}

// exists fails unless the table is there, or gone, as wanted.
func exists(ctx context.Context, conn *pgx.Conn, table string, wanted bool) error {
	var there bool
	if err := conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil {
		return err
	}
	if there != wanted {
		return fmt.Errorf("table %s exists: %t", table, there)
	}
	return nil
}
