package main_test

import (
	"strconv"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The classic swap: the table that is dropped has a name that did not exist before the
// transaction.
func TestRenamedAndSwapped(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		for _, swap := range [][]string{
			{"BEGIN", "ALTER TABLE events RENAME TO events_old", "CREATE TABLE events (LIKE events_old)", "DROP TABLE events_old", "COMMIT"},
			{"BEGIN", "CREATE TABLE fresh (LIKE events)", "ALTER TABLE events RENAME TO old", "ALTER TABLE fresh RENAME TO events", "TRUNCATE old", "DROP TABLE old", "COMMIT"},
			{"BEGIN", "CREATE SCHEMA attic", "ALTER TABLE events SET SCHEMA attic", "DROP SCHEMA attic CASCADE", "COMMIT"},
			{"BEGIN", "CREATE TABLE heir () INHERITS (events)", "ALTER TABLE events RENAME TO pg_temp_x", "DROP TABLE pg_temp_x CASCADE", "COMMIT"},
			{"BEGIN; ALTER TABLE events RENAME TO events_old; CREATE TABLE events (LIKE events_old); DROP TABLE events_old; COMMIT"},
		} {
			c := s.connect(t)
			for _, sql := range swap {
				c.Send(pgtest.Query(sql))
				readDenying(t, s, c)
			}
			c.Close()
			s.wantRows(t, "3")
		}
	})
}

// Kinds of relations whose rows no count of ours would see: each way to empty one is
// decided up front.
func TestOtherKindsOfRelations(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, `
			CREATE UNLOGGED TABLE fast (id int); INSERT INTO fast VALUES (1);
			CREATE TABLE root (id int) PARTITION BY RANGE (id); CREATE TABLE leaf PARTITION OF root DEFAULT; INSERT INTO root VALUES (1);
			CREATE TABLE old (id int); CREATE TABLE heir () INHERITS (old); INSERT INTO heir VALUES (1);
			CREATE VIEW easy AS SELECT * FROM fast; CREATE VIEW fired AS SELECT 1 AS id;
			CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM fast; RETURN OLD; END';
			CREATE TRIGGER i INSTEAD OF DELETE ON fired FOR EACH ROW EXECUTE FUNCTION instead();
			CREATE FUNCTION watches() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION watches();
			SELECT lo_from_bytea(4711, 'precious')`)
		remote := s.foreign(t)
		stock := `SELECT concat_ws(' ', (SELECT count(*) FROM fast), (SELECT count(*) FROM root), (SELECT count(*) FROM old),
			(SELECT count(*) FROM events), (SELECT count(*) FROM pg_inherits), (SELECT count(*) FROM pg_event_trigger), (SELECT convert_from(lo_get(4711), 'UTF8')))`
		before := s.value(t, stock)
		statements := []string{
			"DELETE FROM fast", "TRUNCATE fast", "DROP TABLE fast CASCADE", "DELETE FROM easy", "DELETE FROM fired", "UPDATE easy SET id = NULL",
			"DELETE FROM root", "TRUNCATE root", "DROP TABLE root", "DELETE FROM leaf", "TRUNCATE leaf", "ALTER TABLE root DETACH PARTITION leaf", "ALTER TABLE root DETACH PARTITION leaf FINALIZE",
			"DELETE FROM old", "DELETE FROM ONLY heir", "TRUNCATE ONLY old, heir", "DROP TABLE old CASCADE",
			"SELECT lo_unlink(4711)", "SELECT lo_unlink(loid) FROM pg_largeobject", "DELETE FROM pg_largeobject", "TRUNCATE pg_catalog.pg_largeobject",
			"DELETE FROM pg_catalog.pg_class WHERE true", "DROP EVENT TRIGGER watch", "DROP FUNCTION watches() CASCADE",
		}
		if remote {
			statements = append(statements, "DELETE FROM far", "TRUNCATE far", "UPDATE far SET note = NULL", "DROP FOREIGN TABLE far",
				"WITH d AS (DELETE FROM far RETURNING 1) SELECT count(*) FROM d", "DROP SERVER loop CASCADE", "DROP EXTENSION postgres_fdw CASCADE")
		}
		c := s.connect(t)
		for _, sql := range statements {
			c.Send(pgtest.Query(sql))
			deniedOrFailed(t, s, c)
			if after := s.value(t, stock); after != before {
				t.Fatalf("after %q there is %s, want %s", sql, after, before)
			}
		}
	})
}

// foreign makes far, a foreign table on the server itself, if it has postgres_fdw.
func (s scene) foreign(t *testing.T) bool {
	t.Helper()
	if s.value(t, "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'") == "0" {
		t.Log("this server has no postgres_fdw: no foreign table")
		return false
	}
	s.srv.Exec(t, s.db, `CREATE EXTENSION postgres_fdw; CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw
		OPTIONS (host '127.0.0.1', port '`+strconv.Itoa(s.srv.Port)+`', dbname '`+s.db+`');
		CREATE USER MAPPING FOR postgres SERVER loop OPTIONS (user 'postgres', password_required 'false');
		CREATE FOREIGN TABLE far (id int, note text) SERVER loop OPTIONS (table_name 'events')`)
	return true
}
