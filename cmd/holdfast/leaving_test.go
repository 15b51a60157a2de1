package main_test

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// Ctrl-C in psql is a CancelRequest: the hold is withdrawn and the session goes on.
func TestCtrlC(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		ana := psqlOnTerminal(t, s.hf.URL(s.db))
		ana.Await("=# ")
		ana.Type("DROP TABLE events;")
		ana.Await("Ctrl-C withdraws.")
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		ana.Keys("\x03")
		wantAll(t, ana.Await("=# "), "ERROR:  canceling statement due to user request")
		s.hf.AwaitState(t, hold.ID, "withdrawn")
		ana.Type("SELECT 41 + 1 AS answer, :'LAST_ERROR_SQLSTATE' AS state;")
		wantAll(t, ana.Await("(1 row)"), "42", "57014")
		s.wantRows(t, "3")
	})
}

func TestCancelRequest(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			send(c, "DROP TABLE events")
			hold := s.hf.AwaitHold(t, "DROP TABLE events")
			pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(c.Key))
			readAnswer(t, c).wantError(t, "57014", 'I')
			s.hf.AwaitState(t, hold.ID, "withdrawn")
			usable(t, c)
		})
		t.Run("in a transaction", func(t *testing.T) {
			c := s.connect(t)
			c.Query("BEGIN")
			c.Send(pgtest.Query("DROP TABLE events"))
			s.hf.AwaitHold(t, "DROP TABLE events")
			pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(c.Key))
			readAnswer(t, c).wantError(t, "57014", 'E')
			sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
		})
		t.Run("of a running statement", func(t *testing.T) {
			c := s.connect(t)
			pid := pidOf(t, c)
			c.Send(pgtest.Query("SELECT pg_sleep(600)"))
			s.srv.AwaitValue(t, long, s.db, "SELECT wait_event FROM pg_stat_activity WHERE pid = "+pid, "PgSleep")
			pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(c.Key))
			readAnswer(t, c).wantError(t, "57014", 'I')
			usable(t, c)
		})
		t.Run("with a wrong key", func(t *testing.T) {
			c := s.connect(t)
			c.Send(pgtest.Query("DROP TABLE events"))
			hold := s.hf.AwaitHold(t, "DROP TABLE events")
			wrong := append([]byte(nil), c.Key...)
			wrong[len(wrong)-1] ^= 1
			canceller := pgtest.Dial(t, s.hf.Listen)
			canceller.Send(pgtest.CancelRequest(wrong))
			canceller.ExpectEOF()
			if state := s.hf.Hold(t, hold.ID).State; state != "pending" {
				t.Errorf("a wrong key made the hold %s", state)
			}
			s.hf.Deny(t, hold.ID)
			readAnswer(t, c).wantError(t, "ZH002", 'I')
		})
	})
}

// A client that is gone leaves nothing behind: no hold, no transaction, no lock.
func TestKilledClient(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		wantAll(t, ana.Do("BEGIN; SELECT pg_backend_pid() AS pid \\gset\nUPDATE events SET note = 'x' WHERE id = 1;"), "UPDATE 1")
		ana.Type(`\warn pid :pid`)
		ana.Await("pid ")
		pid := strings.TrimSpace(ana.Await("\n"))
		ana.Type("DROP TABLE events;")
		ana.Await("NOTICE:  holdfast: held as ")
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		if locksOf(t, s, pid) == "0" {
			t.Fatal("the open transaction holds no lock, so this test shows nothing")
		}
		if err := ana.cmd.Process.Kill(); err != nil {
			t.Fatalf("killing psql: %v", err)
		}
		s.srv.AwaitValue(t, soon, s.db, "SELECT count(*) FROM pg_locks WHERE pid = "+pid, "0")
		s.hf.AwaitState(t, hold.ID, "withdrawn")
		if out := s.hf.CLI("deny", hold.ID); out.Exit != 1 {
			t.Errorf("denying a withdrawn hold exits with %d: %s", out.Exit, out.Stderr)
		}
		if out := s.hf.CLI("approve", hold.ID); out.Exit != 0 || !strings.Contains(out.Stdout, "granted") {
			t.Errorf("approving a withdrawn hold: %+v", out)
		}
		s.wantRows(t, "3")
	})
}

// A client may end its half of the connection, or all of it, at any moment.
func TestClientLeavesWhileHeld(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		for name, leave := range map[string]func(*pgtest.Client){
			"socket closed":      (*pgtest.Client).Close,
			"half of it closed":  (*pgtest.Client).CloseWrite,
			"Terminate":          func(c *pgtest.Client) { c.Send(pgtest.Terminate()); c.Close() },
			"behind more to ask": func(c *pgtest.Client) { c.Send(pgtest.Query("SELECT 1"), pgtest.Terminate()); c.Close() },
		} {
			t.Run(name, func(t *testing.T) {
				c := s.connect(t)
				pid := pidOf(t, c)
				c.Send(pgtest.Query("DROP TABLE events"))
				hold := s.hf.AwaitHold(t, "DROP TABLE events")
				leave(c)
				s.hf.AwaitState(t, hold.ID, "withdrawn")
				s.srv.AwaitValue(t, soon, s.db, "SELECT count(*) FROM pg_stat_activity WHERE pid = "+pid, "0")
				s.wantRows(t, "3")
			})
		}
	})
}

// A client that stops answering, but is not gone, keeps its hold.
func TestStoppedClient(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		ana.Type("DROP TABLE events;")
		ana.Await("NOTICE:  holdfast: held as ")
		stop(t, ana.cmd, syscall.SIGSTOP)
		s.approve(t, "DROP TABLE events")
		s.srv.AwaitValue(t, long, s.db, "SELECT to_regclass('events')", "")
		stop(t, ana.cmd, syscall.SIGCONT)
		wantAll(t, ana.Finish(), "DROP TABLE\n")
	})
}

func stop(t *testing.T, cmd *exec.Cmd, sig syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatalf("sending %s: %v", sig, err)
	}
}
