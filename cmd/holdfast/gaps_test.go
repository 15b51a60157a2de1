package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// runGaps runs the command line in this process.
func runGaps(args ...string) (exit int, out, err string) {
	var o, e bytes.Buffer
	a := &app{out: &screen{Writer: &o, width: maxWidth}, err: &screen{Writer: &e, width: maxWidth}, in: config.Here()}
	exit = run(append([]string{"gaps"}, args...), a)
	return exit, o.String(), e.String()
}

func TestGapsCommand(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	db := srv.Database(t, "CREATE TABLE orders (id bigserial PRIMARY KEY, created_at timestamptz)",
		"INSERT INTO orders (created_at) SELECT timestamptz '2026-07-01 00:00Z' + n * interval '1 minute' FROM generate_series(1, 1000) n",
		"DELETE FROM orders WHERE id % 20 = 7 OR id BETWEEN 100 AND 199 OR id > 990")

	exit, out, _ := runGaps("--server", srv.URL(db), "orders")
	for _, want := range []string{
		"100   199      100  long  2026-07-01 01:39:00Z to 2026-07-01 03:20:00Z\n", "991  1000       10  tail  after 2026-07-01 16:30:00Z\n",
		"For the other 45 add --all.", "845 rows with ids from 1 to 990. Between them 145 ids\nare missing, 14.6 %, in 46 gaps.", "single: 45 gaps of one id.",
	} {
		if !strings.Contains(out, want) || exit != exitFine {
			t.Errorf("exit %d, without %q:\n%s", exit, want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("colours without a terminal: %q", out)
	}

	exit, out, _ = runGaps("--server", srv.URL(db), "--all", "orders")
	if n := strings.Count(out, "  single  "); n != 45 || exit != exitFine {
		t.Errorf("--all lists %d single gaps with exit %d:\n%s", n, exit, out)
	}

	exit, out, _ = runGaps("--server", srv.URL(db), "--json", "orders")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var sum struct {
		Kind    string
		Missing int
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &sum); err != nil || sum.Kind != "summary" || sum.Missing != 145 || len(lines) != 48 || exit != exitFine {
		t.Errorf("exit %d, %d lines, %v, the last: %s", exit, len(lines), err, lines[len(lines)-1])
	}
}

func TestGapsCommandFails(t *testing.T) {
	for _, test := range []struct {
		args []string
		exit int
		err  string
	}{
		{[]string{"orders"}, exitUsage, "Give --server URL"},
		{[]string{"--server", "postgres://127.0.0.1:1/x"}, exitUsage, "takes one argument"},
		{[]string{"--server", "postgres://u:hush@127.0.0.1:1/x", "orders"}, exitFailed, "cannot be reached"},
	} {
		exit, out, err := runGaps(test.args...)
		if exit != test.exit || !strings.Contains(err, test.err) || out != "" || strings.Contains(err, "hush") {
			t.Errorf("%q: exit %d, %q, %q; want %d and %q", test.args, exit, out, err, test.exit, test.err)
		}
	}
}
