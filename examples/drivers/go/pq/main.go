// Command pq is a session with github.com/lib/pq through holdfast: statements
// and transactions, with one that a reviewer approves and one that is denied.
//
//	go run ./examples/drivers/go/pq 'postgres://you@127.0.0.1:6432/scratch?sslmode=disable'
//
// Answer the holds from another terminal: approve those on approve_me, deny
// those on deny_me. It creates and drops tables: use a database you can spare.
//
// Cancelling is not shown: lib/pq gives up a connection whose context ended, with
// holdfast or without.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/lib/pq"
)

const tables = `
	CREATE TABLE IF NOT EXISTS kept (id int, name text);
	CREATE TABLE IF NOT EXISTS approve_me (id int);
	CREATE TABLE IF NOT EXISTS deny_me (id int)`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pq URL")
		os.Exit(2)
	}
	ctx := context.Background()
	conn, err := connect(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer conn.Close()
	failed := false
	for _, step := range []struct {
		name string
		run  func(context.Context, *sql.Conn) error
	}{
		{"allowed traffic", allowed},
		{"approved", approved},
		{"denied", denied},
		{"denied, prepared", deniedPrepared},
		{"denied in a transaction", deniedInTransaction},
		{"approved in a transaction", approvedInTransaction},
		{"COPY", copyIn},
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

// connect takes one connection out of the pool, for a session is what is shown.
func connect(ctx context.Context, url string) (*sql.Conn, error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, err
	}
	noisy := pq.ConnectorWithNoticeHandler(connector, func(n *pq.Error) { fmt.Printf("%s: %s\n", n.Severity, n.Message) })
	return sql.OpenDB(noisy).Conn(ctx)
}

func usable(ctx context.Context, conn *sql.Conn) error {
	var two int
	if err := conn.QueryRowContext(ctx, "SELECT $1::int + 1", 1).Scan(&two); err != nil || two != 2 {
		return fmt.Errorf("the session is not usable: %d, %w", two, err)
	}
	return nil
}

// want returns nil when err carries the SQLSTATE.
func want(err error, state string) error {
	var refusal *pq.Error
	if !errors.As(err, &refusal) {
		return fmt.Errorf("got %v, want SQLSTATE %s", err, state)
	}
	if string(refusal.Code) != state {
		return fmt.Errorf("got SQLSTATE %s (%s), want %s", refusal.Code, refusal.Message, state)
	}
	if state == "ZH002" && (refusal.Detail == "" || refusal.Hint == "") {
		return fmt.Errorf("the denial has detail %q and hint %q, want both", refusal.Detail, refusal.Hint)
	}
	return nil
}

func exists(ctx context.Context, conn *sql.Conn, table string, wanted bool) error {
	var there bool
	if err := conn.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil {
		return err
	}
	if there != wanted {
		return fmt.Errorf("table %s exists: %t", table, there)
	}
	return nil
}

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
