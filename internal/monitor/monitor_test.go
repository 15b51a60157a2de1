package monitor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// rig is a monitor of one database that is polled by hand.
type rig struct {
	*Monitor
	srv     *pgtest.Server
	db      string
	samples map[string]Sample
	behind  []Behind
	log     strings.Builder
}

func watch(t *testing.T, srv *pgtest.Server, setup ...string) *rig {
	t.Helper()
	r := &rig{srv: srv, db: srv.Database(t, setup...), samples: map[string]Sample{}}
	return r.of(t, srv.URL(r.db))
}

func (r *rig) of(t *testing.T, url string) *rig {
	t.Helper()
	var err error
	r.Monitor, err = New(Options{
		Host: "shop", URL: url, Databases: []string{r.db}, Log: zerolog.New(&r.log),
		Tell: func(s Sample) { r.samples[s.Table] = s }, Behind: func(b Behind) { r.behind = append(r.behind, b) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// turn polls once, and fails the test when nothing could be read.
func (r *rig) turn(t *testing.T) {
	t.Helper()
	if !r.poll(t.Context()) {
		t.Fatalf("nothing was read: %+v", r.State())
	}
}

// run runs statements directly, in one session whose counters are there when it returns.
func (r *rig) run(t *testing.T, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.srv.SocketURL(r.db))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range append(statements, "SELECT pg_stat_force_next_flush()", "SELECT 1") {
		if _, err := conn.Exec(t.Context(), sql); err != nil && !strings.Contains(sql, "fails") {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// seenDeleting counts what a session of holdfast deleted.
func (r *rig) seenDeleting(table string, deleted, undone int64) {
	r.Count(&event.Tally{Origin: event.Origin{Host: "shop", Database: r.db}, Rows: []event.Rows{{Table: table, Deleted: deleted, Undone: undone}}})
}

// told is what was told so far, as text.
func (r *rig) told() string {
	var list []string
	for _, b := range r.behind {
		text := fmt.Sprintf("%s %d", b.Table, b.Deleted)
		if len(b.Cascade) > 0 {
			text += fmt.Sprintf(" by %s", b.Cascade)
		}
		if len(b.Triggers) > 0 {
			text += fmt.Sprintf(" perhaps by %s", b.Triggers)
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func (r *rig) expect(t *testing.T, what, want string) {
	t.Helper()
	if got := r.told(); got != want {
		t.Errorf("%s: told %q, want %q", what, got, want)
	}
	r.behind = nil
}

const orders = "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 1000)"

func TestDeletedBehind(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		r := watch(t, srv, orders, "CREATE SCHEMA audit; CREATE TABLE audit.orders AS SELECT * FROM orders")
		begin := time.Now()
		r.turn(t)
		if s := r.samples["orders"]; s.Rows != 1000 || !s.Since.IsZero() || s.Deleted != 0 {
			t.Errorf("first sample: %+v", s)
		}
		r.run(t, "DELETE FROM orders WHERE id <= 40", "DELETE FROM audit.orders WHERE id <= 30", "UPDATE orders SET id = -id WHERE id > 990")
		r.seenDeleting("orders", 15, 0)
		r.turn(t)
		r.expect(t, "in doubt", "")
		if s := r.samples["orders"]; s.Rows != 960 || s.Deleted != 40 || s.Updated != 10 || s.Since.IsZero() {
			t.Errorf("second sample: %+v", s)
		}
		r.turn(t)
		if len(r.behind) == 2 && (r.behind[0].Since.Before(begin) || r.behind[0].Host != "shop" || r.behind[0].Database != r.db || r.behind[0].Rows != 970) {
			t.Errorf("told %+v", r.behind[0])
		}
		r.expect(t, "stands", "audit.orders 30, orders 25")
		r.turn(t)
		r.expect(t, "once", "")
		if s := r.State(); !s.Up || s.Databases != 1 || s.Tables != 2 || s.Why != "" {
			t.Errorf("state %+v", s)
		}
	})
}
