package main_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// strange are names that nobody should choose and the server takes.
var strange = []string{
	"with blank", `with "quotes" and 'more'`, "ünïcödé", "a;b--c/*d*/", "\t\n", `back\slash`, "%s%n{}", strings.Repeat("x", 63),
}

// Databases and users of any name: they log in, hold, and are shown as they are.
func TestStrangeDatabasesAndUsers(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		for _, name := range strange {
			quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
			s.srv.Exec(t, "postgres", "CREATE ROLE "+quoted+" SUPERUSER LOGIN")
			s.srv.Exec(t, "postgres", "CREATE DATABASE "+quoted)
			t.Cleanup(func() {
				s.srv.Exec(t, "postgres", "DROP DATABASE "+quoted+" WITH (FORCE)")
				s.srv.Exec(t, "postgres", "DROP ROLE "+quoted)
			})
			c := pgtest.Dial(t, s.hf.Listen)
			c.Startup("user", name, "database", name, "application_name", "plain")
			a := sum(c.Query("SELECT current_database(), current_user"))
			if len(a.rows) != 1 || a.rows[0][0] != name || a.rows[0][1] != name {
				t.Errorf("%q logged in as %q", name, a.rows)
			}
			c.Query("CREATE TABLE precious (id int)")
			c.Send(pgtest.Query("DROP TABLE precious"))
			hold := s.deny(t, "DROP TABLE precious")
			if hold.Database != name || hold.User != name {
				t.Errorf("the hold names database %q and user %q, want %q", hold.Database, hold.User, name)
			}
			readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
			usable(t, c)
			c.Close()
		}
	})
}

// anyBytes is a name of every byte but NUL.
func anyBytes() string {
	var b strings.Builder
	for i := 1; i < 256; i++ {
		b.WriteByte(byte(i))
	}
	return b.String()
}

// Statements and portals of any bytes: a name is what the client says, and one byte
// of difference is another name.
func TestStrangeStatementNames(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		// The server checks that names are text in the client's encoding; in this one every byte is.
		sum(c.Query("SET client_encoding = LATIN1")).wantTag(t, "SET", 'I')
		for _, name := range []string{anyBytes(), strings.Repeat("n", 5000), "\xff", " ", "a'b", "S_1"} {
			c.Send(pgtest.Parse(name, "SELECT 1"), pgtest.Bind(name, name), pgtest.Execute(name, 0), pgtest.Sync())
			readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
			c.Send(pgtest.Parse("2"+name, "DELETE FROM events"), pgtest.Sync())
			readAnswer(t, c)
			c.Send(pgtest.Bind(name, "2"+name), pgtest.Execute(name, 0), pgtest.Sync())
			s.deny(t, "DELETE FROM events")
			readAnswer(t, c).wantError(t, "ZH002", 'I')
			c.Send(pgtest.Bind(name, name), pgtest.Execute(name, 0), pgtest.Close('S', name), pgtest.Close('S', "2"+name), pgtest.Sync())
			readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
			c.Send(pgtest.Bind("", name), pgtest.Sync()) // closed: opaque to us, missing to the server
			s.deny(t, "")
			readAnswer(t, c).wantError(t, "ZH002", 'I')
		}
		s.wantRows(t, "3")
	})
}
