package main_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// Further routes to a setting under which text reads otherwise: each is refused, or
// held where the text does not show the value. unsafeByStatement has the plain ones.
var unsafeRoutes = []string{
	`SET "standard_conforming_strings" = off`,
	`SET U&"standard\005fconforming_strings" TO off`,
	"SET standard_conforming_strings TO 'f'",
	"SET SESSION client_encoding = 'WIN936'", "SET client_encoding = 'WIN949'", "SET client_encoding = 'WIN950'",
	"SET NAMES 'Windows932'", "SET NAMES 'S_J_I_S'", "SET NAMES 'Shift-JIS'", "SET NAMES 'gb18030'", "SET NAMES 'JOHAB'",
	"SET client_encoding TO DEFAULT; SET client_encoding TO sjis",
	"BEGIN; SET LOCAL client_encoding = 'SJIS'; COMMIT",
	"SELECT set_config(is_local => false, new_value => 'off', setting_name => 'standard_conforming_strings')",
	"SELECT 1 WHERE set_config('client_encoding', 'SJIS', false) = ''",
	"UPDATE pg_settings SET setting = 'off' WHERE name = 'standard_conforming_strings'",
	"UPDATE pg_catalog.pg_settings SET setting = 'SJIS' WHERE name = 'client_encoding'",
	"WITH s AS (UPDATE pg_settings SET setting = 'off' WHERE name LIKE 'standard_c%' RETURNING 1) SELECT * FROM s",
	"PREPARE setting AS SELECT set_config('standard_conforming_strings', 'off', false); EXECUTE setting",
	"DECLARE c CURSOR WITH HOLD FOR SELECT set_config('standard_conforming_strings', 'off', false)",
	"CREATE TABLE c AS SELECT set_config('standard_conforming_strings', 'off', false)",
	"EXPLAIN ANALYZE SELECT set_config('standard_conforming_strings', 'off', false)",
	"COPY (SELECT set_config('standard_conforming_strings', 'off', false)) TO STDOUT",
	"ALTER ROLE ALL SET standard_conforming_strings = off",
	"ALTER ROLE postgres IN DATABASE postgres SET client_encoding = 'SJIS'",
	"ALTER USER CURRENT_USER SET client_encoding TO 'mskanji'",
	"CREATE FUNCTION odd() RETURNS int LANGUAGE sql SET standard_conforming_strings = off AS 'SELECT 1'",
	"CREATE OR REPLACE FUNCTION calm() RETURNS int LANGUAGE sql SET client_encoding = 'SJIS' AS 'SELECT 1'",
	"ALTER FUNCTION calm() SET standard_conforming_strings TO off",
	"ALTER ROUTINE calm() SET client_encoding TO 'BIG5'",
	"CREATE DATABASE odd; ALTER DATABASE odd SET client_encoding = 'GBK'",
	"DO $$BEGIN SET standard_conforming_strings = off; END$$",
}

func TestUnsafeSettingsByFurtherRoutes(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE FUNCTION calm() RETURNS int LANGUAGE sql AS 'SELECT 1'")
		c := s.connect(t)
		for _, sql := range unsafeRoutes {
			c.Send(pgtest.Query(sql))
			if a := sum(readDenying(t, s, c)); a.err['C'] != "ZH005" && a.err['C'] != "ZH002" {
				t.Errorf("%q: got %v, want ZH005, or a hold", sql, a.err)
			}
			c.Query("ROLLBACK")
			c.Send(batch(sql)...)
			if a := sum(readDenying(t, s, c)); a.err == nil {
				t.Errorf("%q: it ran: %v", sql, a.tags)
			}
			if got := sum(c.Query("SELECT current_setting('standard_conforming_strings') || current_setting('client_encoding')")); got.rows[0][0] != "onUTF8" {
				t.Fatalf("after %q the settings are %q", sql, got.rows)
			}
		}
		left := s.value(t, `SELECT (SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text ~ 'client_encoding|conforming' AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
			+ (SELECT count(*) FROM pg_proc WHERE proconfig::text ~ 'client_encoding|conforming') + (SELECT count(*) FROM pg_database WHERE datname = 'odd')`)
		if left != "0" {
			t.Errorf("%s settings were kept on the server", left)
		}
	})
}

// smuggled are texts that are one harmless SELECT under one setting and a DROP under
// the other.
var smuggled = map[string]string{
	"strings":  `SELECT '\' , '; DROP TABLE events; --'`,
	"encoding": "SELECT E'\x95\x5c' ; DROP TABLE events; --'",
	"mixed":    "SELECT '\x95\x5c', '\\', '; DROP TABLE events; --'",
}

// byStealth are objects that change a setting when they are used. Who made them went
// around holdfast, so it cannot know; it sees what the server reports, and asks
// within a batch where the text shows that a function is called.
const byStealth = `
	CREATE FUNCTION two_settings(int, int) RETURNS bool LANGUAGE sql AS
		$$SELECT set_config('standard_conforming_strings', 'off', false) || set_config('client_encoding', 'SJIS', false) <> ''$$;
	CREATE FUNCTION strings() RETURNS text LANGUAGE sql AS $$SELECT set_config('standard_conforming_strings', 'off', false)$$;
	CREATE FUNCTION encoding() RETURNS text LANGUAGE plpgsql AS $$BEGIN SET client_encoding = 'SJIS'; RETURN ''; END$$;
	CREATE VIEW seen AS SELECT strings(), encoding();
	CREATE DOMAIN careful AS text CHECK (strings() <> value);
	CREATE OPERATOR === (FUNCTION = two_settings, LEFTARG = int, RIGHTARG = int);
	CREATE TABLE kept (v text DEFAULT strings(), w text DEFAULT encoding());
	CREATE TABLE fires (v text); CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM strings(); PERFORM encoding(); RETURN NEW; END$$;
	CREATE TRIGGER f BEFORE INSERT ON fires FOR EACH ROW EXECUTE FUNCTION fired();
	CREATE TABLE ruled (v text); CREATE RULE r AS ON INSERT TO ruled DO INSTEAD SELECT * FROM seen`

func TestUnsafeSettingsByStealth(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, byStealth)
		for _, route := range []struct {
			sql   string
			shows bool // the text shows that a function is called, so what is sent behind it waits
		}{
			{"SELECT set_config(name, 'off', false) FROM pg_settings WHERE name LIKE 'standard%'", true}, // pg_dump has one of the kind
			{"DO $$BEGIN PERFORM set_config('client_' || 'encoding', 'SJIS', false); END$$", true},
			{"DO $$BEGIN PERFORM set_config('standard_' || 'conforming_strings', 'off', false); END$$", true},
			{"SELECT strings()", true}, {"SELECT encoding()", true}, {"BEGIN; SELECT encoding()", true},
			{"TABLE seen", false}, {"SELECT 'x'::careful", false}, {"SELECT 1 === 2", false}, {"INSERT INTO kept DEFAULT VALUES", false},
			{"INSERT INTO fires VALUES ('x')", false}, {"INSERT INTO ruled VALUES ('x')", false}, {"BEGIN; TABLE seen", false},
		} {
			for kind, text := range smuggled {
				c := s.connect(t)
				rounds := [][]pgtest.Message{{pgtest.Query(route.sql)}, {pgtest.Query(text)}, {pgtest.Query("COMMIT; " + text)}}
				if route.shows {
					rounds = [][]pgtest.Message{{pgtest.Query(route.sql), pgtest.Query(text)}, {pgtest.Query(text)}}
				}
				converseDenying(t, s, c, rounds)
				if left := s.value(t, "SELECT to_regclass('events')"); left == "" {
					t.Fatalf("%q and then %s: the table is gone", route.sql, kind)
				}
			}
		}
		s.wantRows(t, "3")
	})
}

// converseDenying sends messages round by round, reads the answers of each round and
// denies what is held, until the session ends or there is nothing more to send.
func converseDenying(t *testing.T, s scene, c *pgtest.Client, rounds [][]pgtest.Message) {
	t.Helper()
	defer c.Close()
	for _, round := range rounds {
		c.Send(round...)
		for range round {
			if !readDenyingToEnd(t, s, c) {
				return
			}
		}
	}
}

// The same by a FunctionCall, which has no text, and within one batch.
func TestUnsafeSettingsByFunctionCall(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		oid, err := strconv.ParseUint(s.value(t, "SELECT 'set_config'::regproc::oid"), 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		for _, setting := range [][2]string{{"standard_conforming_strings", "off"}, {"client_encoding", "SJIS"}} {
			c := s.connect(t)
			yes := []byte{0}
			c.Send(pgtest.FunctionCall(uint32(oid), []byte(setting[0]), []byte(setting[1]), yes))
			deniedOrFailed(t, s, c)
			for _, text := range smuggled {
				c.Send(pgtest.Query(text))
				readDenyingToEnd(t, s, c)
			}
			s.wantRows(t, "3")
		}
	})
}

// Kept on the server by somebody who went around holdfast, for a role or a role in a
// database: the next login ends.
func TestUnsafeSettingsOfARole(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		role := "reader_of_" + s.db
		s.srv.Exec(t, s.db, "CREATE ROLE "+role+" LOGIN SUPERUSER")
		t.Cleanup(func() { s.srv.Exec(t, "postgres", "DROP ROLE "+role) })
		for _, kept := range []string{
			"ROLE " + role + " SET standard_conforming_strings = off", "ROLE " + role + " IN DATABASE " + s.db + " SET client_encoding = 'SJIS'",
		} {
			s.srv.Exec(t, s.db, "ALTER "+kept)
			c := pgtest.Dial(t, s.hf.Listen)
			c.Send(pgtest.Startup("user", role, "database", s.db))
			if ended := sum(c.ExpectEOF()); ended.err['C'] != "ZH005" {
				t.Errorf("%s: got %v, want a FATAL ZH005", kept, ended.err)
			}
			s.srv.Exec(t, s.db, "ALTER "+kept[:strings.Index(kept, " SET")]+" RESET ALL")
		}
		c := pgtest.Dial(t, s.hf.Listen)
		c.Startup("user", role, "database", s.db)
		usable(t, c)
		c.Close()
	})
}

// The values by which a StartupMessage would make text read otherwise: every name of
// every encoding that is not safe, as the server folds names.
func TestUnsafeEncodingsAtStartup(t *testing.T) {
	eachAtOnce(t, func(t *testing.T, s scene) {
		for _, name := range []string{
			"WIN932", "win-932", "Windows932", "WIN936", "Windows936", "WIN949", "Windows949", "WIN950", "Windows950",
			"SJIS", "S_J_I_S", "ShiftJIS", "shift_jis", "mskanji", "MsKanji", "BIG5", "b i g 5", "GBK", "g_b_k", "GB18030", "UHC", "u-h-c", "JOHAB", "SHIFT_JIS_2004", "shiftjis2004",
		} {
			for _, pair := range [][2]string{{"client_encoding", name}, {"options", "-c client_encoding=" + strings.ReplaceAll(name, " ", `\ `)}} {
				c := pgtest.Dial(t, s.hf.Listen)
				c.Send(pgtest.Startup("user", "postgres", "database", s.db, pair[0], pair[1]))
				if ended := sum(c.ExpectEOF()); ended.err['S'] != "FATAL" {
					t.Errorf("%s=%s: got %v, want a FATAL error", pair[0], pair[1], ended.err)
				}
			}
		}
	})
}
