package proxy

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/tally"
)

// tallied adds up tallies by table.
type tallied struct {
	queue  *tally.Queue
	mu     sync.Mutex
	t      *testing.T
	tables map[string]event.Rows
	apps   map[string]int64 // rows deleted by application
}

func (s *tallied) take(tally *event.Tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := tally.Origin
	if o.Host != "shop" || o.User != "postgres" || o.Client == "" {
		s.t.Errorf("sums of nobody: %+v", o)
	}
	for _, r := range tally.Rows {
		sum := s.tables[r.Table]
		sum.Deleted += r.Deleted
		sum.Updated += r.Updated
		sum.Undone += r.Undone
		s.tables[r.Table] = sum
		s.apps[o.Application] += r.Deleted
		if (r.Example == "") != (r.Deleted+r.Undone == 0) || strings.Contains(r.Example, "9999") {
			s.t.Errorf("the example of %+v is wrong", r)
		}
	}
}

func (s *tallied) of(table string) event.Rows {
	s.queue.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tables[table]
}

// tallySetup makes tables of 1,000 rows: everything that is deleted from the first four
// is told by tags, of beside nothing is.
var tallySetup = []string{
	`CREATE SCHEMA audit`,
	`CREATE TABLE orders (id int PRIMARY KEY, n int)`, `CREATE TABLE items (id int PRIMARY KEY, n int)`,
	`CREATE TABLE audit.log (id int PRIMARY KEY, n int)`, `CREATE TABLE beside (id int PRIMARY KEY, n int)`,
	`CREATE TABLE parents (id int PRIMARY KEY)`,
	`CREATE TABLE children (parent int REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`,
	`INSERT INTO orders SELECT i, 0 FROM generate_series(1, 1000) i`, `INSERT INTO items SELECT i, 0 FROM generate_series(1, 1000) i`,
	`INSERT INTO audit.log SELECT i, 0 FROM generate_series(1, 1000) i`, `INSERT INTO beside SELECT i, 0 FROM generate_series(1, 1000) i`,
	`INSERT INTO parents SELECT i FROM generate_series(1, 1000) i`, `INSERT INTO children VALUES (1)`,
	`CREATE FUNCTION purge() RETURNS int LANGUAGE sql AS 'DELETE FROM beside WHERE id BETWEEN 900 AND 909; SELECT 1'`,
}

// tallyScript is for psql, which goes on after errors.
const tallyScript = `
SET application_name = 'script';
DELETE FROM orders WHERE id = 1;
DELETE FROM orders WHERE id BETWEEN 2 AND 11 RETURNING id;
DELETE FROM orders WHERE id = 9999;
UPDATE items SET n = 1 WHERE id < 101;
DELETE FROM orders WHERE id = 12\; DELETE FROM items WHERE id = 12;
DELETE FROM orders WHERE id = 13\; SELECT 1/0\; DELETE FROM items WHERE id = 13;
DELETE FROM orders WHERE id = 14\; COMMIT\; DELETE FROM items WHERE id = 14\; SELECT 1/0;
BEGIN; DELETE FROM orders WHERE id BETWEEN 20 AND 29; ROLLBACK;
BEGIN; DELETE FROM orders WHERE id BETWEEN 20 AND 29; SELECT 1/0; COMMIT;
BEGIN; DELETE FROM orders WHERE id BETWEEN 20 AND 29;
SAVEPOINT a; DELETE FROM items WHERE id BETWEEN 20 AND 29;
SAVEPOINT a; DELETE FROM audit.log WHERE id BETWEEN 20 AND 29; ROLLBACK TO a;
RELEASE a; DELETE FROM items WHERE id = 30; SELECT 1/0; ROLLBACK TO a; DELETE FROM items WHERE id = 31; COMMIT AND CHAIN;
DELETE FROM orders WHERE id = 31; COMMIT;
\set ON_ERROR_ROLLBACK on
BEGIN; DELETE FROM orders WHERE id = 32; DELETE FROM nothing WHERE id = 1; DELETE FROM orders WHERE id = 33; COMMIT;
\set ON_ERROR_ROLLBACK off
BEGIN; DELETE FROM parents WHERE id BETWEEN 1 AND 5; COMMIT;
DELETE FROM parents WHERE id BETWEEN 11 AND 15;
PREPARE gone(int) AS DELETE FROM audit.log WHERE id = $1; EXECUTE gone(1); EXECUTE gone(2); DEALLOCATE gone;
COPY (DELETE FROM public.items WHERE id BETWEEN 40 AND 44 RETURNING *) TO STDOUT;
MERGE INTO items USING generate_series(50, 54) g ON items.id = g WHEN MATCHED AND items.n = 1 THEN DELETE;
WITH b AS (DELETE FROM beside WHERE id BETWEEN 1 AND 10 RETURNING id) DELETE FROM items USING b WHERE items.id = b.id + 59;
WITH b AS (DELETE FROM beside WHERE id BETWEEN 11 AND 20 RETURNING id) SELECT count(*) FROM b;
EXPLAIN (ANALYZE, COSTS OFF) DELETE FROM beside WHERE id BETWEEN 21 AND 30;
SELECT purge();
DO $$ BEGIN DELETE FROM beside WHERE id BETWEEN 31 AND 40; END $$;
`

func TestTalliesOfAServer(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		t.Skip("psql is not installed")
	}
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		for _, mode := range []Mode{Enforce, Observe} {
			t.Run(mode.String(), func(t *testing.T) { talliesOf(t, srv, mode) })
		}
	})
}

func talliesOf(t *testing.T, srv *pgtest.Server, mode Mode) {
	sums := &tallied{t: t, tables: map[string]event.Rows{}, apps: map[string]int64{}}
	sums.queue = tally.NewQueue(sums.take)
	db := srv.Database(t, tallySetup...)
	s := serveWith(t, func(o *Options) {
		o.Tally, o.Desk = sums.queue, &scriptedDesk{wait: decided(hold.Denied)}
		o.Hosts[0].Name, o.Hosts[0].Mode = "shop", mode
	}, srv.URL(db)+"?sslmode=disable")
	url := strings.Replace(srv.URL(db), srv.Addr(), s.addr(0), 1) + "?sslmode=disable&application_name=pgx"

	script := tallyScript
	if mode == Enforce { // which asks about these
		for _, held := range []string{"SELECT purge();\n", "DO $$"} {
			before, after, _ := strings.Cut(script, held)
			if held == "DO $$" {
				after = ""
			}
			script = before + after
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	psql := exec.CommandContext(ctx, "psql", "-X", "-q", "-d", url)
	psql.Stdin = strings.NewReader(script)
	if out, err := psql.CombinedOutput(); err != nil || strings.Contains(string(out), "ZH0") {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	withPGX(t, url)
	inParts(t, s.addr(0), db)
	s.wantNobodyBut(t, 0)

	for _, table := range []string{"orders", "items", "audit.log", "parents"} {
		got := sums.of(table)
		rows := srv.Value(t, db, fmt.Sprintf(`SELECT 1000 - count(*) FROM %s`, table))
		if fmt.Sprint(got.Deleted) != rows {
			t.Errorf("%s: %d deleted, but %s rows are gone", table, got.Deleted, rows)
		}
		srv.AwaitValue(t, patience, db, fmt.Sprintf(`SELECT n_tup_del FROM pg_stat_user_tables WHERE relid = '%s'::regclass`, table), fmt.Sprint(got.Deleted+got.Undone))
	}
	if got := sums.of("items").Updated; got != 100 {
		t.Errorf("%d rows of items updated, want 100", got)
	}
	if got := slices.Sorted(maps.Keys(sums.tables)); !slices.Equal(got, []string{"audit.log", "items", "orders", "parents"}) {
		t.Errorf("the tables are %q", got)
	}
	if apps := slices.Sorted(maps.Keys(sums.apps)); !slices.Equal(apps, []string{"", "pgx", "script"}) || sums.apps["script"] == 0 {
		t.Errorf("the applications are %q", apps)
	}
}

// withPGX deletes in the ways of a driver: prepared statements, pipelines, savepoints.
func withPGX(t *testing.T, url string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const one = "DELETE FROM orders WHERE id = $1"
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeExec, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeCacheStatement,
	} {
		for i := range 5 {
			_, err := conn.Exec(ctx, one, mode, 100+10*int(mode)+i)
			must(err)
		}
	}
	good, bad := &pgx.Batch{}, &pgx.Batch{}
	for i := range 10 {
		good.Queue(one, 200+i)
		bad.Queue(one, 210+i)
	}
	good.Queue("DELETE FROM audit.log WHERE id BETWEEN $1 AND $2", 200, 249)
	bad.Queue("SELECT 1 / $1::int", 0)
	must(conn.SendBatch(ctx, good).Close())
	if err := conn.SendBatch(ctx, bad).Close(); err == nil {
		t.Error("a batch does not fail that must")
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		tx.Exec(ctx, one, 220)
		for i := range 4 { // savepoints, every other one rolled back
			pgx.BeginFunc(ctx, tx, func(inner pgx.Tx) error {
				inner.Exec(ctx, one, 221+i)
				pgx.BeginFunc(ctx, inner, func(innermost pgx.Tx) error {
					_, err := innermost.Exec(ctx, one, 230+i)
					return err
				})
				if i%2 == 1 {
					return context.Canceled
				}
				return nil
			})
		}
		return nil
	})
	must(err)
	pipeline := conn.PgConn().StartPipeline(ctx)
	for i := range 20 {
		pipeline.SendQueryParams(one, [][]byte{[]byte(fmt.Sprint(240 + i))}, nil, nil, nil)
		if i%5 == 4 {
			pipeline.SendQueryParams("SELECT 1 / $1::int", [][]byte{[]byte(fmt.Sprint(i % 2))}, nil, nil, nil)
		}
		if i%3 == 2 {
			must(pipeline.Sync())
		}
	}
	must(pipeline.Sync())
	pipeline.Close()
	if conn.PgConn().TxStatus() != 'I' {
		t.Errorf("the pipeline has left the status %c", conn.PgConn().TxStatus())
	}
	_, err = conn.Exec(ctx, "BEGIN")
	must(err)
	_, err = conn.Exec(ctx, "DELETE FROM items WHERE id BETWEEN 300 AND 399")
	must(err) // and leaves
}

// inParts fetches what is deleted in parts, in a transaction that another statement
// fails, and once more.
func inParts(t *testing.T, addr, db string) {
	t.Helper()
	c := pgtest.Connect(t, addr, db)
	defer c.Close()
	text := "DELETE FROM audit.log WHERE id BETWEEN 400 AND 409 RETURNING id"
	for _, last := range []string{"SELECT 1/0", "SELECT 1"} {
		c.Send(pgtest.Parse("", text), pgtest.Bind("x", ""), pgtest.Execute("x", 3), pgtest.Execute("x", 4), pgtest.Execute("x", 0),
			pgtest.Parse("", last), pgtest.Bind("", ""), pgtest.Execute("", 0), pgtest.Sync())
		c.ReadUntil('Z')
	}
	c.SendBytes([]byte("X\x00\x00\x00\x04"))
	c.TryRead(time.Second)
}
