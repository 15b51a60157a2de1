package main_test

import (
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// both runs a test with the statement in the simple and in the extended protocol.
func both(t *testing.T, test func(t *testing.T, send func(c *pgtest.Client, sql string))) {
	t.Helper()
	t.Run("simple", func(t *testing.T) {
		test(t, func(c *pgtest.Client, sql string) { c.Send(pgtest.Query(sql)) })
	})
	t.Run("extended", func(t *testing.T) {
		test(t, func(c *pgtest.Client, sql string) { c.Send(batch(sql)...) })
	})
}

func TestDeniedOutsideOfATransaction(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			send(c, "DROP TABLE events")
			hold := s.hf.AwaitHold(t, "DROP TABLE events")
			s.hf.MustCLI(t, "deny", hold.ID, "--note", "not today")
			readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
			s.wantRows(t, "3")
			usable(t, c)
			if state := s.hf.AwaitState(t, hold.ID, "denied"); state.Note != "not today" || state.Via != "cli" || state.DecidedBy == "" {
				t.Errorf("the record says %+v", state)
			}
		})
	})
}

// A denial inside a transaction is an error like any other: everything fails
// until ROLLBACK, and nothing of it stays.
func TestDeniedInsideATransaction(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			sum(c.Query("BEGIN")).wantTag(t, "BEGIN", 'T')
			sum(c.Query("INSERT INTO events VALUES (100, 'never')")).wantTag(t, "INSERT 0 1", 'T')
			send(c, "DROP TABLE events")
			hold := s.deny(t, "DROP TABLE events")
			readAnswer(t, c).wantRefusal(t, "ZH002", 'E', hold)
			sum(c.Query("SELECT 1")).wantError(t, "25P02", 'E')
			sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
			s.wantRows(t, "3")
			usable(t, c)
		})
	})
}

func TestDeniedAfterASavepoint(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Query("BEGIN")
		c.Query("INSERT INTO events VALUES (4, 'd')")
		c.Query("SAVEPOINT here")
		c.Send(pgtest.Query("TRUNCATE events"))
		hold := s.deny(t, "TRUNCATE events")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'E', hold)
		sum(c.Query("ROLLBACK TO here")).wantTag(t, "ROLLBACK", 'T')
		sum(c.Query("COMMIT")).wantTag(t, "COMMIT", 'I')
		s.wantRows(t, "4")
	})
}

func TestApprovedInsideATransaction(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			c.Query("BEGIN")
			send(c, "TRUNCATE events")
			s.approve(t, "TRUNCATE events")
			readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'T')
			sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
			s.wantRows(t, "3")
		})
	})
}

// One Query message is one hold, and its denial undoes all of it.
func TestDeniedInAStringOfSeveral(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query("INSERT INTO events VALUES (100, 'never'); DROP TABLE events; TRUNCATE events; SELECT 1"))
		hold := s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
		s.wantRows(t, "3")
		if left := s.hf.Holds(t); len(left) != 0 {
			t.Errorf("one message left %d more holds", len(left))
		}
		usable(t, c)
	})
}

// What is approved is what the client sent, and its result what the server says.
func TestApprovedRunsTheIdenticalText(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		const text = "/* a comment: ü */ DELETE FROM events RETURNING id, 'it''s \\ gone' AS note -- all"
		c.Send(pgtest.Query(text))
		s.approve(t, "DELETE FROM events")
		got := readAnswer(t, c)
		got.wantTag(t, "DELETE 3", 'I')
		if len(got.rows) != 3 || got.rows[0][1] != `it's \ gone` {
			t.Errorf("rows %q", got.rows)
		}
	})
}

// An approved statement that fails fails with the server's own error.
func TestApprovedAndFailed(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		s.srv.Exec(t, s.db, "CREATE VIEW on_events AS SELECT * FROM events")
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.approve(t, "DROP TABLE events")
		readAnswer(t, c).wantError(t, "2BP01", 'I')
		s.hf.AwaitState(t, hold.ID, "failed")
		s.srv.Exec(t, s.db, "DROP VIEW on_events")
		c.Send(pgtest.Query("DROP TABLE events"))
		hold = s.approve(t, "DROP TABLE events")
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'I')
		s.hf.AwaitState(t, hold.ID, "executed")
	})
}

func TestExpired(t *testing.T) {
	each(t, []string{"--wait", "1s"}, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			send(c, "DROP TABLE events")
			hold := s.hf.AwaitHold(t, "DROP TABLE events")
			readAnswer(t, c).wantRefusal(t, "ZH003", 'I', hold)
			s.hf.AwaitState(t, hold.ID, "expired")
			if out := s.hf.CLI("deny", hold.ID); out.Exit != 1 {
				t.Errorf("denying an expired hold exits with %d: %s", out.Exit, out.Stderr)
			}
			wantAll(t, s.hf.MustCLI(t, "approve", hold.ID), hold.ID+" granted: ")
			s.wantRows(t, "3")
			usable(t, c)
		})
	})
}

// Inside a transaction the wait is another, shorter one: locks are held.
func TestExpiredInsideATransaction(t *testing.T) {
	each(t, []string{"--wait", "30m", "--wait-in-transaction", "1s"}, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Query("BEGIN")
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		if wait := hold.Expires.Sub(hold.Asked); wait > 2*time.Second {
			t.Errorf("the hold waits %s, want 1s", wait)
		}
		readAnswer(t, c).wantRefusal(t, "ZH003", 'E', hold)
		sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
		s.wantRows(t, "3")
	})
}
