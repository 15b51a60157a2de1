package pgtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// sqlLimit bounds one statement of a test's own set-up.
const sqlLimit = 60 * time.Second

var databases atomic.Int64

// Database creates an empty database for one test, drops it at the test's end,
// sessions and all, and returns its name. Statements in setup run in it first.
func (srv *Server) Database(t testing.TB, setup ...string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	srv.Exec(t, "postgres", "CREATE DATABASE "+name)
	t.Cleanup(func() {
		if srv.alive() {
			srv.Exec(t, "postgres", "DROP DATABASE "+name+" WITH (FORCE)")
		}
	})
	for _, sql := range setup {
		srv.Exec(t, name, sql)
	}
	return name
}

// Exec runs SQL of one or more statements directly on the server, on a
// connection of its own, and fails the test on an error.
func (srv *Server) Exec(t testing.TB, database, sql string) {
	t.Helper()
	if err := srv.exec(database, sql); err != nil {
		t.Fatalf("pgtest: running %q directly: %v", sql, err)
	}
}

// Value runs a query directly on the server and returns the first column of its
// first row as text; "" for NULL and for no row.
func (srv *Server) Value(t testing.TB, database, sql string) string {
	t.Helper()
	value, err := srv.value(database, sql)
	if err != nil {
		t.Fatalf("pgtest: running %q directly: %v", sql, err)
	}
	return value
}

// AwaitValue waits until Value returns want, and fails the test when it does not
// within limit.
func (srv *Server) AwaitValue(t testing.TB, limit time.Duration, database, sql, want string) {
	t.Helper()
	var got string
	Await(t, limit, func() string { return fmt.Sprintf("%q returned %q, want %q", sql, got, want) }, func() bool {
		got = srv.Value(t, database, sql)
		return got == want
	})
}

// Await polls until done returns true, and fails the test with what when it does
// not within limit.
func Await(t testing.TB, limit time.Duration, what func() string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !done(); time.Sleep(poll) {
		if time.Now().After(deadline) {
			t.Fatalf("pgtest: after %s: %s", limit, what())
		}
	}
}

func (srv *Server) alive() bool {
	select {
	case <-srv.exited:
		return false
	default:
		return true
	}
}

func (srv *Server) exec(database, sql string) error {
	_, err := srv.value(database, sql)
	return err
}

func (srv *Server) value(database, sql string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), sqlLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, srv.SocketURL(database))
	if err != nil {
		return "", fmt.Errorf("connecting: %w", err)
	}
	defer conn.Close(ctx)
	results, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil {
		return "", err
	}
	for _, result := range results {
		if len(result.Rows) > 0 && len(result.Rows[0]) > 0 {
			return string(result.Rows[0][0]), nil
		}
	}
	return "", nil
}
