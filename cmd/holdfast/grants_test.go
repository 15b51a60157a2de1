package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// connectAs opens a session of an application.
func (s scene) connectAs(t *testing.T, application string) *pgtest.Client {
	t.Helper()
	c := pgtest.Dial(t, s.hf.Listen)
	c.Startup("user", "postgres", "database", s.db, "application_name", application)
	return c
}

// runFile runs a file with psql as a migration is run: it ends at the first error.
func (s scene) runFile(t *testing.T, file string) pgtest.Output {
	t.Helper()
	needs(t, "psql")
	return pgtest.Run(exec.Command("psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", s.hf.URL(s.db), "-f", file))
}

func migrationFile(t *testing.T, sql string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "0042_drop.sql")
	if err := os.WriteFile(file, []byte(sql), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A migration with a DROP that nobody answered in time: approved later, the rerun of
// the file passes, once.
func TestMigrationThatExpired(t *testing.T) {
	onNewest(t, []string{"--wait", "1s"}, func(t *testing.T, s scene) {
		file := migrationFile(t, "SET search_path = public; -- run by ci\nSELECT 1;\nDROP TABLE events;\n")
		out := s.runFile(t, file)
		wantAll(t, out.Stderr, "ERROR:  holdfast: expired: nobody answered in 1 s", "It can still be approved: holdfast approve ")
		if out.Exit != 3 {
			t.Errorf("psql exits with %d: %s", out.Exit, out.Stderr)
		}
		id := s.hf.AllHolds(t)[0].ID
		wantAll(t, s.hf.MustCLI(t, "show", id), "Nobody answered in 1 s. Nothing was dropped.",
			"It can still be approved: then postgres may run it again, once.", "holdfast approve "+id)
		said := s.hf.MustCLI(t, "approve", id)
		wantAll(t, said, id+" granted: postgres may run it once until ")
		t.Logf("approve: %s", said)
		list := s.hf.MustCLI(t, "holds")
		wantAll(t, list, "Nothing is waiting for a reviewer.", "1 granted, each for one run of the identical statement", id, "DROP TABLE public.events")
		t.Logf("holds:\n%s\nshow:\n%s", list, s.hf.MustCLI(t, "show", id))
		var h struct {
			State        string    `json:"state"`
			GrantedUntil time.Time `json:"granted_until"`
			Decided      time.Time `json:"decided"`
		}
		if err := json.Unmarshal([]byte(s.hf.MustCLI(t, "show", id, "--json")), &h); err != nil || h.State != "granted" || h.GrantedUntil.Sub(h.Decided) != 30*time.Minute {
			t.Errorf("%+v, %v", h, err)
		}
		s.wantRows(t, "3")

		// Something else, or the same under another search_path, is held.
		s.srv.Exec(t, s.db, "CREATE SCHEMA other; CREATE TABLE other.events (id int)")
		for _, other := range []string{"SET search_path = public; DROP TABLE events", "SET search_path = other"} {
			c := s.connect(t)
			if strings.HasPrefix(other, "SET search_path = other") {
				sum(c.Query(other)).wantTag(t, "SET", 'I')
				other = "DROP TABLE events"
			}
			sum(c.Query(other)).wantError(t, "ZH003", 'I')
			c.Close()
		}
		s.wantRows(t, "3")

		out = s.runFile(t, file)
		wantAll(t, out.Stderr, "NOTICE:  holdfast: released "+id+": approved by ", ", for one run until ")
		if out.Exit != 0 || strings.Contains(out.Stderr, "held as") {
			t.Errorf("the rerun exits with %d: %s", out.Exit, out.Stderr)
		}
		s.wantRows(t, "")
		s.hf.AwaitState(t, id, "executed")

		s.srv.Exec(t, s.db, "CREATE TABLE events (id int)")
		out = s.runFile(t, file)
		wantAll(t, out.Stderr, "NOTICE:  holdfast: held as ", "ERROR:  holdfast: expired")
		s.wantRows(t, "0")
		wantAll(t, s.hf.CLI("approve", id).Stderr, "not approved: already approved by ")
	})
}

// Two sessions want the same grant: one runs, the other is asked. An error of the
// server gives the grant back.
func TestGrantIsForOneRun(t *testing.T) {
	onNewest(t, []string{"--wait", "1s"}, func(t *testing.T, s scene) {
		a, b := s.connect(t), s.connect(t)
		sum(a.Query("DELETE FROM events")).wantError(t, "ZH003", 'I')
		id := s.hf.AllHolds(t)[0].ID
		s.hf.Approve(t, id)
		s.srv.Exec(t, s.db, "CREATE FUNCTION not_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;"+
			"CREATE TRIGGER not_now BEFORE DELETE ON events FOR EACH STATEMENT EXECUTE FUNCTION not_now()")
		for range 3 {
			failed := sum(a.Query("DELETE /* again */ FROM events"))
			failed.wantError(t, "P0001", 'I')
			if len(failed.notices) != 1 || !strings.Contains(failed.notices[0]['M'], "released "+id) {
				t.Fatalf("not released by the grant: %v", failed.notices)
			}
		}
		wantAll(t, s.hf.MustCLI(t, "show", id), "the server undid it with an error, so the approval is good again: P0001")
		s.srv.Exec(t, s.db, "DROP TRIGGER not_now ON events")
		a.Send(pgtest.Query("DELETE FROM events"))
		b.Send(pgtest.Query("DELETE FROM events"))
		first, second := readAnswer(t, a), readAnswer(t, b)
		if first.err != nil {
			first, second = second, first
		}
		first.wantTag(t, "DELETE 3", 'I')
		second.wantError(t, "ZH003", 'I')
		s.hf.AwaitState(t, id, "executed")
	})
}

const agentsReturn = `
rules:
  - {name: agents ask, when: {applications: "claude*"}, action: hold, mode: return}
`

// An agent whose rule returns: an error at once with what to do, the same hold when it
// repeats itself, and after the approval one run. The hold outlives its session and a
// restart.
func TestReturnMode(t *testing.T) {
	s := newConfigured(t, agentsReturn)
	agent := func() *pgtest.Client { return s.connectAs(t, "claude-code") }
	c := agent()
	a := sum(c.Query("DELETE FROM events"))
	a.wantError(t, "ZH001", 'I')
	holds := s.hf.Holds(t)
	if len(holds) != 1 || holds[0].State != "pending" {
		t.Fatalf("%+v", holds)
	}
	id := holds[0].ID
	t.Logf("%s\n%s\n%s", a.err['M'], a.err['D'], a.err['H'])
	wantAll(t, a.err['M'], "holdfast: held as "+id+": DELETE public.events without WHERE on production")
	wantAll(t, a.err['D'], "It has not run. Nothing was deleted.", `Rule "agents ask"`)
	wantAll(t, a.err['H'], "Ask a person to approve "+id, "then send the identical statement again, once", "do not rewrite it or look for another way")
	usable(t, c)
	if again := sum(c.Query("DELETE FROM events")); again.err['C'] != "ZH001" || !strings.Contains(again.err['M'], id) || len(s.hf.Holds(t)) != 1 {
		t.Errorf("repeated: %v", again.err)
	}
	needs(t, "psql")
	typed := pgtest.Run(exec.Command("psql", "-X", "-d", s.hf.URLWith(s.db, "application_name", "claude-code"), "-c", "DELETE FROM events"))
	if wantAll(t, typed.Stderr, "ERROR:  holdfast: held as "+id, "HINT:  Ask a person to approve "+id); typed.Exit != 1 {
		t.Errorf("psql exits with %d", typed.Exit)
	}
	c.Send(batch("DELETE FROM events WHERE true")...) // the extended protocol, in a hold of its own
	readAnswer(t, c).wantError(t, "ZH001", 'I')
	usable(t, c)
	sum(c.Query("BEGIN"))
	sum(c.Query("DELETE FROM events")).wantError(t, "ZH001", 'E')
	sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
	wantAll(t, s.hf.MustCLI(t, "show", id), "Nobody waits: the statement has failed with the id of this hold.")
	c.Close()

	s.hf.Stop(t)
	s.hf.Start(t)
	if h := s.hf.Hold(t, id); h.State != "pending" {
		t.Fatalf("after a restart: %+v", h)
	}
	if out := s.hf.CLI("wait", id, "--timeout", "200ms"); out.Exit != 1 || !strings.Contains(out.Stderr, "has no answer after 200 ms") {
		t.Errorf("wait without an answer: %+v", out)
	}
	waits := make(chan pgtest.Output, 1)
	go func() { waits <- s.hf.CLI("wait", id, "--timeout", "1m") }()
	wantAll(t, s.hf.MustCLI(t, "approve", id), id+" granted: postgres may run it once until ")
	if out := <-waits; out.Exit != 0 || !strings.Contains(out.Stdout, id+" granted: postgres may run it once") {
		t.Errorf("wait: %+v", out)
	}
	c = agent()
	sum(c.Query("DELETE FROM events")).wantTag(t, "DELETE 3", 'I')
	s.hf.AwaitState(t, id, "executed")
	next := sum(c.Query("DELETE FROM events"))
	next.wantError(t, "ZH001", 'I')
	if strings.Contains(next.err['M'], id) {
		t.Error("the hold that was spent is held again")
	}
	last := ""
	for _, h := range s.hf.Holds(t) {
		if h.SQL == "DELETE FROM events" {
			last = h.ID
		}
	}
	wantAll(t, s.hf.MustCLI(t, "deny", last, "--note", "not today"), last+" denied. Nothing was deleted.")
	if out := s.hf.CLI("wait", last, "--json"); out.Exit != 1 || !strings.Contains(out.Stdout, `"state":"denied"`) || !strings.Contains(out.Stderr, `was denied by`) {
		t.Errorf("wait for a denial: %+v", out)
	}
	if out := s.hf.CLI("wait", "zzzzzzzz"); out.Exit != 1 || !strings.Contains(out.Stderr, "no hold has the id") {
		t.Errorf("wait for nothing: %+v", out)
	}

	// Everybody else waits, as before.
	other := s.connect(t)
	other.Send(pgtest.Query("TRUNCATE events"))
	s.hf.Approve(t, s.hf.AwaitHold(t, "TRUNCATE events").ID)
	readAnswer(t, other).wantTag(t, "TRUNCATE TABLE", 'I')
}

// What no approval can be kept for waits, in return mode too.
func TestReturnModeWaitsForWhatCannotBeBound(t *testing.T) {
	s := newConfigured(t, agentsReturn)
	c := s.connectAs(t, "claude-code")
	sum(c.Query("PREPARE p AS DELETE FROM events")).wantTag(t, "PREPARE", 'I')
	c.Send(pgtest.Query("EXECUTE p"))
	hold := s.hf.AwaitHold(t, "EXECUTE p")
	s.hf.Approve(t, hold.ID)
	readAnswer(t, c).wantTag(t, "DELETE 3", 'I')
}
