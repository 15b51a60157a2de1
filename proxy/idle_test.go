package proxy

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/rules"
)

// idleFixture is a session of psql under these limits, watched as a Server watches it.
func idleFixture(t *testing.T, limit, inTransaction time.Duration) *fixture {
	t.Helper()
	f := newFixture(t, untilGone)
	f.kind = rules.KindInteractive
	f.limits(Idle{Limit: limit, LimitInTransaction: inTransaction, Sessions: []rules.Kind{rules.KindInteractive}})
	f.watch(t)
	return f
}

// watch looks at the session as a Server does, until the test ends.
func (f *fixture) watch(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		f.netSession.server.watchIdle(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-watched
	})
}

func (f *fixture) limits(i Idle) {
	terms := *f.host.terms.Load()
	terms.Idle = i
	f.netSession.server.SetTerms(f.host.Name, terms)
}

// wantOver fails when the session does not end by itself.
func (f *fixture) wantOver(t *testing.T) {
	t.Helper()
	select {
	case <-f.done:
	case <-time.After(time.Minute):
		t.Error("the session is not over")
		f.end()
	}
}

// passes lets time go by.
func passes(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// TestIdleSessionEnds: with the server's own code, not before its time, and within two
// looks of it.
func TestIdleSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := idleFixture(t, 8*time.Hour, time.Hour)
		passes(7 * time.Hour)
		f.query("select 1")
		f.serverReady('I')
		f.expect(t, "Q", "C Z")
		passes(8*time.Hour - time.Second)
		f.expect(t, "", "")
		passes(time.Second + 2*idleLook)
		f.expect(t, "", "E:57P05")
		f.wantOver(t)
		if !f.server.closed() || !f.client.closed() || f.cause != errIdle {
			t.Errorf("the session is not over: %v", f.cause)
		}
	})
}

// TestIdleInTransactionEnds: a transaction that failed is one as well.
func TestIdleInTransactionEnds(t *testing.T) {
	for _, status := range []byte{'T', 'E'} {
		synctest.Test(t, func(t *testing.T) {
			f := idleFixture(t, 8*time.Hour, time.Hour)
			f.query("begin")
			f.serverReady(status)
			passes(time.Hour - time.Second)
			f.expect(t, "Q", "C Z")
			passes(time.Second + 2*idleLook)
			f.expect(t, "", "E:25P03")
			f.wantOver(t)
		})
	}
}

// TestIdleLimitsAreSeparate: each of the two can be off, and a reload changes them.
func TestIdleLimitsAreSeparate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := idleFixture(t, 0, time.Hour)
		passes(48 * time.Hour)
		f.query("begin")
		f.serverReady('T')
		f.limits(Idle{Limit: time.Hour, Sessions: []rules.Kind{rules.KindInteractive}})
		passes(48 * time.Hour)
		f.expect(t, "Q", "C Z")
		f.limits(Idle{})
		passes(48 * time.Hour)
		f.expect(t, "", "")
		f.limits(Idle{LimitInTransaction: time.Hour, Sessions: []rules.Kind{rules.KindInteractive}})
		passes(idleLook)
		f.expect(t, "", "E:25P03")
		f.wantOver(t)
	})
}

// TestNotIdle: what is used, or waits for something, is left alone for good.
func TestNotIdle(t *testing.T) {
	hour := Idle{Limit: time.Hour, LimitInTransaction: time.Hour, Sessions: []rules.Kind{rules.KindInteractive}}
	for _, c := range []struct {
		name    string
		prepare func(f *fixture) // before it is looked at
	}{
		{"a statement runs", func(f *fixture) { f.query("select pg_sleep(1e6)") }},
		{"a statement is held", func(f *fixture) { f.query("drop table t") }},
		{"COPY is under way", func(f *fixture) {
			f.query("copy t from stdin")
			f.server.conn.Write([]byte("G\x00\x00\x00\x07\x00\x00\x00"))
		}},
		{"half a message has come", func(f *fixture) { f.client.conn.Write([]byte("Q\x00\x00\x00\x0dsel")) }},
		{"a batch is not synced", func(f *fixture) { f.client.conn.Write([]byte("P\x00\x00\x00\x10\x00select 1\x00\x00\x00")) }},
		{"the client listens", func(f *fixture) {
			f.query("listen news")
			f.server.conn.Write([]byte("C\x00\x00\x00\x0bLISTEN\x00Z\x00\x00\x00\x05I"))
		}},
		{"a program", func(f *fixture) { f.kind = rules.KindProgram }},
		{"a host in observe", func(f *fixture) { f.host.Mode = Observe }},
		{"no limit", func(f *fixture) { f.limits(Idle{Sessions: []rules.Kind{rules.KindInteractive}}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, untilGone)
				defer f.end()
				f.kind = rules.KindInteractive
				f.limits(hour)
				c.prepare(f)
				synctest.Wait()
				f.watch(t)
				f.client.take()
				for range 48 {
					passes(time.Hour)
					if f.client.closed() || f.server.closed() {
						t.Fatal("the session was ended")
					}
				}
			})
		})
	}
}

// TestNotificationsAreUse: what the server sends by itself keeps a session, and what is
// not there any more does not.
func TestNotificationsAreUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := idleFixture(t, time.Hour, time.Hour)
		for range 10 {
			passes(59 * time.Minute)
			f.server.conn.Write([]byte("A\x00\x00\x00\x0e\x00\x00\x00\x01news\x00\x00"))
		}
		passes(59 * time.Minute)
		f.expect(t, "", "A A A A A A A A A A")
		passes(2 * time.Minute)
		f.expect(t, "", "E:57P05")
		f.wantOver(t)
	})
}

// TestIdleAfterListening: DISCARD ALL ends it.
func TestIdleAfterListening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := idleFixture(t, time.Hour, time.Hour)
		for _, tag := range []string{"LISTEN", "UNLISTEN", "DISCARD ALL"} {
			f.query(tag)
			f.server.conn.Write(append([]byte{'C', 0, 0, 0, byte(len(tag) + 5)}, tag+"\x00Z\x00\x00\x00\x05I"...))
			passes(30 * time.Minute)
			f.expect(t, "Q", "C Z")
		}
		passes(time.Hour)
		f.expect(t, "", "E:57P05")
		f.wantOver(t)
	})
}

// TestIdleAfterAHold: the time begins when the answer has come.
func TestIdleAfterAHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := idleFixture(t, time.Hour, time.Hour)
		answer := make(chan struct{})
		f.desk.wait = func(_ context.Context, r hold.Request) (hold.Hold, error) {
			<-answer
			return hold.Hold{ID: heldID, State: hold.Denied, Request: r, DecidedBy: "ben"}, nil
		}
		f.query("drop table t")
		passes(3*time.Hour + time.Second)
		close(answer)
		f.client.take()
		synctest.Wait()
		f.rejects()
		f.client.take()
		passes(59 * time.Minute)
		f.expect(t, "Q", "")
		passes(2 * time.Minute)
		f.expect(t, "", "E:57P05")
		f.wantOver(t)
	})
}

// TestWordsOfIdleSessions: the server's own message, who did it and what now.
func TestWordsOfIdleSessions(t *testing.T) {
	h := &host{Host: Host{Name: "shop-prod", Environment: "production"}}
	for _, c := range []struct {
		inTransaction bool
		limit         time.Duration
		want          string
	}{
		{false, 8 * time.Hour, "57P05 terminating connection due to idle-session timeout\n" +
			"holdfast ends a session on production that nobody used for 8 h.\nConnect again when you need it."},
		{true, 90 * time.Minute, "25P03 terminating connection due to idle-in-transaction timeout\n" +
			"holdfast ends a session on production that was left in a transaction for 1 h 30 min. The transaction is rolled back.\nConnect again when you need it."},
	} {
		e := idleWords(h, c.limit, c.inTransaction)
		if got := fmt.Sprintf("%s %s\n%s\n%s", e.Code, e.Message, e.Detail, e.Hint); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// BenchmarkIdleWatch is one look at 10,000 sessions under a limit that none has reached.
func BenchmarkIdleWatch(b *testing.B) {
	h := &host{}
	h.terms.Store(&Terms{Idle: Idle{Limit: 8 * time.Hour, Sessions: []rules.Kind{rules.KindInteractive}}})
	s := &Server{hosts: []*host{h}}
	for range 10_000 {
		s.sessions.add(&netSession{server: s, host: h, fromClient: &chunkReader{}, fromServer: &chunkReader{}})
	}
	var all []*netSession
	now := time.Now()
	for b.Loop() {
		all = s.endIdle(all, now)
	}
}
