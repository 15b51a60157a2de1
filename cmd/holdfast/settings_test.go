package main_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// Under these settings the server reads a text otherwise than our parser does.
// The values are refused by every route a client has (DESIGN 6).
var unsafeByStatement = []string{
	"SET standard_conforming_strings = off",
	"set Standard_Conforming_Strings to 'OFF'",
	"SET LOCAL standard_conforming_strings = 0",
	"SET SESSION standard_conforming_strings TO false",
	"SELECT set_config('standard_conforming_strings', 'off', false)",
	"SELECT pg_catalog.set_config('STANDARD_conforming_strings', 'no', true)",
	"ALTER ROLE postgres SET standard_conforming_strings = off",
	"ALTER DATABASE postgres SET standard_conforming_strings = off",
	"ALTER SYSTEM SET standard_conforming_strings = off",
	"SET client_encoding = 'SJIS'",
	"SET NAMES 'GBK'",
	"SET client_encoding TO 'win932'",
	"SET client_encoding TO 'Windows-936'",
	"SET client_encoding TO mskanji",
	"SET client_encoding TO 'Shift_JIS_2004'",
	"SELECT set_config('client_encoding', 'BIG5', false)",
	"ALTER ROLE postgres SET client_encoding = 'UHC'",
}

func TestUnsafeSettingsAreRefused(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			for _, sql := range unsafeByStatement {
				send(c, sql)
				a := sum(readDenying(t, s, c))
				if a.err['C'] != "ZH005" || a.err['H'] == "" || a.status != 'I' {
					t.Errorf("%q: got %v and status %c, want ZH005 with a HINT", sql, a.err, a.status)
				}
			}
			for name, want := range map[string]string{"standard_conforming_strings": "on", "client_encoding": "UTF8"} {
				if got := sum(c.Query("SHOW " + name)); len(got.rows) != 1 || got.rows[0][0] != want {
					t.Errorf("%s is %q, want %s", name, got.rows, want)
				}
			}
		})
	})
}

func TestUnsafeSettingsAtStartup(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		for _, pair := range [][2]string{
			{"standard_conforming_strings", "off"},
			{"options", "-c standard_conforming_strings=off"},
			{"options", "--standard-conforming-strings=off"},
			{"options", `-cstandard_conforming_strings=o\ff -c geqo=off`},
			{"client_encoding", "SJIS"},
			{"client_encoding", "'WIN949'"},
			{"options", "-c client_encoding=johab"},
		} {
			c := pgtest.Dial(t, s.hf.Listen)
			c.Send(pgtest.Startup("user", "postgres", "database", s.db, pair[0], pair[1]))
			if ended := sum(c.ExpectEOF()); ended.err['S'] != "FATAL" || ended.err['C'] != "ZH005" {
				t.Errorf("%s=%s: got %v, want a FATAL ZH005", pair[0], pair[1], ended.err)
			}
		}
		for _, pair := range [][2]string{
			{"standard_conforming_strings", "on"}, {"client_encoding", "utf-8"}, {"client_encoding", "LATIN1"},
			{"options", "-c geqo=off -c client_encoding=UNICODE"},
		} {
			c := pgtest.Dial(t, s.hf.Listen)
			c.Startup("user", "postgres", "database", s.db, pair[0], pair[1])
			usable(t, c)
		}
	})
}

// Set on the server beforehand, where no client can be refused it: what the
// server reports is refused.
func TestUnsafeSettingsOfTheServer(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "ALTER DATABASE "+s.db+" SET standard_conforming_strings = off")
		c := pgtest.Dial(t, s.hf.Listen)
		c.Send(pgtest.Startup("user", "postgres", "database", s.db))
		if ended := sum(c.ExpectEOF()); ended.err['S'] != "FATAL" || ended.err['C'] != "ZH005" {
			t.Errorf("got %v, want a FATAL ZH005", ended.err)
		}
	})
}

// Where a text does not show the setting it makes, what the server then reports
// counts: text with a backslash is certain no more.
func TestUnsafeSettingsByExpression(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := pgtest.Connect(t, s.hf.Listen, s.db)
			// Refused, or the session ended: both are good. Dropping events is not.
			for _, sql := range []string{
				"SELECT set_config('standard_' || 'conforming_strings', 'o' || 'ff', false)",
				`SELECT '\' , '; DROP TABLE events; --'`,
			} {
				send(c, sql)
				if !readDenyingToEnd(t, s, c) {
					break
				}
			}
			s.wantRows(t, "3")
		})
	})
}

func TestReplicationIsRefused(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		for _, value := range []string{"database", "true", "on", "1", "yes"} {
			c := pgtest.Dial(t, s.hf.Listen)
			c.Send(pgtest.Startup("user", "postgres", "database", s.db, "replication", value))
			if ended := sum(c.ExpectEOF()); ended.err['S'] != "FATAL" || ended.err['C'] != "ZH004" {
				t.Errorf("replication=%s: got %v, want a FATAL ZH004", value, ended.err)
			}
		}
		c := pgtest.Dial(t, s.hf.Listen)
		c.Startup("user", "postgres", "database", s.db, "replication", "off")
		usable(t, c)
	})
}
