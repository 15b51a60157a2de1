package monitor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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

// watch watches a database whose setup is counted: a session that has ended may still be
// about to hand in what it counted.
func watch(t *testing.T, srv *pgtest.Server, setup ...string) *rig {
	t.Helper()
	r := &rig{srv: srv, db: srv.Database(t), samples: map[string]Sample{}}
	r.run(t, setup...)
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

// Rows that foreign keys take along are explained by a delete from the parent, through
// any number of tables, and only then.
func TestCascades(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		r := watch(t, srv, `CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE CASCADE);
CREATE TABLE items (id int PRIMARY KEY, "order" int REFERENCES orders ON DELETE CASCADE);
CREATE TABLE notes (id int PRIMARY KEY, "order" int REFERENCES orders ON DELETE SET NULL);
INSERT INTO customers SELECT generate_series(1, 100); INSERT INTO orders SELECT n, n FROM generate_series(1, 100) n;
INSERT INTO items SELECT n, 1 + n % 100 FROM generate_series(1, 300) n; INSERT INTO notes SELECT n, n FROM generate_series(1, 100) n`)
		r.turn(t)
		r.run(t, "DELETE FROM customers WHERE id <= 20")
		r.seenDeleting("customers", 20, 0)
		r.run(t, "DELETE FROM notes WHERE id <= 12")
		r.turn(t)
		r.turn(t)
		r.expect(t, "through holdfast", "items 60 by [customers], notes 12, orders 20 by [customers]")

		for range newLedger(DefaultInterval).life { // until that delete is forgotten
			r.turn(t)
		}
		r.run(t, "DELETE FROM customers WHERE id <= 40")
		r.turn(t)
		r.turn(t)
		r.expect(t, "behind it", "customers 20, items 60, orders 20")
	})
}

// A tag says one row, and the table's own foreign key takes a tree of them.
func TestCascadeToItself(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	r := watch(t, srv, "CREATE TABLE nodes (id int PRIMARY KEY, parent int REFERENCES nodes ON DELETE CASCADE); INSERT INTO nodes SELECT n, nullif(n - 1, 0) FROM generate_series(1, 50) n")
	r.turn(t)
	r.run(t, "DELETE FROM nodes WHERE id = 31")
	r.seenDeleting("nodes", 1, 0)
	r.turn(t)
	r.turn(t)
	r.expect(t, "a tree", "nodes 19 by [nodes]")
}

func TestTriggersAreNamed(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		r := watch(t, srv, orders, `CREATE TABLE cart (id int); INSERT INTO cart SELECT generate_series(1, 50);
CREATE FUNCTION empty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM cart; RETURN NULL; END $$;
CREATE TRIGGER t AFTER DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION empty()`)
		r.turn(t)
		r.run(t, "DELETE FROM orders WHERE id = 1")
		r.seenDeleting("orders", 1, 0)
		r.turn(t)
		r.turn(t)
		r.expect(t, "by a trigger", "cart 50 perhaps by [orders]")
	})
}

// What the counters have beside committed deletes is not told.
func TestInnocent(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		r := watch(t, srv, orders, `CREATE TABLE refs (id int REFERENCES orders); INSERT INTO refs VALUES (1000); CREATE TABLE kept AS SELECT * FROM orders;
CREATE TABLE day (id int, at date) PARTITION BY RANGE (at); CREATE TABLE day1 PARTITION OF day FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE day2 PARTITION OF day FOR VALUES FROM ('2026-02-01') TO ('2026-03-01'); INSERT INTO day SELECT n, '2026-01-05' FROM generate_series(1, 100) n;
CREATE SCHEMA api; CREATE VIEW api.old AS SELECT * FROM orders WHERE id < 500; CREATE VIEW older AS SELECT * FROM api.old WHERE id < 300;
CREATE TABLE base (id int); CREATE TABLE child () INHERITS (base); INSERT INTO child SELECT generate_series(1, 100);
CREATE TABLE ruled (id int); INSERT INTO ruled SELECT generate_series(1, 100); CREATE RULE r AS ON DELETE TO kept DO ALSO DELETE FROM ruled WHERE id = old.id`)
		r.turn(t)
		for _, act := range []struct {
			name string
			sql  []string
			seen event.Rows
		}{
			{"rolled back", []string{"BEGIN", "DELETE FROM orders WHERE id < 100", "ROLLBACK"}, event.Rows{Table: "orders", Undone: 99}},
			{"rolled back, and nobody said so", []string{"BEGIN", "DELETE FROM orders WHERE id < 100", "ROLLBACK"}, event.Rows{}},
			{"failed half way", []string{"DELETE FROM orders WHERE id > 900 /* fails */"}, event.Rows{}},
			{"to a savepoint", []string{"BEGIN", "SAVEPOINT s", "DELETE FROM orders WHERE id < 50", "ROLLBACK TO s", "DELETE FROM orders WHERE id < 20", "COMMIT"}, event.Rows{Table: "orders", Deleted: 19, Undone: 49}},
			{"of no name", []string{"DELETE FROM kept WHERE id BETWEEN 200 AND 299"}, event.Rows{Deleted: 100}},
			{"rows that moved", []string{"UPDATE day SET at = '2026-02-03' WHERE id <= 50"}, event.Rows{Table: "day", Updated: 50}},
			{"from a partition", []string{"DELETE FROM day2 WHERE id <= 20"}, event.Rows{Table: "day2", Deleted: 20}},
			{"from its root", []string{"DELETE FROM day WHERE id BETWEEN 21 AND 40"}, event.Rows{Table: "day", Deleted: 20}},
			{"by a view of a view", []string{"DELETE FROM older WHERE id BETWEEN 201 AND 240"}, event.Rows{Table: "older", Deleted: 40}},
			{"by a view, with a search_path", []string{"DELETE FROM api.old WHERE id BETWEEN 241 AND 280"}, event.Rows{Table: "old", Deleted: 40}},
			{"by a parent", []string{"DELETE FROM base WHERE id <= 50"}, event.Rows{Table: "base", Deleted: 50}},
			{"truncated", []string{"TRUNCATE kept"}, event.Rows{}},
		} {
			r.run(t, act.sql...)
			if act.seen != (event.Rows{}) {
				r.Count(&event.Tally{Origin: event.Origin{Host: "shop", Database: r.db}, Rows: []event.Rows{act.seen}})
			}
			r.turn(t)
			r.turn(t)
			r.expect(t, act.name, "")
		}
		r.run(t, "INSERT INTO kept SELECT generate_series(1, 12)")
		r.turn(t)
		r.run(t, "DELETE FROM kept")
		r.seenDeleting("kept", 12, 0)
		r.turn(t)
		r.turn(t)
		r.expect(t, "by a rule", "ruled 12 by [kept]")
		r.run(t, "DELETE FROM day2 WHERE id > 40")
		r.turn(t)
		r.turn(t)
		r.expect(t, "from a partition, behind", "day 10")
		if s := r.samples["day"]; s.Rows != 50 {
			t.Errorf("a partitioned table: %+v", s)
		}
	})
}

// Counters that start anew, and tables that come, go and change their names.
func TestCountersAnew(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		r := watch(t, srv, orders)
		r.turn(t)
		r.run(t, "DELETE FROM orders WHERE id <= 40")
		srv.Exec(t, r.db, "SELECT pg_stat_reset()")
		r.turn(t)
		if s := r.State(); !strings.Contains(s.AnewWhy, "pg_stat_reset") || s.Anew.IsZero() {
			t.Errorf("state %+v", s)
		}
		r.run(t, "DELETE FROM orders WHERE id <= 60")
		r.turn(t)
		r.turn(t)
		r.expect(t, "after a reset", "orders 20")

		srv.Exec(t, r.db, "SELECT pg_stat_reset_single_table_counters('orders'::regclass)")
		r.turn(t)
		r.run(t, "DELETE FROM orders WHERE id <= 80")
		r.turn(t)
		r.turn(t)
		r.expect(t, "after a reset of one table", "orders 20")

		r.run(t, "DROP TABLE orders", orders, "DELETE FROM orders WHERE id <= 30")
		r.turn(t)
		r.turn(t)
		r.expect(t, "dropped and made again", "")
		r.run(t, "DELETE FROM orders WHERE id <= 50")
		r.turn(t)
		r.turn(t)
		r.expect(t, "the new one", "orders 20")

		r.run(t, "DELETE FROM orders WHERE id <= 70", "ALTER TABLE orders RENAME TO old")
		r.seenDeleting("orders", 20, 0)
		r.turn(t)
		r.turn(t)
		r.expect(t, "renamed", "")
		if strings.Count(r.log.String(), "started anew") < 1 {
			t.Errorf("nothing was logged: %s", r.log.String())
		}
	})
}

// A server that stops is told of once, and read again when it is back. Counters that
// survive a shutdown, and those that a crash loses, begin anew.
func TestRestart(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			srv := pgtest.Start(t, v)
			r := watch(t, srv, orders)
			r.turn(t)
			for i, end := range []func(){srv.Stop, srv.Crash} {
				r.run(t, fmt.Sprintf("DELETE FROM orders WHERE id <= %d", 100*i+40), "CHECKPOINT") // or the crash undoes it, too
				end()
				for range 3 {
					if r.poll(t.Context()) {
						t.Fatal("a stopped server was read")
					}
				}
				if s := r.State(); s.Up || s.Why == "" || s.Databases != 1 {
					t.Errorf("state %+v", s)
				}
				if n := strings.Count(r.log.String(), "cannot read"); n != i+1 {
					t.Errorf("told %d times: %s", n, r.log.String())
				}
				srv.Restart(t)
				r.turn(t)
				if s := r.State(); !s.Up || !strings.Contains(s.AnewWhy, "started again") {
					t.Errorf("state %+v", s)
				}
				r.run(t, fmt.Sprintf("DELETE FROM orders WHERE id <= %d", 100*i+60))
				r.turn(t)
				r.turn(t)
				r.expect(t, "after it", "orders 20")
			}
		})
	}
}

// A standby counts no writes; promoted, it counts from then on.
func TestStandby(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			srv := pgtest.Start(t, v)
			r := watch(t, srv, orders)
			r.turn(t)
			folder := srv.Value(t, "postgres", "SELECT current_setting('data_directory')")
			srv.Stop()
			if err := os.WriteFile(filepath.Join(folder, "standby.signal"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			srv.Restart(t)
			r.turn(t)
			if s := r.State(); !s.Up || !s.Standby || s.AnewWhy == "" {
				t.Errorf("state %+v", s)
			}
			srv.Exec(t, "postgres", "SELECT pg_promote()")
			r.turn(t)
			if s := r.State(); !s.Up || s.Standby || !strings.Contains(s.AnewWhy, "promoted") {
				t.Errorf("state %+v", s)
			}
			r.run(t, "DELETE FROM orders WHERE id <= 20")
			r.turn(t)
			r.turn(t)
			r.turn(t)
			r.expect(t, "after the promotion", "orders 20")
		})
	}
}

// A user with no rights but LOGIN reads all counters of all databases it may enter.
func TestRights(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		srv.Exec(t, "postgres", "DROP ROLE IF EXISTS watcher; CREATE ROLE watcher LOGIN")
		closed := srv.Database(t)
		srv.Exec(t, closed, "REVOKE CONNECT ON DATABASE "+closed+" FROM PUBLIC")
		r := watch(t, srv, orders+"; REVOKE ALL ON orders FROM PUBLIC; CREATE SCHEMA hidden; CREATE TABLE hidden.t AS SELECT * FROM orders")
		as := strings.Replace(srv.URL("postgres"), "postgres@", "watcher@", 1)
		r.of(t, as)
		r.turn(t)
		r.run(t, "DELETE FROM orders WHERE id <= 40", "DELETE FROM hidden.t WHERE id <= 40")
		r.turn(t)
		r.turn(t)
		r.expect(t, "without rights", "hidden.t 40, orders 40")

		r.o.Databases = nil // all
		r.turn(t)
		if _, is := r.databases[closed]; is || r.databases[r.db] == nil || r.databases["postgres"] == nil || r.databases["template1"] != nil {
			t.Errorf("databases: %v", r.databases)
		}
		r.o.Databases = []string{r.db, closed, "nosuch"}
		r.turn(t)
		s := r.State()
		if len(s.Faults) != 2 || s.Databases != 1 || !s.Up || !strings.Contains(fmt.Sprint(s.Faults), "nosuch") {
			t.Errorf("state %+v", s)
		}
		r.turn(t)
		if n := strings.Count(r.log.String(), "counters of a database"); n != 2 {
			t.Errorf("faults were logged %d times: %s", n, r.log.String())
		}
		srv.Exec(t, "postgres", "ALTER DATABASE "+r.db+" SET track_counts = off")
		r.o.Databases = []string{r.db}
		if r.poll(t.Context()) || !strings.Contains(r.State().Why, "track_counts is off") {
			t.Errorf("without counters: %+v", r.State())
		}
		if n := srv.Value(t, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast monitor' AND query_start < now() - interval '5 s'"); n != "0" {
			t.Errorf("%s connections stay", n)
		}
	})
}

// Of too many tables the newest are left out, and State says how many.
func TestTooManyTables(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	r := watch(t, srv, "CREATE TABLE a (); CREATE TABLE b (); CREATE TABLE c ()")
	for most, want := range map[int]string{0: "0 3", 2: "2 1", 3: "3 0", 9: "3 0"} {
		s, err := r.readSnapshot(t.Context(), r.db, most)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(len(s.tables), s.left); got != want {
			t.Errorf("of at most %d: %s, want %s", most, got, want)
		}
	}
}

// Its sessions cannot write.
func TestReadOnly(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	r := watch(t, srv)
	conn, err := r.dial(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "CREATE TABLE t ()"); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("%v", err)
	}
}
