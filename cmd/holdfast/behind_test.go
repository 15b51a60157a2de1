package main_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// behindLimit is several of the shortest intervals of a monitor.
const behindLimit = 90 * time.Second

// What is deleted through holdfast, rolled back or not, is known; what is deleted by
// going to the server is found, and recorded to the row.
func TestDeletedBehind(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	db := srv.Database(t, "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 1000); CREATE TABLE other AS SELECT * FROM orders")
	p := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: func(paths pgtest.Paths) string {
		return oneHost(paths, fmt.Sprintf("    monitor: %q\n    monitor_interval: 10s\n    monitor_databases: %s\n", srv.URL(db), db))
	}})
	read := func() bool { return strings.Contains(p.MustCLI(t, "status", "--json"), `"databases":1`) }
	pgtest.Await(t, behindLimit, func() string { return p.CLI("status").Stdout }, read)

	conn, err := pgx.Connect(t.Context(), p.URL(db))
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"DELETE FROM orders WHERE id <= 40", "BEGIN", "DELETE FROM orders WHERE id <= 80", "ROLLBACK", "DELETE FROM other WHERE id <= 500",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	if err := conn.Close(t.Context()); err != nil { // the counters come at once
		t.Fatal(err)
	}
	srv.Exec(t, db, "DELETE FROM orders WHERE id BETWEEN 101 AND 125")

	var line string
	pgtest.Await(t, behindLimit, p.Log, func() bool {
		record, err := os.ReadFile(p.Audit)
		if err != nil {
			t.Fatal(err)
		}
		for one := range strings.Lines(string(record)) {
			if strings.Contains(one, `"kind":"rows deleted behind"`) {
				line = one
			}
		}
		return line != ""
	})
	for _, want := range []string{`"host":"shop"`, `"database":"` + db + `"`, `"table":"orders"`, `"deleted":25`, `"rows":935`} {
		if !strings.Contains(line, want) {
			t.Errorf("without %s: %s", want, line)
		}
	}
	if n := strings.Count(p.Log(), "no session of holdfast"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	wantAll(t, p.MustCLI(t, "alerts"), "orders", "not known", "the server counted 25 rows")
	if out := p.MustCLI(t, "status"); !strings.Contains(out, "monitor: 2 tables of 1 database, read ") {
		t.Errorf("status:\n%s", out)
	}
}
