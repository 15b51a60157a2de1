// Command pgx is a session with github.com/jackc/pgx/v5 through holdfast:
// single statements, transactions, Batch and pipeline, each with a statement
// that a reviewer approves and one that is denied.
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
	CREATE TABLE IF NOT EXISTS deny_me (id int)`

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
		{"cancelled", cancelled},
		{"COPY", copyBothWays},
		{"LISTEN", listen},
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
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { fmt.Printf("%s: %s\n", n.Severity, n.Message) }
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

func deniedInBatch(ctx context.Context, conn *pgx.Conn) error {
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO kept VALUES (200, 'never')")
	batch.Queue("DROP TABLE deny_me")
	batch.Queue("SELECT 1")
	results := conn.SendBatch(ctx, batch)
	var err error
	for range 3 {
		if _, execErr := results.Exec(); execErr != nil && err == nil {
			err = execErr
		}
	}
	results.Close()
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	var never int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM kept WHERE id = 200").Scan(&never); err != nil || never != 0 {
		return fmt.Errorf("%d rows of a denied batch: %w", never, err)
	}
	return exists(ctx, conn, "deny_me", true)
}

func approvedInBatch(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, tables); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO kept VALUES (300, 'batch')")
	batch.Queue("DROP TABLE approve_me")
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	return exists(ctx, conn, "approve_me", false)
}

func deniedInPipeline(ctx context.Context, conn *pgx.Conn) error {
	pipeline := conn.PgConn().StartPipeline(ctx)
	pipeline.SendQueryParams("SELECT 1", nil, nil, nil, nil)
	pipeline.SendQueryParams("DROP TABLE deny_me", nil, nil, nil, nil)
	pipeline.SendPipelineSync()
	pipeline.SendQueryParams("SELECT 2", nil, nil, nil, nil)
	if err := pipeline.Sync(); err != nil {
		return err
	}
	var first error
	for {
		results, err := pipeline.GetResults()
		if err != nil && first == nil {
			first = err
		}
		if reader, ok := results.(*pgconn.ResultReader); ok {
			if _, err := reader.Close(); err != nil && first == nil {
				first = err
			}
		}
		if results == nil && err == nil {
			break
		}
	}
	if err := pipeline.Close(); err != nil && first == nil {
		first = err
	}
	if err := want(first, "ZH002"); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}

func simpleProtocol(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT 1; DROP TABLE deny_me; SELECT 2", pgx.QueryExecModeSimpleProtocol)
	if err := want(err, "ZH002"); err != nil {
		return err
	}
	return exists(ctx, conn, "deny_me", true)
}

func cancelled(ctx context.Context, conn *pgx.Conn) error {
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := conn.Exec(short, "DROP TABLE withdraw_me", pgx.QueryExecModeSimpleProtocol)
	return want(err, "57014")
}

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
