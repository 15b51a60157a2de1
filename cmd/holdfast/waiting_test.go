package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// locksOf counts the locks of a server process, other than on its own virtual
// transaction, which an idle one has not either.
func locksOf(t *testing.T, s scene, pid string) string {
	t.Helper()
	return s.value(t, "SELECT count(*) FROM pg_locks WHERE pid = "+pid)
}

func pidOf(t *testing.T, c *pgtest.Client) string {
	t.Helper()
	got := sum(c.Query("SELECT pg_backend_pid()"))
	if len(got.rows) != 1 {
		t.Fatalf("no process id: %v", got.err)
	}
	return got.rows[0][0]
}

// An autocommit statement that waits has not reached the server: no lock, no
// snapshot, and no statement_timeout runs.
func TestWaitingHoldsNothingOnTheServer(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := s.connect(t)
			pid := pidOf(t, c)
			c.Query("SET statement_timeout = '200ms'")
			send(c, "DELETE FROM events")
			hold := s.hf.AwaitHold(t, "DELETE FROM events")
			if n := locksOf(t, s, pid); n != "0" {
				t.Errorf("a waiting statement holds %s locks", n)
			}
			if state := s.value(t, "SELECT state FROM pg_stat_activity WHERE pid = "+pid); state != "idle" {
				t.Errorf("the server process is %s, want idle", state)
			}
			// Three times the timeout, measured by the server.
			s.srv.Exec(t, s.db, "SELECT pg_sleep(0.6)")
			s.hf.Approve(t, hold.ID)
			readAnswer(t, c).wantTag(t, "DELETE 3", 'I')
			s.srv.Exec(t, s.db, "INSERT INTO events VALUES (1, 'a'), (2, 'b'), (3, 'c')")
		})
	})
}

// A statement that the client prepared before, as pgx does, waits at its Bind.
func TestWaitingAtBindHoldsNothing(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		pid := pidOf(t, c)
		c.Query("SET statement_timeout = '200ms'")
		c.Send(pgtest.Parse("purge", "DELETE FROM events"), pgtest.Describe('S', "purge"), pgtest.Sync())
		first := s.hf.Holds(t)
		if len(first) > 0 {
			// Held at Parse: as good, and then Bind need not ask again.
			s.hf.Approve(t, first[0].ID)
		}
		c.ReadUntil('Z')
		c.Send(pgtest.Bind("", "purge"), pgtest.Execute("", 0), pgtest.Sync())
		hold := s.hf.AwaitHold(t, "DELETE FROM events")
		if n := locksOf(t, s, pid); n != "0" {
			t.Errorf("a waiting statement holds %s locks", n)
		}
		s.srv.Exec(t, s.db, "SELECT pg_sleep(0.6)")
		s.hf.Approve(t, hold.ID)
		readAnswer(t, c).wantTag(t, "DELETE 3", 'I')
	})
}

// While one session waits, others go on, and what the server sends the waiting
// one on its own account still arrives.
func TestOthersGoOnWhileOneWaits(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		waiting, other := s.connect(t), s.connect(t)
		waiting.Query("LISTEN news")
		waiting.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		sum(other.Query("INSERT INTO events VALUES (4, 'd')")).wantTag(t, "INSERT 0 1", 'I')
		other.Query("NOTIFY news, 'hello'")
		s.hf.Deny(t, hold.ID)
		messages := waiting.ReadUntil('Z')
		sum(messages).wantRefusal(t, "ZH002", 'I', hold)
		if !strings.Contains(waiting.Trace(), `<- NotificationResponse * "news" "hello"`) {
			t.Errorf("no notification:\n%s", waiting.Trace())
		}
	})
}

// Many wait at once, each with its own answer.
func TestManyWait(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		const many = 20
		clients := make([]*pgtest.Client, many)
		for i := range clients {
			s.srv.Exec(t, s.db, fmt.Sprintf("CREATE TABLE many_%02d ()", i))
			clients[i] = s.connect(t)
			clients[i].Send(pgtest.Query(fmt.Sprintf("DROP TABLE many_%02d", i)))
		}
		for i := range clients {
			text := fmt.Sprintf("many_%02d", i)
			if i%2 == 0 {
				s.approve(t, text)
			} else {
				s.deny(t, text)
			}
		}
		for i, c := range clients {
			if i%2 == 0 {
				readAnswer(t, c).wantTag(t, "DROP TABLE", 'I')
			} else {
				readAnswer(t, c).wantError(t, "ZH002", 'I')
			}
		}
		if left := s.value(t, "SELECT count(*) FROM pg_class WHERE relname LIKE 'many\\_%'"); left != "10" {
			t.Errorf("%s tables are left, want 10", left)
		}
	})
}
