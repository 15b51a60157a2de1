package main_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// startup32 asks for protocol 3.2, and for an option of it that no server knows.
func startup32(srv *pgtest.Server, database string, more ...string) pgtest.Message {
	pairs := append([]string{"user", "postgres", "database", database}, more...)
	return pgtest.StartupVersion(2, pairs...)
}

// Protocol 3.2: PostgreSQL 18 speaks it and gives out long cancel keys, older
// servers negotiate it down. Through holdfast it is the same conversation.
func TestProtocol32(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		s := newScene(t, srv, nil)
		for name, more := range map[string][]string{"plain": nil, "unknown option": {"_pq_.nosuch", "1"}} {
			t.Run(name, func(t *testing.T) {
				start := func(addr string) *pgtest.Client {
					c := pgtest.Dial(t, addr)
					c.Start(startup32(srv, s.db, more...))
					return c
				}
				direct, through := start(srv.Addr()), start(s.hf.Listen)
				wantEqualTraces(t, direct.Trace(), through.Trace())
				if len(direct.Key) != len(through.Key) {
					t.Errorf("the cancel key has %d bytes, %d without holdfast", len(through.Key), len(direct.Key))
				}
				usable(t, through)
			})
		}
	})
}

// TestCancelWithALongKey: a key of 3.2 cancels what is held and what runs.
func TestCancelWithALongKey(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		s := newScene(t, srv, nil)
		c := pgtest.Dial(t, s.hf.Listen)
		c.Start(startup32(srv, s.db))
		if long := len(c.Key) > 8; long != (srv.Version.Major >= 18) {
			t.Fatalf("the cancel key has %d bytes", len(c.Key))
		}
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(c.Key))
		readAnswer(t, c).wantError(t, "57014", 'I')
		s.hf.AwaitState(t, hold.ID, "withdrawn")

		pid := pidOf(t, c)
		c.Send(pgtest.Query("SELECT pg_sleep(600)"))
		s.srv.AwaitValue(t, long, s.db, "SELECT wait_event FROM pg_stat_activity WHERE pid = "+pid, "PgSleep")
		pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(c.Key))
		readAnswer(t, c).wantError(t, "57014", 'I')
		s.wantRows(t, "3")
	})
}

// Settings in the StartupMessage and in its options reach the server as they are.
func TestStartupOptions(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		s := newScene(t, srv, nil)
		trace := func(addr string) string {
			c := pgtest.Dial(t, addr)
			c.Startup("user", "postgres", "database", s.db, "application_name", "a b", "DateStyle", "SQL, DMY", "extra_float_digits", "2",
				"options", `-c search_path=pg_catalog,public -c statement_timeout=7s --work-mem=5MB -c application_name=with\ blank`)
			for _, name := range []string{"search_path", "statement_timeout", "work_mem", "application_name", "DateStyle", "extra_float_digits"} {
				c.Query("SHOW " + name)
			}
			c.Query("SET search_path = public; SHOW search_path")
			c.Query("RESET ALL")
			return c.Trace()
		}
		wantEqualTraces(t, trace(srv.Addr()), trace(s.hf.Listen))
		for name, pairs := range map[string][]string{
			"unknown setting":  {"nosuch", "1"},
			"bad value":        {"work_mem", "much"},
			"unknown database": {"database", "nosuch"},
			"bad options":      {"options", "-c"},
		} {
			t.Run(name, func(t *testing.T) {
				refused := func(addr string) string {
					c := pgtest.Dial(t, addr)
					c.Send(pgtest.Startup(append([]string{"user", "postgres", "database", s.db}, pairs...)...))
					c.ExpectEOF()
					return c.Trace()
				}
				wantEqualTraces(t, refused(srv.Addr()), refused(s.hf.Listen))
			})
		}
	})
}
