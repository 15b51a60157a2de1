package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-db/holdfast/internal/history"
	"github.com/holdfast-db/holdfast/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// livePrefixes are log_line_prefix of the live tests, and whether it tells the
// program and the client.
var livePrefixes = []struct {
	name, prefix string
	given        bool // has to be given
	names        bool // has user, database, application and client
}{
	{"default", "%m [%p] ", false, false},
	{"pgbadger", "%t [%p]: user=%u,db=%d,app=%a,client=%h ", false, true},
	{"rds", "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:", false, true},
	{"own", "<%n|%20u|%-10d|%a|%h|%b|%c> ", true, true},
}

// traffic runs statements in every way a client can, and returns what they are in a
// log.
func traffic(t *testing.T, srv *pgtest.Server, db string) []string {
	t.Helper()
	c := pgtest.Dial(t, srv.Addr())
	c.Startup("user", "postgres", "database", db, "application_name", "nightly job")
	var want []string
	simple := func(sql string) {
		c.Query(sql)
		want = append(want, sql)
	}
	simple("CREATE TABLE t (a int, b text)")
	simple("INSERT INTO t\n\tVALUES (1, 'a\n\n\tb: \"c\", d')\n")
	simple("PREPARE p (int) AS DELETE FROM t WHERE a = $1")
	simple("EXECUTE p(1)")
	simple("SELECT 1; DROP TABLE IF EXISTS \"LOG:  statement: x\"")
	simple("SELECT 'ä €'")
	send := func(messages ...pgtest.Message) {
		c.Send(messages...)
		c.ReadUntil('Z')
	}
	send(pgtest.Parse("", "DELETE FROM t"), pgtest.Bind("", ""), pgtest.Execute("", 0), pgtest.Sync())
	want = append(want, "DELETE FROM t")
	send(pgtest.Parse("s 1", "UPDATE t\nSET b = $1", 25), pgtest.Bind("po/rtal", "s 1", "x"), pgtest.Execute("po/rtal", 0), pgtest.Sync())
	want = append(want, "UPDATE t\nSET b = $1")
	send(pgtest.Parse("", "SELECT g FROM generate_series(1, 9) g"), pgtest.Bind("", ""), pgtest.Execute("", 2), pgtest.Execute("", 2), pgtest.Sync())
	want = append(want, "SELECT g FROM generate_series(1, 9) g")
	send(pgtest.FunctionCall(1598)) // random()
	want = append(want, "function 1598")
	c.Query("SELECT nothing") // fails, and is there once
	want = append(want, "SELECT nothing")
	c.Send(pgtest.Terminate())
	return want
}

// read reads a log into one line a statement, and checks who sent it.
func read(t *testing.T, file, prefix, db string, names bool) (list []string, seen history.Seen) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sessions := map[string]bool{}
	seen, err = history.ReadLog(f, prefix, func(st history.Statement) {
		if names && st.Application != "nightly job" || strings.Contains(st.SQL, "CREATE DATABASE") {
			return // of the test itself
		}
		sql := st.SQL
		if st.Function != 0 {
			sql = fmt.Sprint("function ", st.Function)
		}
		list = append(list, sql)
		sessions[st.Session] = true
		want := history.Sender{User: "postgres", Database: db, Application: "nightly job", Client: "127.0.0.1"}
		if names && st.Sender != want {
			t.Errorf("%s: sent by %+v, want %+v", sql, st.Sender, want)
		}
		if strings.HasPrefix(sql, "EXECUTE") && st.Prepared != "PREPARE p (int) AS DELETE FROM t WHERE a = $1" {
			t.Errorf("EXECUTE runs %q", st.Prepared)
		}
		if age := time.Since(st.At); age < -time.Minute || age > time.Hour {
			t.Errorf("%s: logged at %v", sql, st.At)
		}
	})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if names && (len(sessions) != 1 || sessions[""]) {
		t.Errorf("%s: the sessions are %v", file, sessions)
	}
	return list, seen
}

// awaitLine waits until the collector has written the last statement.
func awaitLine(t *testing.T, file string) {
	t.Helper()
	pgtest.Await(t, 30*time.Second, func() string { return file + " has no disconnection" }, func() bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "SELECT nothing") && strings.Contains(string(text), "disconnection: ")
	})
}

// Each version of the server writes each format, and what was run is read back.
func TestLogsOfServers(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		for i, p := range livePrefixes {
			if i > 0 && v != pgtest.Newest(t) {
				continue // the prefix is the same code in all of them
			}
			for _, timed := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", v, p.name, timed), func(t *testing.T) {
					settings := []pgtest.Option{pgtest.Logging(p.prefix), pgtest.Setting("log_disconnections", "on")}
					if timed {
						settings = append(settings, pgtest.Setting("log_min_duration_statement", "0"), pgtest.Setting("log_error_verbosity", "verbose"))
					} else {
						settings = append(settings, pgtest.Setting("log_statement", "all"), pgtest.Setting("log_duration", "on"))
					}
					srv := pgtest.Start(t, v, settings...)
					db := "postgres"
					want := traffic(t, srv, db)
					if timed {
						want = want[:len(want)-1] // what fails has no duration
					}
					for _, name := range []string{"server.log", "server.csv", "server.json"} {
						awaitLine(t, srv.CollectedLog("server.json"))
						awaitLine(t, srv.CollectedLog(name))
						prefix := ""
						if p.given {
							prefix = p.prefix
						}
						got, seen := read(t, srv.CollectedLog(name), prefix, db, p.names || name != "server.log")
						if strings.Join(got, "\x00") != strings.Join(want, "\x00") {
							t.Errorf("%s: got\n%q\nwant\n%q", name, got, want)
						}
						if seen.Foreign+seen.Long > 0 || seen.Zone != "" || !seen.Reads || timed != (seen.Timed > 0) {
							t.Errorf("%s: seen %+v", name, seen)
						}
					}
				})
			}
		}
	}
}

// pg_stat_statements, written by psql's \copy, is read back.
func TestStatementsOfServer(t *testing.T) {
	v := pgtest.NewestWith(t, "../../../../share/postgresql/15/extension/pg_stat_statements.control")
	srv := pgtest.Start(t, v, pgtest.Setting("shared_preload_libraries", "pg_stat_statements"), pgtest.Setting("pg_stat_statements.track", "all"))
	srv.Exec(t, "postgres", "CREATE EXTENSION pg_stat_statements")
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, srv.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		"CREATE TABLE t (a int, b interval)", "DELETE FROM t WHERE 1 = 1", "DELETE FROM t WHERE 2 = 2", "DELETE FROM t WHERE b < interval '1 day'",
		"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN TRUNCATE t; END'", "SELECT f()",
	} {
		if _, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := conn.PgConn().Exec(ctx, `COPY (SELECT r.rolname, d.datname, s.toplevel, s.calls, s.query FROM pg_stat_statements s
		JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid) TO '`+filepath.Join(srv.Sockets, "s.csv")+`' CSV HEADER`).ReadAll()
	if err != nil {
		t.Fatal(err, rows)
	}
	f, err := os.Open(filepath.Join(srv.Sockets, "s.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	calls := map[string]uint64{}
	seen, err := history.ReadStatements(f, func(st history.Statement) {
		calls[st.SQL] = st.Calls
		if st.User != "postgres" || st.Database != "postgres" || !st.Placeholders {
			t.Errorf("read %+v", st)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls["DELETE FROM t WHERE $1 = $2"] != 2 || calls["DELETE FROM t WHERE b < interval $1"] != 1 || calls["TRUNCATE t"] != 0 {
		t.Errorf("read %v", calls)
	}
	if seen.Nested == 0 || seen.Foreign > 0 {
		t.Errorf("seen %+v", seen)
	}
}
