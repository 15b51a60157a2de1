package main_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// eachAtOnce is each with the server versions beside each other, for tests that
// wait more than they compute.
func eachAtOnce(t *testing.T, test func(t *testing.T, s scene)) {
	t.Helper()
	for _, v := range pgtest.Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			test(t, newScene(t, pgtest.Shared(t, v), nil))
		})
	}
}

// prey is what the tricks are after. Nothing depends on anything else, so that each
// of them would succeed.
const prey = `
	CREATE TABLE vic (id int, v text); INSERT INTO vic SELECT g, 'x' FROM generate_series(1, 50) g;
	CREATE TABLE src (id int); INSERT INTO src VALUES (1);
	CREATE TABLE parted (id int) PARTITION BY LIST (id); CREATE TABLE part1 PARTITION OF parted FOR VALUES IN (1); INSERT INTO parted VALUES (1);
	CREATE MATERIALIZED VIEW kept AS SELECT 1; CREATE TYPE pair AS (a int, b int);
	CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS 'SELECT 1';
	SELECT lo_from_bytea(4711, 'precious')`

// stock is what is left of the prey.
const stock = `SELECT concat_ws(' ', (SELECT count(*) || ' rows' FROM vic WHERE v IS NOT NULL), (SELECT count(*) FROM src), (SELECT count(*) FROM parted),
	(SELECT count(*) || ' columns' FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped AND relname IN ('vic', 'pair')),
	(SELECT count(*) || ' relations' FROM pg_class WHERE relname IN ('vic', 'src', 'parted', 'part1', 'kept', 'pair')),
	(SELECT count(*) || ' partitions' FROM pg_inherits), (SELECT count(*) || ' functions' FROM pg_proc WHERE proname = 'wipe'),
	(SELECT md5(string_agg(data, '' ORDER BY pageno)) FROM pg_largeobject WHERE loid = 4711))`

// tricks are texts that try to be read as something else than they are. Whatever
// the server makes of them, it must not lose anything unasked.
var tricks = []struct {
	name, sql string
	cannot    bool // no server reads it, or not in a transaction: the end must be the same
}{
	{"UESCAPE", `DROP TABLE U&"!0076ic" UESCAPE '!'`, false},
	{"UESCAPE on another line", "DROP TABLE U&\"+000076ic\" -- '\nUESCAPE '+'", true},
	{"long escapes", `TRUNCATE U&"\+000076\0069\0063"`, false},
	{"escaped schema and column", `DELETE FROM U&"\0070ublic"."vic" WHERE U&"\0069d" = id`, false},
	{"E string", `SELECT E'\''; DROP TABLE vic; --'`, false},
	{"E string that goes on", "SELECT E'a'\n'\\''; DROP TABLE vic; --'", false},
	{"a backslash is a character", `SELECT '\'; DROP TABLE vic; --'`, false},
	{"U& string", `SELECT U&'\0027'; DROP TABLE vic; --'`, false},
	{"N, B and X strings", `SELECT N'', B'1', X'1F', n'''' ; DROP TABLE vic`, false},
	{"quote in an identifier", `SELECT 1 AS "'"; DROP TABLE vic; --'"`, false},
	{"dollar quotes inside each other", "SELECT $a$ $b$ $a$; DROP TABLE vic; --$b$ $a$", false},
	{"a dollar in a name", "SELECT 1 AS a$b$; DROP TABLE vic; --$b$", false},
	{"a digit is no dollar quote", "SELECT $1$; DROP TABLE vic; --$1$", true},
	{"comments inside each other", "/* /* */ ; DROP TABLE x; */ DROP TABLE vic", false},
	{"a comment that is none", "SELECT '/*'; DROP TABLE vic; --*/", false},
	{"an operator that ends at a comment", "SELECT 2 */* ' */ 3; DROP TABLE vic; --'", false},
	{"an operator in front of two dashes", "SELECT 1 +--'\n1; DROP TABLE vic; --'", false},
	{"a carriage return ends a comment", "-- harmless\rDROP TABLE vic", false},
	{"a form feed", "DROP\fTABLE\fvic", false},
	{"empty statements", ";;;;; ;DROP TABLE vic;;", false},
	{"a vertical tab, DELETE", "DELETE\vFROM\vvic", false},
	{"a vertical tab, WHERE true", "DELETE FROM vic WHERE\vtrue", false},
	{"a vertical tab, CTE", "WITH d AS (\vTRUNCATE vic) SELECT 1; TRUNCATE\vvic", true},
	{"a vertical tab, second", "SELECT 1;\vDROP TABLE vic", false},
	{"a vertical tab, DO", "DO\v$$BEGIN DELETE FROM vic; END$$", false},
	{"a byte order mark", "\uFEFFDROP TABLE vic", true},
	{"full-width letters", "ＤＲＯＰ TABLE vic", true},
	{"a blank of Unicode", "DROP\u00a0TABLE\u2003vic", true},
	{"a capital with a dot", "DROP TABLE vİc; TRUNCATE vic", true},
	{"not UTF-8", "SELECT '\xe9'; DROP TABLE vic; --'", true},
	{"half a character in front of a quote", "SELECT '\xe9'; DROP TABLE vic; --\xe9'", true},
	{"junk behind a number", "SELECT 1DROP TABLE vic", true},
	{"a type cast in the condition", "DELETE FROM vic WHERE 't'::bool", false},
	{"a row comparison", "DELETE FROM vic WHERE (1, 2) = (1, 2)", false},
	{"a CASE", "UPDATE vic SET v = NULL WHERE CASE WHEN true THEN true END", false},
	{"BETWEEN constants", "DELETE FROM vic WHERE 1 BETWEEN 0 AND 2", false},
	{"EXISTS of nothing of it", "DELETE FROM vic WHERE EXISTS (SELECT 1)", false},
	{"NOT IN of constants", "DELETE FROM vic WHERE 1 NOT IN (2, 3)", false},
	{"coalesce", "DELETE FROM vic WHERE coalesce(NULL, true)", false},
	{"a CTE in an EXPLAIN in a string", "SELECT 1; EXPLAIN (ANALYZE, BUFFERS) WITH d AS (DELETE FROM vic RETURNING 1) SELECT 2", false},
	{"ANALYZE is last", "EXPLAIN (ANALYZE off, ANALYZE) DELETE FROM vic", false},
	{"ANALYZE of an EXECUTE", "PREPARE gone AS DELETE FROM vic; EXPLAIN ANALYZE EXECUTE gone; DEALLOCATE gone", false},
	{"a cursor is run by FETCH", "DECLARE c CURSOR FOR SELECT lo_unlink(4711); FETCH c; CLOSE c", false},
	{"SELECT INTO", "WITH d AS (DELETE FROM vic RETURNING *) SELECT * INTO c FROM d", false},
	{"CREATE MATERIALIZED VIEW with a call", "CREATE MATERIALIZED VIEW m AS SELECT lo_unlink(4711) FROM vic LIMIT 1", false},
	{"in a schema's elements", "CREATE SCHEMA s2 CREATE TABLE a (id int); DROP SCHEMA s2 CASCADE; DROP TABLE vic", false},
	{"of newer grammar: MERGE", "MERGE INTO vic USING src ON vic.id = src.id + 1000 WHEN NOT MATCHED BY SOURCE THEN DELETE", false},
	{"of newer grammar: MERGE RETURNING", "MERGE INTO vic USING src ON true WHEN MATCHED THEN DELETE RETURNING merge_action(), vic.*", false},
	{"of newer grammar: MERGE in a CTE", "WITH m AS (MERGE INTO vic USING src ON true WHEN MATCHED THEN DELETE RETURNING 1) SELECT * FROM m", false},
	{"of newer grammar: old and new", "UPDATE vic SET v = NULL RETURNING WITH (OLD AS o, NEW AS n) o.v, n.v", false},
	{"of newer grammar: DELETE", "DELETE FROM vic RETURNING old.id, new.id", false},
	{"of newer grammar: behind JSON_TABLE", "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a int PATH '$')) j; DROP TABLE vic", false},
	{"partition, concurrently", "ALTER TABLE parted DETACH PARTITION part1 CONCURRENTLY", true},
	{"the root of partitions", "TRUNCATE parted", false},
	{"several actions", "ALTER TABLE vic ADD COLUMN w int, DROP COLUMN IF EXISTS v, ADD COLUMN x int", false},
	{"SET EXPRESSION and USING", "ALTER TABLE vic ALTER v SET DATA TYPE int USING NULL::int", false},
	{"DROP ATTRIBUTE", "ALTER TYPE pair DROP ATTRIBUTE b CASCADE", false},
	{"DROP ROUTINE", "DROP ROUTINE wipe", false},
	{"DROP of two kinds", "DROP VIEW IF EXISTS nothing; DROP MATERIALIZED VIEW kept", false},
	{"REASSIGN first", "REASSIGN OWNED BY postgres TO postgres; DROP OWNED BY CURRENT_USER CASCADE", true},
}

// Without holdfast each of the tricks destroys something, on the newest server at
// least: none is a trick in name alone.
func TestTricksDestroy(t *testing.T) {
	v := pgtest.Newest(t)
	srv := pgtest.Shared(t, v)
	db := srv.Database(t, prey)
	before := srv.Value(t, db, stock)
	c := pgtest.Connect(t, srv.Addr(), db)
	for _, trick := range tricks {
		c.Query("BEGIN")
		err := sum(c.Query(trick.sql)).err
		after := sum(c.Query(stock))
		c.Query("ROLLBACK")
		destroys := err == nil && (after.err != nil || after.rows[0][0] != before)
		if destroys == trick.cannot && v.Major >= 18 {
			t.Errorf("%s: destroys is %t, error %q", trick.name, destroys, err['M'])
		}
	}
}

// Every trick in every protocol: alone, behind a statement, behind something long.
func TestTricksOfText(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, prey)
		c := s.connect(t)
		before := s.value(t, stock)
		for _, trick := range tricks {
			c.Send(pgtest.Query(trick.sql))
			readDenying(t, s, c)
			c.Send(batch(trick.sql)...)
			readDenying(t, s, c)
			c.Send(pgtest.Query("BEGIN; SELECT 1; " + trick.sql + "; COMMIT"))
			readDenying(t, s, c)
			c.Query("ROLLBACK")
			if after := s.value(t, stock); after != before {
				t.Fatalf("%s: after %q the database has %s, want %s", trick.name, trick.sql, after, before)
			}
		}
	})
}

// A text can be too long, too deep or too wide for a parser. What stands at its end
// is found all the same. On one server only: no version has a say in it.
func TestTricksOfLength(t *testing.T) {
	many := func(piece string, n int) string { return strings.Repeat(piece, n) }
	onNewest(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, prey)
		c := s.connect(t)
		before := s.value(t, stock)
		ends := []string{"DROP TABLE vic", "DELETE FROM vic WHERE true", "SELECT lo_unlink(4711)"}
		for i, front := range []struct{ name, sql string }{
			{"blanks", many(" ", 300<<10)},
			{"empty statements", many(";", 300<<10)},
			{"a comment", "/*" + many(" select 1; ", 30<<10) + "*/"},
			{"a literal", "SELECT '" + many("x", 300<<10) + "';"},
			{"a dollar quote", "SELECT $q$" + many("'", 300<<10) + "$q$;"},
			{"24,000 terms", "SELECT 1" + many("+1", 24000) + ";"},
			{"24,000 casts", "SELECT 1" + many("::int", 24000) + ";"},
			{"24,000 ANDs", "SELECT true" + many(" AND true", 24000) + ";"},
			{"24,000 strings put together", "SELECT ''" + many("||''", 24000) + ";"},
			{"5,000 brackets", "SELECT " + many("(", 5000) + "1" + many(")", 5000) + ";"},
			{"5,000 UNIONs", "SELECT 1" + many(" UNION SELECT 1", 5000) + ";"},
			{"5,000 NOTs", "SELECT " + many("NOT ", 5000) + "true;"},
			{"2,000 statements", many("SELECT 1;", 2000)},
			{"50,000 values", "INSERT INTO src VALUES (1)" + many(",(1)", 50000) + ";"},
		} {
			c.Send(pgtest.Query(front.sql + ends[i%len(ends)]))
			deniedOrFailed(t, s, c)
			c.Send(batch(front.sql + "DROP TABLE vic")...)
			readDenying(t, s, c)
			if after := s.value(t, stock); after != before {
				t.Fatalf("behind %s: the database has %s, want %s", front.name, after, before)
			}
		}
		usable(t, c)
	})
}

// A byte 0 ends the text for a parser in C, and is an error of the protocol for the
// server.
func TestTricksOfNUL(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		for _, m := range []pgtest.Message{
			{Type: 'Q', Body: []byte("SELECT 1\x00; DROP TABLE events\x00")},
			{Type: 'Q', Body: []byte("\x00DROP TABLE events\x00")},
			{Type: 'Q', Body: []byte("DROP TABLE events")}, // without its end
			{Type: 'P', Body: []byte("\x00SELECT 1\x00DROP TABLE events\x00\x00\x00")},
			{Type: 'P', Body: []byte("a\x00\x00DROP TABLE events\x00\x00\x00")},
		} {
			c := s.connect(t)
			c.Send(m, pgtest.Sync())
			c.SendBytes(nil)
			readDenyingToEnd(t, s, c)
			s.wantRows(t, "3")
		}
	})
}

// What is sent without waiting is judged as if each had waited: simple, prepared and
// named alike.
func TestTricksOfPipelines(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		c := s.connect(t)
		s.srv.Exec(t, s.db, prey)
		before := s.value(t, stock)
		run := func(statement string) []pgtest.Message {
			return []pgtest.Message{pgtest.Bind("", statement), pgtest.Execute("", 0)}
		}
		for name, sent := range map[string][]pgtest.Message{
			"prepared, used and prepared again": pipeline(
				[]pgtest.Message{pgtest.Parse("s", "SELECT 1")}, run("s"), []pgtest.Message{pgtest.Close('S', "s"), pgtest.Parse("s", "DELETE FROM vic")}, run("s"), sync1),
			"one of many":               pipeline(step("SELECT 1"), step("INSERT INTO src VALUES (2)"), step("TRUNCATE vic"), step("SELECT 2"), sync1),
			"a transaction of them":     pipeline(step("BEGIN"), step("UPDATE vic SET v = NULL"), step("COMMIT"), sync1),
			"the other protocol inside": pipeline(step("SELECT 1"), []pgtest.Message{pgtest.Query("DROP TABLE vic")}),
			"fetched row by row":        pipeline([]pgtest.Message{pgtest.Parse("", "DELETE FROM vic RETURNING id"), pgtest.Bind("p", ""), pgtest.Execute("p", 1), pgtest.Execute("p", 1)}, sync1),
		} {
			c.Send(sent...)
			readDenying(t, s, c)
			c.Query("ROLLBACK")
			if after := s.value(t, stock); after != before {
				t.Fatalf("%s: the database has %s, want %s", name, after, before)
			}
		}
	})
}
