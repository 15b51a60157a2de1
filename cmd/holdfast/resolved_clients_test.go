package main_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/lib/pq" // as a driver of database/sql

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// scratch is what a program does with tables of its own.
var scratch = []string{
	"DROP TABLE IF EXISTS scratch", "CREATE TEMP TABLE scratch (id int)", "INSERT INTO scratch VALUES (1)", "DELETE FROM scratch", "TRUNCATE scratch", "DROP TABLE scratch",
	"BEGIN", "CREATE TABLE scratch (id int)", "TRUNCATE scratch", "DROP TABLE scratch", "COMMIT",
}

// TestScratchTablesOfDrivers: each in the ways it sends statements.
func TestScratchTablesOfDrivers(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		ctx := context.Background()
		for _, mode := range []pgx.QueryExecMode{
			pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeExec, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeCacheStatement,
		} {
			conn, err := pgx.Connect(ctx, s.hf.URL(s.db))
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range scratch {
				if _, err := conn.Exec(ctx, text, mode); err != nil {
					t.Errorf("pgx, %v: %s: %v", mode, text, err)
				}
			}
			batch := &pgx.Batch{}
			for _, text := range []string{"DROP TABLE IF EXISTS scratch", "CREATE TABLE scratch (id int)", "DROP TABLE scratch"} {
				batch.Queue(text)
			}
			if err := conn.SendBatch(ctx, batch).Close(); err != nil && mode == pgx.QueryExecModeExec {
				t.Errorf("pgx, a batch: %v", err)
			}
			conn.Close(ctx)
		}
		db, err := sql.Open("postgres", s.hf.URL(s.db)+"?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1)
		for _, text := range scratch {
			if _, err := db.Exec(text); err != nil {
				t.Errorf("lib/pq: %s: %v", text, err)
			}
		}
		prepared, err := db.Prepare("DROP TABLE IF EXISTS scratch")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := prepared.Exec(); err != nil {
			t.Errorf("lib/pq, prepared: %v", err)
		}
		script := psql(t, s.hf.URL(s.db), "-v", "ON_ERROR_STOP=1")
		for _, text := range scratch {
			script.Do(text + ";")
		}
		if printed := script.Do(`\echo :ERROR`); printed == "" {
			t.Error("psql printed nothing")
		}
		if all := s.hf.AllHolds(t); len(all) != 0 {
			t.Errorf("%d statements were held, the first is %q", len(all), all[0].SQL)
		}
	})
}

// blockCatalog keeps everybody from reading what a question about names reads, until
// the returned function is called.
func (s scene) blockCatalog(t *testing.T) (release func()) {
	blocker := pgtest.Connect(t, s.srv.Addr(), s.db)
	sum(blocker.Query("BEGIN")).wantTag(t, "BEGIN", 'T')
	sum(blocker.Query("LOCK TABLE pg_depend IN ACCESS EXCLUSIVE MODE")).wantTag(t, "LOCK TABLE", 'T')
	return func() { sum(blocker.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I') }
}

// TestLateAnswer: where the server does not say in time what names stand for, people
// are asked, and the client's transaction goes on.
func TestLateAnswer(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Query("SET statement_timeout = '45s'")
		sum(c.Query("BEGIN")).wantTag(t, "BEGIN", 'T')
		sum(c.Query("INSERT INTO events VALUES (4, 'kept')")).wantTag(t, "INSERT 0 1", 'T')
		sum(c.Query("CREATE TEMP TABLE x (id int)")).wantTag(t, "CREATE TABLE", 'T')
		release := s.blockCatalog(t)
		c.Send(pgtest.Query("TRUNCATE x"))
		hold := s.hf.AwaitHold(t, "TRUNCATE x")
		release()
		s.hf.Approve(t, hold.ID)
		readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'T')
		if rows := sum(c.Query("SHOW statement_timeout")).rows; len(rows) != 1 || rows[0][0] != "45s" {
			t.Errorf("statement_timeout is %q", rows)
		}
		sum(c.Query("TRUNCATE x")).wantTag(t, "TRUNCATE TABLE", 'T')
		sum(c.Query("COMMIT")).wantTag(t, "COMMIT", 'I')
		s.wantRows(t, "4")
	})
}

// TestCancelWhileAsking: a client that cancels while the server is asked is answered
// as by the server, and one that leaves is gone.
func TestCancelWhileAsking(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		sum(c.Query("CREATE TEMP TABLE x (id int)")).wantTag(t, "CREATE TABLE", 'I')
		release := s.blockCatalog(t)
		waiting := func() {
			s.srv.AwaitValue(t, long, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '/* holdfast */%'", "1")
		}
		c.Send(pgtest.Query("DROP TABLE x"))
		waiting()
		pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(c.Key))
		readAnswer(t, c).wantError(t, "57014", 'I')
		leaving := s.connect(t)
		leaving.Send(pgtest.Query("DROP TABLE events"))
		waiting()
		leaving.Close()
		s.srv.AwaitValue(t, long, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '"+s.db+"' AND query LIKE '/* holdfast */%'", "0")
		release()
		sum(c.Query("DROP TABLE x")).wantTag(t, "DROP TABLE", 'I')
		s.wantRows(t, "3")
		if all := s.hf.AllHolds(t); len(all) != 0 {
			t.Errorf("%d statements were held, the first is %q", len(all), all[0].SQL)
		}
	})
}

// TestCatalogNobodyMayRead: a question that fails for want of rights is as good as
// none, inside of a transaction too.
func TestCatalogNobodyMayRead(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "DO $$ BEGIN CREATE ROLE resolved_guest; EXCEPTION WHEN duplicate_object THEN END $$; GRANT ALL ON SCHEMA public TO resolved_guest; REVOKE SELECT ON pg_depend FROM PUBLIC")
		c := s.connect(t)
		for _, text := range []string{"SET ROLE resolved_guest", "BEGIN", "CREATE TABLE x (id int)"} {
			c.Query(text)
		}
		c.Send(pgtest.Query("DROP TABLE x"))
		s.approve(t, "DROP TABLE x")
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'T')
		sum(c.Query("COMMIT")).wantTag(t, "COMMIT", 'I')
	})
}

// TestClientsOwnNamesSurvive: what the client has prepared, bound and declared is
// there behind a question.
func TestClientsOwnNamesSurvive(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Query("BEGIN")
		c.Query("DECLARE cur CURSOR FOR SELECT id FROM events ORDER BY id")
		c.Send(pgtest.Parse("", "SELECT note FROM events ORDER BY id"), pgtest.Parse("named", "SELECT 5"), pgtest.Bind("", ""), pgtest.Bind("suspended", ""),
			pgtest.Execute("suspended", 1), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Parse("d", "DROP TABLE IF EXISTS nope"), pgtest.Bind("d", "d"), pgtest.Execute("d", 0), pgtest.Sync())
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'T')
		c.Send(pgtest.Execute("", 1), pgtest.Execute("suspended", 1), pgtest.Bind("again", ""), pgtest.Execute("again", 0), pgtest.Bind("n", "named"), pgtest.Execute("n", 0), pgtest.Sync())
		got := readAnswer(t, c)
		var notes []string
		for _, r := range got.rows {
			notes = append(notes, r[0])
		}
		if got.err != nil || !slices.Equal(notes, []string{"a", "b", "a", "b", "c", "5"}) {
			t.Errorf("rows %q, error %v", notes, got.err)
		}
		if rows := sum(c.Query("FETCH 2 FROM cur")).rows; len(rows) != 2 {
			t.Errorf("%d rows of the cursor", len(rows))
		}
	})
}

// TestCostOfAQuestion prints what asking costs a statement that nobody is asked about.
func TestCostOfAQuestion(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "DO $$ BEGIN FOR i IN 1..300 LOOP EXECUTE format('CREATE TABLE many_%s (id serial PRIMARY KEY)', i); END LOOP; END $$")
		direct, through := pgtest.Connect(t, s.srv.Addr(), s.db), s.connect(t)
		median := func(c *pgtest.Client, text string) time.Duration {
			var all []time.Duration
			for range 20 {
				from := time.Now()
				c.Query(text)
				all = append(all, time.Since(from))
			}
			slices.Sort(all)
			return all[len(all)/2]
		}
		const text = "DROP TABLE IF EXISTS nope"
		t.Logf("PostgreSQL %s, 300 tables: median of 20: direct %v, through holdfast %v", s.srv.Version, median(direct, text), median(through, text))
		through.Query("BEGIN")
		through.Query("CREATE TABLE x (id serial PRIMARY KEY, note text)")
		t.Logf("in a transaction: TRUNCATE of a table just created: %v", median(through, "TRUNCATE x"))
	})
}
