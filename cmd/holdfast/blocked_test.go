package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// shown is a hold as the command line shows it to programs.
func (s scene) shown(t *testing.T, id string) (h console.Hold) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.hf.MustCLI(t, "show", id, "--json")), &h); err != nil {
		t.Fatal(err)
	}
	return h
}

// awaitBehind waits until so many sessions wait behind a hold.
func (s scene) awaitBehind(t *testing.T, id string, n int) (b *console.Blocked) {
	t.Helper()
	pgtest.Await(t, time.Minute, func() string { return fmt.Sprintf("%+v, want %d behind %s", b, n, id) }, func() bool {
		b = s.shown(t, id).Blocked
		return b != nil && b.Count == n
	})
	return b
}

// A transaction with a lock on the whole table holds others up; its hold ends after five
// seconds of that, and they go on.
func TestHeldBehindAStrongLock(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE TABLE spare (id int)")
		ana, ben := psql(t, s.hf.URL(s.db)), psql(t, s.srv.URL(s.db)+"?application_name=shop%20front")
		ana.Do("BEGIN;")
		ana.Do("ALTER TABLE events ADD COLUMN seen int;")
		ana.Type("DROP TABLE spare;")
		hold := s.hf.AwaitHold(t, "DROP TABLE spare")
		if b := s.awaitBehind(t, hold.ID, 0); b.Fault != "" || len(b.Sessions) != 0 {
			t.Errorf("%+v", b)
		}
		ben.Type("SELECT count(*) FROM events;")
		began := time.Now()
		b := s.awaitBehind(t, hold.ID, 1)
		if one := b.Sessions[0]; one.User != "postgres" || one.Application != "shop front" || one.PID == 0 || time.Since(one.Since) > time.Minute {
			t.Errorf("%+v", b)
		}
		wantAll(t, s.hf.MustCLI(t, "holds"), "1 session waits behind the locks of "+hold.ID)
		wantAll(t, s.hf.MustCLI(t, "show", hold.ID), "1 session waits behind them.", "BEHIND", "postgres, shop front, process ")
		wantAll(t, ben.Finish(), "3", "(1 row)")
		if took := time.Since(began); took < 4*time.Second || took > 30*time.Second {
			t.Errorf("who waited went on after %s", took)
		}
		wantAll(t, ana.Finish(), "ERROR:  holdfast: expired: ended early: 1 session had waited ", " s behind its locks", "The transaction is aborted")
		wantAll(t, ana.Do("SELECT 1;"), "current transaction is aborted")
		wantAll(t, ana.Do("ROLLBACK;"), "ROLLBACK")
		ended := s.shown(t, hold.ID)
		if ended.State != "expired" || !strings.HasPrefix(ended.Result, "ended early: 1 session had waited ") || ended.Blocked != nil || !ended.Decided.Before(ended.Expires) {
			t.Errorf("%+v", ended)
		}
		wantAll(t, s.hf.MustCLI(t, "show", hold.ID), "Ended early: 1 session had waited ", "Nothing was dropped.", "It can still be approved")
		if n := s.value(t, "SELECT count(*) FROM pg_attribute WHERE attrelid = 'events'::regclass AND attname = 'seen'"); n != "0" {
			t.Error("the transaction was not aborted")
		}
	})
}

// Who waits for a row does not end a hold, and is shown; the hold is answered as ever,
// and the transaction is as it was.
func TestHeldBehindARowLock(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE TABLE spare (id int)")
		ana, ben := psql(t, s.hf.URL(s.db)), psql(t, s.srv.URL(s.db))
		ana.Do("SET idle_in_transaction_session_timeout = '3s';") // of a hold the limit is its own
		ana.Do("BEGIN;")
		ana.Do("CREATE TABLE fresh (id int);") // a strong lock that nobody can wait for
		ana.Do("UPDATE events SET id = id WHERE id = 1;")
		ana.Do("DECLARE mine CURSOR FOR SELECT 4711;")
		ana.Type("DROP TABLE spare;")
		hold := s.hf.AwaitHold(t, "DROP TABLE spare")
		ben.Type("UPDATE events SET id = id WHERE id = 1;")
		b := s.awaitBehind(t, hold.ID, 1)
		since := b.Sessions[0].Since
		pgtest.Await(t, time.Minute, func() string { return "ben has not waited 8 s" }, func() bool {
			b = s.awaitBehind(t, hold.ID, 1)
			return b.At.Sub(since) > 8*time.Second
		})
		if h := s.shown(t, hold.ID); h.State != "pending" || !b.Sessions[0].Since.Equal(since) {
			t.Errorf("%+v", h)
		}
		s.hf.MustCLI(t, "approve", hold.ID)
		wantAll(t, ana.Finish(), "DROP TABLE")
		wantAll(t, ana.Do("SHOW statement_timeout;"), "0")
		wantAll(t, ana.Do("FETCH mine;"), "4711")
		wantAll(t, ana.Do("SELECT count(*) FROM pg_stat_activity WHERE pid = pg_backend_pid();"), "1")
		wantAll(t, ana.Do("COMMIT;"), "COMMIT")
		wantAll(t, ben.Finish(), "UPDATE 1")
	})
}

// Outside of a transaction there is nothing to wait behind, and in the middle of a batch
// nobody can ask.
func TestNobodyAsksWhoWaits(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE TABLE spare (id int)")
		c := s.connect(t)
		c.Send(pgtest.Query("DROP TABLE spare"))
		hold := s.hf.AwaitHold(t, "DROP TABLE spare")
		if b := s.shown(t, hold.ID).Blocked; b != nil {
			t.Errorf("%+v", b)
		}
		s.deny(t, "DROP TABLE spare")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
		c.Send(pgtest.Parse("", "INSERT INTO events VALUES (100, 'never')"), pgtest.Bind("", ""), pgtest.Execute("", 0), pgtest.Flush())
		pgtest.Await(t, time.Minute, func() string { return "nothing is locked" }, func() bool {
			return s.value(t, "SELECT count(*) FROM pg_locks WHERE relation = 'events'::regclass") != "0"
		})
		c.Send(pgtest.Parse("", "DROP TABLE spare"), pgtest.Bind("", ""), pgtest.Execute("", 0), pgtest.Sync())
		hold = s.hf.AwaitHold(t, "DROP TABLE spare")
		var h console.Hold
		pgtest.Await(t, time.Minute, func() string { return fmt.Sprintf("%+v", h) }, func() bool {
			h = s.shown(t, hold.ID)
			return h.Blocked != nil
		})
		if h.Blocked.Fault != "the batch that it is part of has begun on the server" {
			t.Errorf("%+v", h.Blocked)
		}
		wantAll(t, s.hf.MustCLI(t, "show", hold.ID), "Who waits behind them is not known: the batch that it is part of has begun on the server.")
		s.deny(t, "DROP TABLE spare")
	})
}

// The limit is the configuration's, and may be off. Who asks needs no rights of their own
// to see who waits, nor UTF-8.
func TestBlockedWaitOff(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	s := scene{srv: srv, db: srv.Database(t, shop)}
	s.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: func(p pgtest.Paths) string {
		return oneHost(p, "    holds: {blocked_wait: off}\n")
	}})
	s.srv.Exec(t, s.db, "CREATE TABLE spare (id int); CREATE ROLE clerk LOGIN; GRANT ALL ON events TO clerk")
	t.Cleanup(func() { s.srv.Exec(t, s.db, "DROP OWNED BY clerk; DROP ROLE clerk") })
	c := pgtest.Dial(t, s.hf.Listen)
	c.Startup("user", "clerk", "database", s.db, "client_encoding", "LATIN1")
	c.Query("BEGIN; LOCK TABLE events")
	c.Send(pgtest.Query("DROP TABLE spare"))
	hold := s.hf.AwaitHold(t, "DROP TABLE spare")
	ben := psql(t, s.srv.URL(s.db)+"?application_name=b%C3%A9n")
	ben.Type("SELECT count(*) FROM events;")
	pgtest.Await(t, time.Minute, func() string { return "ben has not waited 8 s" }, func() bool {
		b := s.awaitBehind(t, hold.ID, 1)
		if one := b.Sessions[0]; one.User != "postgres" || one.Application != `b\xc3\xa9n` { // as the server keeps it
			t.Fatalf("%+v", one)
		}
		return b.At.Sub(b.Sessions[0].Since) > 8*time.Second
	})
	s.deny(t, "DROP TABLE spare")
	readAnswer(t, c).wantRefusal(t, "ZH002", 'E', hold)
	wantAll(t, ben.Finish(), "3")
}
