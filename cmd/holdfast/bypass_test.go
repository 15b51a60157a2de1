package main_test

import (
	"encoding/binary"
	"strconv"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// things is what the statements below would destroy.
const things = `
	CREATE TABLE vic (id int, v text); INSERT INTO vic SELECT g, 'x' FROM generate_series(1, 50) g;
	CREATE TABLE src (id int); INSERT INTO src VALUES (1);
	CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE part1 PARTITION OF parted FOR VALUES IN (1);
	CREATE VIEW seen AS SELECT * FROM vic; CREATE MATERIALIZED VIEW kept AS SELECT * FROM vic;
	CREATE SEQUENCE counter; CREATE INDEX vic_v ON vic (v); CREATE SCHEMA room; CREATE TYPE pair AS (a int, b int);
	CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM vic; RETURN 1; END';
	CREATE PROCEDURE purge() LANGUAGE sql AS 'DELETE FROM vic'`

// destroying are statements the default policy calls destructive, many of them
// dressed as something else.
var destroying = []struct{ name, sql string }{
	{"DROP TABLE", "DROP TABLE vic"},
	{"DROP TABLE IF EXISTS", "drop table if exists vic cascade"},
	{"comment for a blank", "drop/**/table/* x */vic"},
	{"comment in front", "-- harmless\n/* /* nested */ */ DROP TABLE vic"},
	{"quoted", `DROP TABLE "vic"`},
	{"escaped identifier", `DROP TABLE U&"\0076ic"`},
	{"DROP VIEW", "DROP VIEW seen"},
	{"DROP MATERIALIZED VIEW", "DROP MATERIALIZED VIEW kept"},
	{"DROP SEQUENCE", "DROP SEQUENCE counter"},
	{"DROP INDEX", "DROP INDEX vic_v"},
	{"DROP INDEX CONCURRENTLY", "DROP INDEX CONCURRENTLY vic_v"},
	{"DROP SCHEMA", "DROP SCHEMA room CASCADE"},
	{"DROP TYPE", "DROP TYPE pair"},
	{"DROP FUNCTION", "DROP FUNCTION wipe()"},
	{"DROP DATABASE", "DROP DATABASE nowhere"},
	{"DROP OWNED", "DROP OWNED BY nobody"},
	{"TRUNCATE", "TRUNCATE vic"},
	{"TRUNCATE of two", "TRUNCATE TABLE src, vic RESTART IDENTITY CASCADE"},
	{"DELETE", "DELETE FROM vic"},
	{"DELETE ONLY", "DELETE FROM ONLY vic AS x RETURNING *"},
	{"DELETE, WHERE true", "DELETE FROM vic WHERE true"},
	{"DELETE, WHERE 1=1", "DELETE FROM vic WHERE 1 = 1"},
	{"DELETE, WHERE id=id", "DELETE FROM vic WHERE id = id"},
	{"DELETE, OR true", "DELETE FROM vic WHERE id = 5 OR 'a' = 'a'"},
	{"DELETE, cross join", "DELETE FROM vic USING src"},
	{"UPDATE", "UPDATE vic SET v = NULL"},
	{"UPDATE, WHERE true", "UPDATE vic SET v = NULL WHERE NOT false"},
	{"DELETE through a view", "DELETE FROM seen"},
	{"MERGE", "MERGE INTO vic USING src ON true WHEN MATCHED THEN DELETE"},
	{"DROP COLUMN", "ALTER TABLE vic DROP COLUMN v CASCADE"},
	{"DETACH PARTITION", "ALTER TABLE parted DETACH PARTITION part1"},
	{"TYPE ... USING", "ALTER TABLE vic ALTER COLUMN v TYPE int USING 0"},
	{"DO", "DO $$ BEGIN EXECUTE 'drop' || ' table vic'; END $$"},
	{"CALL", "CALL purge()"},
	{"CTE", "WITH gone AS (DELETE FROM vic RETURNING *) SELECT count(*) FROM gone"},
	{"second CTE", "WITH a AS (SELECT 1), b AS (UPDATE vic SET v = NULL RETURNING 1) SELECT * FROM a"},
	{"CTE of an INSERT", "WITH gone AS (DELETE FROM vic RETURNING id) INSERT INTO src SELECT id FROM gone"},
	{"EXPLAIN ANALYZE", "EXPLAIN ANALYZE DELETE FROM vic"},
	{"EXPLAIN (ANALYZE)", "EXPLAIN (VERBOSE, ANALYZE true, FORMAT json) WITH d AS (DELETE FROM vic RETURNING 1) TABLE d"},
	{"COPY (DELETE) TO", "COPY (DELETE FROM vic RETURNING *) TO STDOUT"},
	{"COPY TO PROGRAM", "COPY vic TO PROGRAM 'cat > /dev/null'"},
	{"COPY FROM PROGRAM", "COPY vic FROM PROGRAM 'true'"},
	{"COPY TO a file", "COPY vic TO '/dev/null'"},
	{"CREATE TABLE AS", "CREATE TABLE c AS WITH d AS (DELETE FROM vic RETURNING *) SELECT * FROM d"},
	{"lo_unlink", "SELECT lo_unlink(4711)"},
	{"lo_unlink, qualified", `SELECT 1 FROM src WHERE pg_catalog."lo_unlink"(4711) = 1`},
	{"a blank of servers from 16 on", "drop\vtable vic"},
}

// Each of them is held, in either protocol, and once denied nothing is gone.
func TestDestroyingStatementsAreHeld(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, things)
		c := s.connect(t)
		before := inventory(t, s)
		for _, test := range destroying {
			t.Run(test.name, func(t *testing.T) {
				c.Send(pgtest.Query(test.sql))
				deniedOrFailed(t, s, c)
				c.Send(batch(test.sql)...)
				deniedOrFailed(t, s, c)
				c.Send(pgtest.Query("SELECT 1; " + test.sql))
				deniedOrFailed(t, s, c)
			})
			if after := inventory(t, s); after != before {
				t.Fatalf("after %q the database has %s, want %s", test.sql, after, before)
			}
		}
	})
}

// Statements that arrive in two parts: the first one passes or not, the second
// must not.
func TestDestroyingInTwoSteps(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, things)
		c := s.connect(t)
		before := inventory(t, s)
		for _, test := range []struct{ name, first, second string }{
			{"PREPARE", "PREPARE p1 AS DELETE FROM vic", "EXECUTE p1"},
			{"PREPARE with a parameter", "PREPARE p2(text) AS UPDATE vic SET v = $1", "EXECUTE p2('y')"},
			{"CREATE TABLE AS EXECUTE", "PREPARE p3 AS DELETE FROM vic RETURNING *", "CREATE TABLE c AS EXECUTE p3"},
			{"EXPLAIN ANALYZE EXECUTE", "PREPARE p4 AS DELETE FROM vic", "EXPLAIN (ANALYZE) EXECUTE p4"},
			{"a view of the session", "CREATE TEMP VIEW own AS SELECT * FROM vic", "DELETE FROM pg_temp.own"},
			{"a type of the session", "CREATE TYPE pg_temp.mood AS (a int); ALTER TABLE parted ADD COLUMN m pg_temp.mood", "DROP TYPE pg_temp.mood CASCADE"},
			{"folded name", `PREPARE "p5" AS DELETE FROM vic`, "EXECUTE P5"},
		} {
			t.Run(test.name, func(t *testing.T) {
				if a := sum(c.Query(test.first)); a.err != nil {
					t.Fatalf("%s: %v", test.first, a.err)
				}
				c.Send(pgtest.Query(test.second))
				deniedOrFailed(t, s, c)
			})
		}
		if after := inventory(t, s); after != before {
			t.Errorf("the database has %s, want %s", after, before)
		}
	})
}

// inventory is what things are left.
func inventory(t *testing.T, s scene) string {
	t.Helper()
	return s.value(t, `SELECT concat_ws(' ',
		(SELECT count(*) || ' rows' FROM vic WHERE v IS NOT NULL),
		(SELECT count(*) || ' relations' FROM pg_class WHERE relnamespace = 'public'::regnamespace),
		(SELECT count(*) || ' functions' FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
		(SELECT count(*) || ' partitions' FROM pg_inherits WHERE inhparent = 'parted'::regclass),
		(SELECT count(*) || ' schemas' FROM pg_namespace WHERE nspname !~ '^pg_'))`)
}

// deniedOrFailed reads the answer to a statement that must not run: it is held,
// and denied here, or it fails by itself, as the server cannot read every text
// in every protocol. What it must not do is succeed.
func deniedOrFailed(t *testing.T, s scene, c *pgtest.Client) {
	t.Helper()
	messages := readDenying(t, s, c)
	if a := sum(messages); a.err == nil {
		t.Errorf("it ran: %q", a.tags)
	}
}

// readDenying reads up to ReadyForQuery and denies every hold on the way.
func readDenying(t *testing.T, s scene, c *pgtest.Client) []pgtest.Message {
	t.Helper()
	return readAnswering(t, s, c, s.hf.Deny)
}

// readAnswering is readDenying with another answer.
func readAnswering(t *testing.T, s scene, c *pgtest.Client, answer func(testing.TB, string)) []pgtest.Message {
	t.Helper()
	var read []pgtest.Message
	for {
		m := c.Read()
		read = append(read, m)
		if m.Type == 'N' && isHeld(m) {
			answer(t, s.hf.AwaitHold(t, "").ID)
		}
		if m.Type == 'Z' {
			return read
		}
	}
}

func isHeld(m pgtest.Message) bool {
	const begin = "holdfast: held as "
	text := m.Fields()['M']
	return len(text) > len(begin) && text[:len(begin)] == begin
}

// What destroys nothing, or is filtered, passes without a word.
func TestHarmlessStatementsPass(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, things)
		c := s.connect(t)
		for _, sql := range []string{
			"SELECT 'drop table vic; truncate vic'",
			"SELECT 1 -- drop table vic",
			"/* delete from vic */ SELECT 1",
			`SELECT 1 AS "drop table"`,
			"SELECT $$ truncate vic $$",
			"INSERT INTO vic VALUES (51, 'delete from vic')",
			"DELETE FROM vic WHERE id = 51",
			"UPDATE vic SET v = 'y' WHERE id IN (1, 2)",
			"WITH one AS (DELETE FROM vic WHERE id = 50 RETURNING id) SELECT count(*) FROM one",
			"CREATE TABLE fresh (id int)", "CREATE INDEX ON fresh (id)", "ALTER TABLE fresh ADD COLUMN v text",
			"CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "SELECT f()",
			"GRANT SELECT ON fresh TO public", "COMMENT ON TABLE fresh IS 'drop'", "ANALYZE fresh", "VACUUM fresh",
			"BEGIN; LOCK TABLE fresh; COMMIT", "SET client_encoding = 'UTF8'", "SET standard_conforming_strings = on",
			"SELECT set_config('search_path', 'public', false)", "SHOW server_version", "EXPLAIN SELECT * FROM vic",
			"PREPARE q AS SELECT 1", "EXECUTE q", "DEALLOCATE q", "DISCARD ALL",
			"SELECT lo_create(4712)", "TABLE src", "VALUES (1)", "",
		} {
			if a := sum(c.Query(sql)); a.err != nil || len(a.notices) > 0 {
				t.Errorf("%q: error %v, notices %v", sql, a.err, a.notices)
			}
		}
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("harmless statements were held: %+v", held)
		}
	})
}

// A FunctionCall runs a function outside of any text. lo_* pass but lo_unlink.
func TestFunctionCall(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, things)
		oid := func(name string) uint32 {
			n, err := strconv.ParseUint(s.value(t, "SELECT '"+name+"'::regproc::oid"), 10, 32)
			if err != nil {
				t.Fatalf("looking up %s: %v", name, err)
			}
			return uint32(n)
		}
		c := s.connect(t)
		c.Send(pgtest.FunctionCall(oid("wipe")))
		deniedOrFailed(t, s, c)
		if rows := s.value(t, "SELECT count(*) FROM vic"); rows != "50" {
			t.Errorf("%s rows are left, want 50", rows)
		}
		object := binary.BigEndian.AppendUint32(nil, 4713)
		c.Send(pgtest.FunctionCall(oid("lo_create"), object))
		c.Expect("V Z")
		c.Send(pgtest.FunctionCall(oid("lo_unlink"), object))
		s.approve(t, "")
		a := readAnswer(t, c)
		if a.err != nil || a.status != 'I' {
			t.Errorf("an approved lo_unlink: %v", a.err)
		}
		if left := s.value(t, "SELECT count(*) FROM pg_largeobject_metadata"); left != "0" {
			t.Errorf("%s large objects are left, want 0", left)
		}
		usable(t, c)
	})
}

// psql's large objects live on FunctionCall.
func TestLargeObjectsOfPsql(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		wantAll(t, ana.Do(`\lo_import /etc/hostname`), "lo_import ")
		wantAll(t, ana.Do(`\lo_export :LASTOID /dev/null`), "lo_export")
		ana.Type(`\lo_unlink :LASTOID`)
		s.deny(t, "")
		wantAll(t, ana.Finish(), "denied by")
		if left := s.value(t, "SELECT count(*) FROM pg_largeobject_metadata"); left != "1" {
			t.Errorf("%s large objects are left, want 1", left)
		}
	})
}

// A statement that waits behind another one in the same write is judged all the same.
func TestHeldBehindASlowStatement(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query("SELECT pg_sleep(0.3)"), pgtest.Query("DROP TABLE events"), pgtest.Query("SELECT 7"))
		readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
		s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantError(t, "ZH002", 'I')
		readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
		s.wantRows(t, "3")
	})
}
