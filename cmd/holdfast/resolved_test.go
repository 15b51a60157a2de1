package main_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// said is a statement of a client and what is to come of it: nothing for one that
// runs unasked, a SQLSTATE for one that the server fails, "held" and the reason for
// one that waits for people, who deny it.
type said struct{ sql, want string }

// resolvedCase is a session of a client.
type resolvedCase struct {
	name   string
	says   []said
	string bool // has strings of several statements, which only the simple protocol takes
}

// clean is the database that each session begins with.
const clean = `DROP SCHEMA IF EXISTS public, other, own, "a b.c" CASCADE; CREATE SCHEMA public; CREATE SCHEMA other;
CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t VALUES (1, 'a'), (2, 'b');
CREATE TABLE old (id int); CREATE VIEW v AS SELECT * FROM t; CREATE SEQUENCE s;
CREATE TABLE other.t2 (id int); CREATE TABLE whole (id int) PARTITION BY LIST (id); CREATE TABLE part (id int)`

var resolvedCases = []resolvedCase{
	{name: "a temporary table", says: []said{
		{"CREATE TEMP TABLE x (id serial PRIMARY KEY, note text)", ""}, {"INSERT INTO x (note) VALUES ('a')", ""},
		{"UPDATE x SET note = 'b'", ""}, {"DELETE FROM x", ""}, {"TRUNCATE x", ""}, {"TRUNCATE x CASCADE", ""},
		{"ALTER TABLE x DROP COLUMN note", ""}, {"ALTER TABLE x ALTER COLUMN id TYPE bigint USING id + 1", ""},
		{"CREATE TEMP VIEW xv AS SELECT * FROM x", ""}, {"DROP VIEW xv", ""}, {"CREATE INDEX xi ON x (id)", ""}, {"DROP INDEX xi", ""},
		{"DROP TABLE x", ""}, {"DROP TABLE x", "42P01"},
	}},
	{name: "a temporary table in a transaction", says: []said{
		{"BEGIN", ""}, {"CREATE TEMP TABLE x (id int) ON COMMIT DROP", ""}, {"DELETE FROM x", ""}, {"DROP TABLE x CASCADE", ""}, {"SELECT 1", ""}, {"COMMIT", ""},
	}},
	{name: "a temporary table that hides another", says: []said{
		{"CREATE TEMP TABLE t (id int)", ""}, {"DELETE FROM t", ""}, {"DELETE FROM public.t", "held DELETE public.t without WHERE"},
		{"DROP TABLE t", ""}, {"DROP TABLE t", "held DROP TABLE public.t"}, {"SELECT count(*) FROM v", ""},
	}},
	{name: "a temporary table behind another in the search path", says: []said{
		{"CREATE TEMP TABLE t (id int)", ""}, {"SET search_path = public, pg_temp", ""}, {"DROP TABLE t", "held DROP TABLE public.t"},
		{"DROP TABLE pg_temp.t", ""},
	}},
	{name: "a temporary view of a table", says: []said{
		{"CREATE TEMP VIEW x AS SELECT * FROM t", ""}, {"DELETE FROM x", "held DELETE pg_temp.x without WHERE"}, {"DROP VIEW x", ""},
	}},
	{name: "what is not there", says: []said{
		{"DROP TABLE IF EXISTS nope, public.nope, nowhere.nope CASCADE", ""}, {"DROP TABLE nope", "42P01"}, {"TRUNCATE nope", "42P01"},
		{"DELETE FROM nope", "42P01"}, {"DROP SCHEMA IF EXISTS nope CASCADE", ""}, {"DROP TYPE IF EXISTS nope", ""}, {"DROP DOMAIN IF EXISTS public.nope", ""},
		{"DROP FUNCTION IF EXISTS nope(int)", ""}, {"DROP EXTENSION IF EXISTS nope", ""}, {"DROP ROLE IF EXISTS nope", ""},
		{"DROP VIEW IF EXISTS nope", ""}, {"DROP MATERIALIZED VIEW IF EXISTS nope", ""}, {"DROP SEQUENCE IF EXISTS nope", ""},
		{"DROP INDEX IF EXISTS nope", ""}, {"DROP PUBLICATION IF EXISTS nope", ""}, {"DROP SERVER IF EXISTS nope", ""}, {"DROP PROCEDURE IF EXISTS nope", ""},
		{"DROP TABLE IF EXISTS nope, t", "held DROP TABLE nope, public.t"}, {"DROP SCHEMA IF EXISTS other", "held DROP SCHEMA other"},
		{"DROP TRIGGER IF EXISTS x ON nope", ""}, {"DROP FOREIGN DATA WRAPPER IF EXISTS nope", ""}, {"DROP EVENT TRIGGER IF EXISTS nope", ""},
		{"ALTER TABLE IF EXISTS nope DROP COLUMN x", ""}, {"DROP AGGREGATE IF EXISTS nope(int)", ""}, {"DROP LANGUAGE IF EXISTS nope", ""},
	}},
	{name: "what is not there in a transaction", says: []said{
		{"BEGIN", ""}, {"DROP TABLE IF EXISTS nope", ""}, {"DROP TABLE IF EXISTS nope", ""}, {"SAVEPOINT a", ""}, {"DROP TABLE nope", "42P01"},
		{"ROLLBACK TO a", ""}, {"DROP TABLE IF EXISTS nope", ""}, {"COMMIT", ""},
		{"BEGIN ISOLATION LEVEL REPEATABLE READ", ""}, {"SELECT 1", ""}, {"DROP TABLE IF EXISTS nope", "held DROP TABLE nope"}, {"ROLLBACK", ""},
	}},
	{name: "what the transaction has made", says: []said{
		{"BEGIN", ""}, {"CREATE TABLE x (id serial PRIMARY KEY, note text DEFAULT 'x' CHECK (note <> ''), t int REFERENCES t)", ""},
		{"CREATE VIEW xv AS SELECT * FROM x", ""}, {"CREATE MATERIALIZED VIEW xm AS SELECT * FROM xv", ""}, {"CREATE SEQUENCE xs", ""}, {"SAVEPOINT a", ""},
		{"INSERT INTO x (note) VALUES ('a')", ""}, {"DELETE FROM x", ""}, {"TRUNCATE x", ""}, {"TRUNCATE x CASCADE", ""}, {"ALTER TABLE x DROP COLUMN t", "2BP01"}, {"ROLLBACK TO a", ""}, {"ALTER TABLE x DROP COLUMN t CASCADE", ""},
		{"ROLLBACK TO a", ""}, {"DROP MATERIALIZED VIEW xm", ""}, {"DROP VIEW xv", ""}, {"DROP SEQUENCE xs", ""}, {"CREATE VIEW xv AS SELECT * FROM x", ""},
		{"DROP TABLE x CASCADE", ""}, {"SELECT count(*) FROM t", ""}, {"COMMIT", ""},
	}},
	{name: "what it has made in savepoints", says: []said{
		{"BEGIN", ""}, {"SAVEPOINT a", ""}, {"CREATE TABLE x (id int)", ""}, {"SAVEPOINT b", ""}, {"CREATE TABLE y (id int)", ""}, {"RELEASE b", ""},
		{"DROP TABLE y", ""}, {"RELEASE a", ""}, {"TRUNCATE x", ""}, {"SAVEPOINT c", ""}, {"ALTER TABLE x ADD COLUMN n int", ""}, {"ROLLBACK TO c", ""},
		{"ALTER TABLE x RENAME TO z", ""}, {"DROP TABLE z", ""}, {"COMMIT", ""},
	}},
	{name: "what it has made and committed", says: []said{
		{"BEGIN", ""}, {"CREATE TABLE x (id int)", ""}, {"COMMIT", ""}, {"DROP TABLE x", "held DROP TABLE public.x"},
		{"BEGIN", ""}, {"INSERT INTO x VALUES (1)", ""}, {"DROP TABLE x", "held DROP TABLE public.x"}, {"ROLLBACK", ""},
	}},
	{name: "rename and swap", says: []said{
		{"BEGIN", ""}, {"ALTER TABLE old RENAME TO older", ""}, {"CREATE TABLE old (id int)", ""}, {"DROP TABLE old", ""},
		{"SAVEPOINT a", ""}, {"DROP TABLE older", "held DROP TABLE public.older"}, {"ROLLBACK TO a", ""}, {"TRUNCATE older", "held TRUNCATE public.older"}, {"ROLLBACK", ""},
	}},
	{name: "a table that is altered in every way", says: []said{
		{"BEGIN", ""}, {"ALTER TABLE old RENAME TO older", ""}, {"ALTER TABLE older SET SCHEMA other", ""}, {"ALTER TABLE other.older ADD COLUMN x int", ""},
		{"ALTER TABLE other.older RENAME COLUMN id TO i", ""}, {"ALTER TABLE other.older OWNER TO CURRENT_USER", ""},
		{"GRANT SELECT (ctid, xmin, cmin, xmax, cmax, tableoid) ON other.older TO public", ""}, {"ALTER TABLE other.older SET UNLOGGED", ""},
		{"ALTER TABLE other.older ALTER COLUMN i TYPE bigint", ""}, {"CLUSTER other.older", "42704"}, {"ROLLBACK", ""},
		{"BEGIN", ""}, {"ALTER TABLE old RENAME TO older", ""}, {"ALTER TABLE older SET SCHEMA other", ""}, {"ALTER TABLE other.older ADD COLUMN x int", ""},
		{"ALTER TABLE other.older RENAME COLUMN id TO i", ""}, {"ALTER TABLE other.older OWNER TO CURRENT_USER", ""},
		{"GRANT SELECT (ctid, xmin, cmin, xmax, cmax, tableoid) ON other.older TO public", ""}, {"ALTER TABLE other.older SET UNLOGGED", ""},
		{"ALTER TABLE other.older ALTER COLUMN i TYPE bigint", ""}, {"DROP TABLE other.older", "held DROP TABLE other.older"}, {"ROLLBACK", ""},
		{"BEGIN", ""}, {"ALTER VIEW v RENAME TO w", ""}, {"CREATE OR REPLACE VIEW w AS SELECT id, note, 1 AS x FROM t", ""}, {"DROP VIEW w", "held DROP VIEW public.w"}, {"ROLLBACK", ""},
		{"BEGIN", ""}, {"ALTER SEQUENCE s RENAME TO s2", ""}, {"ALTER SEQUENCE s2 INCREMENT 2", ""}, {"DROP SEQUENCE s2", "held DROP SEQUENCE public.s2"}, {"ROLLBACK", ""},
	}},
	{name: "a new table that takes old ones with it", says: []said{
		{"BEGIN", ""}, {"CREATE TABLE x (id int PRIMARY KEY, r int)", ""}, {"SAVEPOINT a", ""},
		{"ALTER TABLE old INHERIT x", "42804"}, {"ROLLBACK TO a", ""},
		{"CREATE TABLE y (id int)", ""}, {"ALTER TABLE old INHERIT y", ""}, {"DROP TABLE y CASCADE", "held DROP TABLE public.y CASCADE"}, {"ROLLBACK TO a", ""},
		{"CREATE TABLE y (id int)", ""}, {"ALTER TABLE old INHERIT y", ""}, {"DELETE FROM y", "held DELETE public.y without WHERE"}, {"ROLLBACK TO a", ""},
		{"CREATE TABLE y (id int) PARTITION BY LIST (id)", ""}, {"ALTER TABLE y ATTACH PARTITION old DEFAULT", ""}, {"DROP TABLE y", "held DROP TABLE public.y"}, {"ROLLBACK TO a", ""},
		{"ALTER TABLE old ADD FOREIGN KEY (id) REFERENCES x ON DELETE CASCADE", ""}, {"DELETE FROM x", "held DELETE public.x without WHERE"}, {"ROLLBACK TO a", ""},
		{"ALTER TABLE old ADD FOREIGN KEY (id) REFERENCES x ON DELETE CASCADE", ""}, {"TRUNCATE x CASCADE", "held TRUNCATE public.x CASCADE"}, {"ROLLBACK TO a", ""},
		{"ALTER SEQUENCE s OWNED BY x.r", ""}, {"DROP TABLE x", "held DROP TABLE public.x"}, {"ROLLBACK TO a", ""},
		{"ALTER TABLE old ADD COLUMN n x", ""}, {"DROP TABLE x CASCADE", "held DROP TABLE public.x CASCADE"}, {"ROLLBACK TO a", ""},
		{"CREATE OR REPLACE VIEW v AS SELECT t.id, t.note FROM t, x", ""}, {"DROP TABLE x CASCADE", "held DROP TABLE public.x CASCADE"}, {"ROLLBACK TO a", ""},
		{"CREATE FUNCTION f(x) RETURNS int LANGUAGE sql AS 'SELECT 1'", ""}, {"DROP TABLE x CASCADE", "held DROP TABLE public.x CASCADE"}, {"ROLLBACK TO a", ""},
		{"CREATE RULE r AS ON DELETE TO x DO INSTEAD DELETE FROM t", ""}, {"DELETE FROM x", "held DELETE public.x without WHERE"}, {"ROLLBACK TO a", ""},
		{"CREATE TABLE w PARTITION OF whole DEFAULT", ""}, {"DROP TABLE w", ""}, {"DROP TABLE x", ""}, {"COMMIT", ""},
	}},
	{name: "a new trigger", says: []said{
		{"CREATE TEMP TABLE x (id int)", ""}, {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; RETURN old; END'", ""},
		{"CREATE TRIGGER g AFTER DELETE ON x EXECUTE FUNCTION f()", ""}, {"DELETE FROM x", "held DELETE pg_temp.x without WHERE"},
	}},
	{name: "strings of several", string: true, says: []said{
		{"DROP TABLE IF EXISTS nope; CREATE TABLE nope (id int)", ""}, {"BEGIN; DROP TABLE IF EXISTS nope2; CREATE TABLE nope2 (id int); DROP TABLE nope2; COMMIT", ""},
		{"CREATE TEMP TABLE x (id int); CREATE TEMP TABLE y (id int)", ""}, {"DROP TABLE x; DROP TABLE y", ""},
		{"ALTER TABLE old RENAME TO nada; DROP TABLE nada", "held DROP TABLE nada"},
		{"SET search_path = other; DROP TABLE t2", "held DROP TABLE t2"}, {"SELECT set_config('search_path', 'other', false); DROP TABLE IF EXISTS t2", "held DROP TABLE t2"},
		{"DO 'BEGIN END'; DROP TABLE IF EXISTS nada", "held"}, {"INSERT INTO t VALUES (5); DROP TABLE IF EXISTS nada", "held DROP TABLE nada"},
		{"CREATE TEMP TABLE t (id int)", ""}, {"DROP TABLE t; DROP TABLE t", "held DROP TABLE pg_temp.t, pg_temp.t"},
		{"DROP TABLE pg_temp.t; DROP TABLE t", "held DROP TABLE pg_temp.t, pg_temp.t"}, {"DROP TABLE IF EXISTS nada; DROP TABLE t", ""},
		{"BEGIN; CREATE TABLE m (id int)", ""}, {"ROLLBACK; DROP TABLE m", "held DROP TABLE m"},
	}},
	{name: "a rollback that brings a name back", string: true, says: []said{
		{"BEGIN; ALTER TABLE old RENAME TO older; CREATE TABLE old (id int)", ""}, {"ROLLBACK; DROP TABLE old", "held DROP TABLE old"},
	}},
	{name: "names", says: []said{
		{`CREATE TEMP TABLE "a b.c" (id int)`, ""}, {`DROP TABLE "a b.c"`, ""}, {`CREATE SCHEMA "a b.c"`, ""}, {`CREATE TABLE "a b.c"."d""e" (id int)`, ""},
		{`DROP TABLE "a b.c"."d""e"`, `held DROP TABLE "a b.c"."d""e"`}, {`BEGIN`, ""}, {`CREATE TABLE "a b.c"."{\,'x" (id int)`, ""},
		{`DROP TABLE "a b.c"."{\,'x"`, ""}, {`COMMIT`, ""}, {`DROP SCHEMA "a b.c" CASCADE`, `held DROP SCHEMA "a b.c" CASCADE`},
		{`CREATE TEMP TABLE "größe" (id int)`, ""}, {`DROP TABLE "größe"`, ""}, {`SET client_encoding = 'LATIN1'`, ""}, {`DROP TABLE IF EXISTS nope`, ""},
	}},
	{name: "evil names in the search path", says: []said{
		{"CREATE SCHEMA own", ""},
		{"CREATE FUNCTION own.is(name, name) RETURNS bool LANGUAGE sql AS 'SELECT false'", ""}, {"CREATE OPERATOR own.= (LEFTARG = name, RIGHTARG = name, FUNCTION = own.is)", ""},
		{"CREATE FUNCTION own.is(oid, oid) RETURNS bool LANGUAGE sql AS 'SELECT false'", ""}, {"CREATE OPERATOR own.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = own.is)", ""},
		{`CREATE FUNCTION own.is("char", "char") RETURNS bool LANGUAGE sql AS 'SELECT true'`, ""}, {`CREATE OPERATOR own.= (LEFTARG = "char", RIGHTARG = "char", FUNCTION = own.is)`, ""},
		{"CREATE FUNCTION own.pg_my_temp_schema() RETURNS oid LANGUAGE sql AS 'SELECT 2200::oid'", ""}, {"CREATE FUNCTION own.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE sql AS 'SELECT $1[9]'", ""},
		{"CREATE TEMP TABLE pg_class (oid oid, relname name, relnamespace oid, relkind text)", ""}, {"CREATE TEMP TABLE pg_depend (refclassid oid)", ""},
		{"SET search_path = own, pg_temp, public, pg_catalog", ""},
		{"DROP TABLE t", "held DROP TABLE public.t"}, {"DELETE FROM other.t2", "held DELETE other.t2 without WHERE"}, {"DROP TABLE IF EXISTS nope", ""},
		{"DROP TABLE pg_depend", ""},
	}},
	{name: "a role without rights", says: []said{
		{"SET ROLE resolved_guest", ""}, {"BEGIN", ""}, {"SAVEPOINT a", ""}, {"DROP TABLE public.t", "held DROP TABLE public.t"}, {"ROLLBACK TO a", ""},
		{"DROP TABLE IF EXISTS other.nope", "42501"}, {"ROLLBACK TO a", ""}, {"DROP TABLE IF EXISTS nope", ""}, {"CREATE TEMP TABLE x (id int)", ""}, {"DROP TABLE x", ""}, {"COMMIT", ""},
	}},
	{name: "a DO block", says: []said{
		{"CREATE TEMP TABLE x (id int)", ""}, {"DO $$ BEGIN ALTER TABLE old RENAME TO nada; DROP TABLE nada; END $$", "held DROP TABLE nada"},
	}},
	{name: "EXECUTE", says: []said{
		{"CREATE TEMP TABLE t (id int)", ""}, {"PREPARE p AS DELETE FROM t", ""}, {"EXECUTE p", "held"},
	}},
}

// TestResolved: people are not asked about what nobody else has, and asked about
// everything else by its full name.
func TestResolved(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "DO $$ BEGIN CREATE ROLE resolved_guest; EXCEPTION WHEN duplicate_object THEN END $$; GRANT TEMPORARY ON DATABASE \""+s.db+"\" TO resolved_guest")
		for _, c := range resolvedCases {
			t.Run(c.name, func(t *testing.T) {
				for _, extended := range []bool{false, true} {
					if extended && c.string {
						continue
					}
					s.srv.Exec(t, s.db, clean)
					s.play(t, c, extended)
				}
			})
		}
	})
}

// ownTemporary is the schema of a session's temporary objects.
var ownTemporary = regexp.MustCompile(`pg_temp_[0-9]+`)

func (s scene) play(t *testing.T, c resolvedCase, extended bool) {
	client := s.connect(t)
	defer client.Close()
	for _, line := range c.says {
		messages := []pgtest.Message{pgtest.Query(line.sql)}
		if extended {
			messages = batch(line.sql)
		}
		client.Send(messages...)
		reason, got := s.deniedIfHeld(t, client)
		held, wantHeld := strings.CutPrefix(line.want, "held")
		switch {
		case wantHeld && reason == "", !wantHeld && reason != "", wantHeld && !strings.HasPrefix(reason, strings.TrimSpace(held)):
			t.Errorf("extended %v: %s: held with reason %q, want %q", extended, line.sql, reason, line.want)
		case !wantHeld && got.err['C'] != line.want:
			t.Errorf("extended %v: %s: failed with %q (%s), want %q", extended, line.sql, got.err['C'], got.err['M'], line.want)
		}
	}
}

// deniedIfHeld reads an answer, and denies the statement if it is held; then the
// reason is what it was held for.
func (s scene) deniedIfHeld(t *testing.T, client *pgtest.Client) (reason string, got answer) {
	var all []pgtest.Message
	for {
		m := client.Read()
		all = append(all, m)
		if words, ours := strings.CutPrefix(m.Fields()['M'], "holdfast: held as "); m.Type == 'N' && ours {
			id, what, _ := strings.Cut(words, ": ")
			reason, _, _ = strings.Cut(what, " on default")
			reason = ownTemporary.ReplaceAllString(reason, "pg_temp")
			s.hf.Deny(t, id)
		}
		if m.Type == 'Z' {
			return reason, sum(all)
		}
	}
}
