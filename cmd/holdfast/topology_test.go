package main_test

import (
	"fmt"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// topology is a way to a server that has holdfast in it, and somebody else.
type topology struct {
	scene
	listen string // where clients connect
	pools  bool   // a session does not keep its server connection between transactions
}

func (w topology) dial(t *testing.T) *pgtest.Client {
	t.Helper()
	return pgtest.Connect(t, w.listen, w.db)
}

// test plays what clients do, in a topology: everything a hold can come to, and
// that the pool is as good as new afterwards.
func (w topology) test(t *testing.T) {
	t.Helper()
	t.Run("normal traffic", w.testTraffic)
	t.Run("held", w.testHeld)
	t.Run("held in a transaction", w.testHeldInATransaction)
	t.Run("cancelled", w.testCancelled)
	t.Run("left", w.testLeft)
	if !w.pools {
		t.Run("prepared statements", w.testPrepared)
	}
	t.Run("many one after the other", func(t *testing.T) {
		for range 10 {
			c := w.dial(t)
			usable(t, c)
			c.Close()
		}
	})
	w.wantRows(t, "3")
	for _, hold := range w.hf.Holds(t) {
		t.Errorf("hold %s of %q is left, %s", hold.ID, hold.SQL, hold.State)
	}
}

// testTraffic sends what must not be held.
func (w topology) testTraffic(t *testing.T) {
	before := len(w.hf.AllHolds(t))
	c := pgtest.Dial(t, w.listen)
	c.Startup("user", "postgres", "database", w.db, "application_name", "traffic", "extra_float_digits", "3")
	sum(c.Query("SELECT 1; SELECT 2")).wantTag(t, "SELECT 1", 'I')
	c.Send(batch("SELECT generate_series(1, 1000)")...)
	readAnswer(t, c).wantTag(t, "SELECT 1000", 'I')
	sum(c.Query("SELECT 1/0")).wantError(t, "22012", 'I')
	for _, step := range [][2]string{
		{"BEGIN", "BEGIN"}, {"INSERT INTO events VALUES (50, 'x')", "INSERT 0 1"}, {"UPDATE events SET note = 'y' WHERE id = 50", "UPDATE 1"},
		{"DELETE FROM events WHERE id = 50", "DELETE 1"},
	} {
		sum(c.Query(step[0])).wantTag(t, step[1], 'T')
	}
	sum(c.Query("COMMIT")).wantTag(t, "COMMIT", 'I')
	c.Send(pgtest.Query("COPY events FROM STDIN"))
	c.Expect("G")
	c.Send(pgtest.CopyData("60\tdrop table events\n"), pgtest.CopyDone())
	readAnswer(t, c).wantTag(t, "COPY 1", 'I')
	sum(c.Query("DELETE FROM events WHERE id = 60")).wantTag(t, "DELETE 1", 'I')
	sum(c.Query("DISCARD ALL")).wantTag(t, "DISCARD ALL", 'I')
	if after := len(w.hf.AllHolds(t)); after != before {
		t.Errorf("%d statements were held", after-before)
	}
}

// testHeld denies and approves in both protocols.
func (w topology) testHeld(t *testing.T) {
	both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
		c := w.dial(t)
		send(c, "DROP TABLE events")
		hold := w.deny(t, "DROP TABLE events")
		denied := readAnswer(t, c)
		denied.wantRefusal(t, "ZH002", 'I', hold)
		if len(denied.notices) == 0 {
			t.Error("the client got no notice of its hold")
		}
		usable(t, c)
		w.srv.Exec(t, w.db, "CREATE TABLE doomed (id int)")
		send(c, "DROP TABLE doomed")
		hold = w.approve(t, "DROP TABLE doomed")
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'I')
		w.hf.AwaitState(t, hold.ID, "executed")
		usable(t, c)
		w.wantRows(t, "3")
	})
}

func (w topology) testHeldInATransaction(t *testing.T) {
	both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
		c := w.dial(t)
		sum(c.Query("BEGIN")).wantTag(t, "BEGIN", 'T')
		sum(c.Query("INSERT INTO events VALUES (100, 'never')")).wantTag(t, "INSERT 0 1", 'T')
		send(c, "TRUNCATE events")
		hold := w.deny(t, "TRUNCATE events")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'E', hold)
		sum(c.Query("SELECT 1")).wantError(t, "25P02", 'E')
		sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
		usable(t, c)
		sum(c.Query("BEGIN")).wantTag(t, "BEGIN", 'T')
		send(c, "TRUNCATE events")
		w.approve(t, "TRUNCATE events")
		readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'T')
		sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
		w.wantRows(t, "3")
	})
}

func (w topology) testCancelled(t *testing.T) {
	c := w.dial(t)
	c.Send(pgtest.Query("DROP TABLE events"))
	hold := w.hf.AwaitHold(t, "DROP TABLE events")
	w.cancel(t, c)
	readAnswer(t, c).wantError(t, "57014", 'I')
	w.hf.AwaitState(t, hold.ID, "withdrawn")
	usable(t, c)

	c.Send(pgtest.Query("SELECT pg_sleep(600)"))
	w.srv.AwaitValue(t, long, w.db, w.asleep(), "1")
	w.cancel(t, c)
	readAnswer(t, c).wantError(t, "57014", 'I')
	usable(t, c)
}

// cancel cancels as libpq does: it waits for the end of the connection. pgbouncer
// 1.18 ends itself ("bad client state") when that is closed before.
func (w topology) cancel(t *testing.T, c *pgtest.Client) {
	t.Helper()
	canceller := pgtest.Dial(t, w.listen)
	canceller.Send(pgtest.CancelRequest(c.Key))
	canceller.ExpectEOF()
}

// asleep counts the sessions of the database that sleep.
func (w topology) asleep() string {
	return fmt.Sprintf("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '%s'", w.db)
}

// testLeft lets clients vanish while their statements are held.
func (w topology) testLeft(t *testing.T) {
	for _, begin := range []string{"", "BEGIN"} {
		c := w.dial(t)
		c.Query(begin)
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := w.hf.AwaitHold(t, "DROP TABLE events")
		c.Close()
		w.hf.AwaitState(t, hold.ID, "withdrawn")
		w.srv.AwaitValue(t, long, w.db, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = '"+w.db+"'", "0")
	}
	usable(t, w.dial(t))
}

// testPrepared uses statements by their names, of both protocols, across
// transactions.
func (w topology) testPrepared(t *testing.T) {
	c := w.dial(t)
	c.Send(pgtest.Parse("one", "SELECT $1::int + 1"), pgtest.Parse("purge", "DELETE FROM events"), pgtest.Sync())
	c.ReadUntil('Z')
	sum(c.Query("PREPARE two AS SELECT 2")).wantTag(t, "PREPARE", 'I')
	for range 2 {
		c.Send(pgtest.Bind("", "one", "41"), pgtest.Execute("", 0), pgtest.Sync())
		readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
		sum(c.Query("EXECUTE two")).wantTag(t, "SELECT 1", 'I')
		c.Send(pgtest.Bind("", "purge"), pgtest.Execute("", 0), pgtest.Sync())
		hold := w.deny(t, "DELETE FROM events")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
	}
	c.Send(pgtest.Close('S', "one"), pgtest.Sync())
	c.ReadUntil('Z')
	sum(c.Query("DEALLOCATE ALL")).wantTag(t, "DEALLOCATE ALL", 'I')
	usable(t, c)
}
