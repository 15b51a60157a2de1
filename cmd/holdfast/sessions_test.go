package main_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// sessions are those that the command line lists.
func (s scene) sessions(t *testing.T, args ...string) (list []console.Session) {
	t.Helper()
	for line := range strings.Lines(s.hf.MustCLI(t, append([]string{"sessions", "--json"}, args...)...)) {
		var one console.Session
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		list = append(list, one)
	}
	return list
}

// awaitSession waits until the only session that args pick is in a state.
func (s scene) awaitSession(t *testing.T, state string, args ...string) (one console.Session) {
	t.Helper()
	var list []console.Session
	pgtest.Await(t, time.Minute, func() string {
		return state + " is not the state of the one in " + s.hf.MustCLI(t, "sessions", "--json")
	}, func() bool {
		list = s.sessions(t, args...)
		return len(list) == 1 && list[0].State == state
	})
	return list[0]
}

// Who is connected, as real psql goes through every state.
func TestSessionsOfPsql(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		if out := s.hf.MustCLI(t, "sessions"); out != "Nobody is connected.\n" {
			t.Errorf("%q", out)
		}
		ana := psql(t, s.hf.URL(s.db))
		ana.Do("SELECT 1;")
		one := s.awaitSession(t, "idle")
		if one.ID == "" || one.Host != "default" || one.Database != s.db || one.User != "postgres" || one.Application != "psql" || one.Client != "127.0.0.1" ||
			one.Kind != "interactive" || one.TLS || one.StateSince.Before(one.Since) || time.Since(one.Since) > time.Hour {
			t.Errorf("%+v", one)
		}
		ana.Do("BEGIN;")
		s.awaitSession(t, "idle in transaction")
		ana.Do("SELECT 1/0;")
		s.awaitSession(t, "idle in transaction (aborted)")
		ana.Do("ROLLBACK;")
		ana.Type("SELECT 'a secret', pg_sleep(60);")
		if one = s.awaitSession(t, "running"); one.Statement != "SELECT" {
			t.Errorf("%+v", one)
		}
		s.value(t, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%a secret%' AND pid <> pg_backend_pid()")
		ana.Finish()
		ana.Type("DROP TABLE events;")
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		if one = s.awaitSession(t, "held", "--text", hold.ID, "--host", "default"); one.Hold != hold.ID || one.Statement != "DROP TABLE public.events" {
			t.Errorf("%+v", one)
		}
		wantAll(t, s.hf.MustCLI(t, "sessions"), "1 session, newest first", "default / ", "postgres, psql", "held as "+hold.ID)
		s.hf.MustCLI(t, "deny", hold.ID)
		ana.Finish()
		s.awaitSession(t, "idle")
		if list := s.sessions(t, "--user", "nobody"); len(list) != 0 {
			t.Errorf("%+v", list)
		}
		ana.Type(`\q`)
		pgtest.Await(t, time.Minute, func() string { return "who left is still listed" }, func() bool { return len(s.sessions(t)) == 0 })
	})
}
