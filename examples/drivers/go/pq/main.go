// Command pq is a session with github.com/lib/pq through holdfast: statements
// and transactions, with one that a reviewer approves and one that is denied;
// a cursor, COPY, LISTEN and cancelling.
//
//	go run ./examples/drivers/go/pq 'postgres://you@127.0.0.1:6432/scratch?sslmode=disable'
//
// Answer the holds from another terminal: approve those on approve_me, deny
// those on deny_me. It creates and drops tables: use a database you can spare.
//
// COPY to the client is not shown: lib/pq does not have it.
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
	CREATE TABLE IF NOT EXISTS deny_me (id int); CREATE TABLE IF NOT EXISTS withdraw_me (id int)`

// step is a part of the session that can go wrong.
type step func(context.Context, *sql.Conn) error

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pq URL")
		os.Exit(2)
	}
	ctx, url := context.Background(), os.Args[1]
	conn, err := connect(ctx, url, printNotice)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer conn.Close()
	failed := false
	for _, s := range []struct {
		name string
		run  step
	}{
		{"allowed traffic", allowed},
		{"approved", approved},
		{"denied", denied},
		{"denied, prepared", deniedPrepared},
		{"denied in a transaction", deniedInTransaction},
		{"approved in a transaction", approvedInTransaction},
		{"cursor", cursor},
		{"COPY", copyIn},
		{"LISTEN", listenAt(url)},
		{"cancelled", cancelledAt(url)},
	} {
		err := s.run(ctx, conn)
		if err == nil {
			err = usable(ctx, conn)
		}
		if err != nil {
			failed = true
			fmt.Printf("FAILED %s: %v\n", s.name, err)
			continue
		}
		fmt.Printf("ok %s\n", s.name)
	}
	if failed {
		os.Exit(1)
	}
}

// connect takes one connection out of the pool, for a session is what is shown.
func connect(ctx context.Context, url string, onNotice func(*pq.Error)) (*sql.Conn, error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(pq.ConnectorWithNoticeHandler(connector, onNotice)).Conn(ctx)
}

func printNotice(n *pq.Error) { fmt.Printf("%s: %s\n", n.Severity, n.Message) }

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
