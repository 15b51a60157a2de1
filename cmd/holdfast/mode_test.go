package main_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/lib/pq"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// connectWith opens a session with further parameters in its StartupMessage.
func (s scene) connectWith(t *testing.T, params ...string) *pgtest.Client {
	t.Helper()
	c := pgtest.Dial(t, s.hf.Listen)
	c.Startup(append([]string{"user", "postgres", "database", s.db}, params...)...)
	return c
}

// A client that connects with holdfast.mode=return gets ZH001 at once, whether by a
// parameter of its own or in options, and the server takes the setting as its own.
func TestReturnModeOfTheClient(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		for _, params := range [][]string{{"holdfast.mode", "return"}, {"options", "-c holdfast.mode=return"}} {
			c := s.connectWith(t, params...)
			a := sum(c.Query("DELETE FROM events"))
			a.wantError(t, "ZH001", 'I')
			id := s.hf.AwaitHold(t, "DELETE FROM events").ID
			wantAll(t, a.err['M'], "holdfast: held as "+id)
			if row := c.Query("SHOW holdfast.mode")[1]; row.Type != 'D' || !strings.HasSuffix(string(row.Body), "return") {
				t.Errorf("SHOW says %q", row.Body)
			}
			s.hf.Approve(t, id)
			sum(c.Query("DELETE FROM events")).wantTag(t, "DELETE 3", 'I')
			s.hf.AwaitState(t, id, "executed")
			s.srv.Exec(t, s.db, "INSERT INTO events VALUES (1, 'a'), (2, 'b'), (3, 'c')")
		}

		waits := s.connectWith(t, "holdfast.mode", "wait") // as who does not choose
		waits.Send(pgtest.Query("DELETE FROM events"))
		s.deny(t, "DELETE FROM events")
		readAnswer(t, waits).wantError(t, "ZH002", 'I')
		sum(waits.Query("SET holdfast.mode = 'return'")).wantTag(t, "SET", 'I') // read at the start alone
		waits.Send(pgtest.Query("TRUNCATE events"))
		s.deny(t, "TRUNCATE events")
		readAnswer(t, waits).wantError(t, "ZH002", 'I')
	})
}

// psql asks for it with PGOPTIONS.
func TestReturnModeOfPsql(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		needs(t, "psql")
		run := func(mode string) pgtest.Output {
			cmd := exec.Command("psql", "-X", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-d", s.hf.URL(s.db), "-c", "TRUNCATE events")
			cmd.Env = append(os.Environ(), "PGOPTIONS=-c holdfast.mode="+mode)
			return pgtest.Run(cmd)
		}
		out := run("return")
		id := s.hf.AwaitHold(t, "TRUNCATE events").ID
		wantAll(t, out.Stderr, "ERROR:  ZH001: holdfast: held as "+id, "then send the identical statement again")
		if out := run("sometimes"); out.Exit != 2 || !strings.Contains(out.Stderr, `FATAL:  invalid value for parameter "holdfast.mode": "sometimes"`) ||
			!strings.Contains(out.Stderr, "HINT:  Available values: wait, return.") {
			t.Errorf("an unknown mode: %+v", out)
		}
		s.hf.Approve(t, id)
		if out := run("return"); out.Exit != 0 {
			t.Errorf("the grant is not spent: %+v", out)
		}
	})
}

// The policy may want it otherwise: by a rule that waits, or for a whole host.
func TestReturnModeIsNotTheClientsToChoose(t *testing.T) {
	s := newConfigured(t, `
rules:
  - {name: truncates wait, when: {verbs: truncate}, action: hold, mode: wait}
  - {name: updates return, when: {verbs: update}, action: hold, mode: return}
`)
	c := s.connectWith(t, "holdfast.mode", "return")
	c.Send(pgtest.Query("TRUNCATE events"))
	s.deny(t, "TRUNCATE events")
	readAnswer(t, c).wantError(t, "ZH002", 'I')
	sum(c.Query("DELETE FROM events")).wantError(t, "ZH001", 'I')
	waits := s.connectWith(t, "holdfast.mode", "wait")
	sum(waits.Query("UPDATE events SET note = ''")).wantError(t, "ZH001", 'I')

	s.write(t, s.text("    holds: {client_mode: refuse}\n", ""))
	pgtest.Await(t, long, func() string { return "the file was not read again" }, func() bool {
		return strings.Contains(s.hf.Log(), "policy loaded")
	})
	sum(c.Query("DELETE FROM events")).wantError(t, "ZH001", 'I') // it has chosen already
	out, err := runPsql(t, s.hf.URL(s.db), "SELECT 1", "PGOPTIONS=-c holdfast.mode=return")
	if err == nil {
		t.Errorf("the connection was taken: %s", out)
	}
	wantAll(t, out, "FATAL:  holdfast: refused: holdfast.mode = return: clients may not choose it on this host\n",
		"DETAIL:  What is held waits for its answer here", "HINT:  Connect without it")
}

// Drivers ask for it in the connection string, each in the way it has for settings.
func TestReturnModeOfDrivers(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		inOptions := s.hf.URL(s.db) + "?options=-c%20holdfast.mode%3Dreturn" // libpq takes no + for a blank
		alone := s.hf.URLWith(s.db, "holdfast.mode", "return", "sslmode", "disable")
		for name, run := range map[string]func(t *testing.T) string{
			"pgx": func(t *testing.T) string {
				c, err := pgx.Connect(t.Context(), alone)
				if err != nil {
					return err.Error()
				}
				defer c.Close(t.Context())
				_, err = c.Exec(t.Context(), "TRUNCATE events")
				return fmt.Sprint(err)
			},
			"pq": func(t *testing.T) string {
				db, err := sql.Open("postgres", alone)
				if err != nil {
					return err.Error()
				}
				defer db.Close()
				_, err = db.Exec("TRUNCATE events")
				return fmt.Sprint(err)
			},
			"node-postgres": func(t *testing.T) string {
				const script = "const c = new (require('pg').Client)(process.argv[1]); c.connect().then(() => c.query('TRUNCATE events')).catch(e => { console.log(e.message); c.end() })"
				cmd := exec.Command(needs(t, "node"), "-e", script, inOptions)
				cmd.Env = append(os.Environ(), "NODE_PATH="+nodeModules(t, "pg"))
				return fmt.Sprint(pgtest.Run(cmd))
			},
			"psycopg": func(t *testing.T) string {
				python3 := runtimeWith(t, "python3", "psycopg", "-c", "import psycopg")
				return fmt.Sprint(pgtest.Run(exec.Command(python3, "-c", "import psycopg, sys; psycopg.connect(sys.argv[1]).execute('TRUNCATE events')", inOptions)))
			},
		} {
			t.Run(name, func(t *testing.T) { wantAll(t, run(t), "holdfast: held as ") })
		}
	})
}
