package main_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// ownServer is a scene on a server that the test may stop.
func ownServer(t *testing.T, v pgtest.Version) scene {
	t.Helper()
	return newScene(t, pgtest.Start(t, v), nil)
}

func TestServerEndsWhileHeld(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		for name, end := range map[string]func(*pgtest.Server){"stopped": (*pgtest.Server).Stop, "crashed": (*pgtest.Server).Crash} {
			t.Run(v.String()+" "+name, func(t *testing.T) {
				s := ownServer(t, v)
				c := s.connect(t)
				c.Send(pgtest.Query("DROP TABLE events"))
				hold := s.hf.AwaitHold(t, "DROP TABLE events")
				end(s.srv)
				ended := sum(c.ExpectEOF())
				if ended.err['C'] != "08006" && ended.err['C'] != "57P01" && ended.err['C'] != "57P02" {
					t.Errorf("the session ended with %v, want 08006 or the server's own error", ended.err)
				}
				s.hf.AwaitState(t, hold.ID, "abandoned")
				wantAll(t, s.hf.MustCLI(t, "approve", hold.ID), hold.ID+" granted: ")
			})
		}
	}
}

// SIGTERM while a statement is held: the client is told as by a server that
// stops, and nothing has run.
func TestHoldfastStopsWhileHeld(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c, idle := s.connect(t), s.connect(t)
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		s.hf.Terminate(t)
		if ended := sum(c.ExpectEOF()); ended.err['C'] != "57P01" {
			t.Errorf("the held session ended with %v, want 57P01", ended.err)
		}
		if ended := sum(idle.ExpectEOF()); ended.err['C'] != "57P01" {
			t.Errorf("the idle session ended with %v, want 57P01", ended.err)
		}
		s.hf.Stop(t)
		s.wantRows(t, "3")
		s.hf.Start(t)
		if state := s.hf.Hold(t, hold.ID).State; state != "abandoned" {
			t.Errorf("the hold is %s after a stop, want abandoned", state)
		}
	})
}

// After a crash nobody waits behind the holds on disk: the next start settles them.
func TestRestartSettlesOrphans(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		s.hf.Kill()
		c.ExpectEOFOrReset()
		s.hf.Start(t)
		if left := s.hf.Holds(t); len(left) != 0 {
			t.Errorf("%d holds wait after a restart", len(left))
		}
		if state := s.hf.Hold(t, hold.ID).State; state != "abandoned" {
			t.Errorf("the hold is %s after a crash, want abandoned", state)
		}
		wantAll(t, s.hf.MustCLI(t, "approve", hold.ID), hold.ID+" granted: ")
		s.wantRows(t, "3")
		usable(t, s.connect(t))
	})
}

// A server that is not there is an error of the connection, not of holdfast.
func TestServerIsNotThere(t *testing.T) {
	s := ownServer(t, pgtest.Newest(t))
	s.srv.Stop()
	c := pgtest.Dial(t, s.hf.Listen)
	c.Send(pgtest.Startup("user", "postgres", "database", s.db))
	if ended := sum(c.ExpectEOF()); ended.err['S'] != "FATAL" || ended.err['C'] == "" {
		t.Errorf("got %v, want a FATAL error", ended.err)
	}
	if out := s.hf.CLI("status"); out.Exit != 0 {
		t.Errorf("status exits with %d while the server is away: %s", out.Exit, out.Stderr)
	}
}
