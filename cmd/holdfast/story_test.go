package main_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The main job, as a developer and a reviewer live it.
func TestStory(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		wantAll(t, ana.Do("SELECT count(*) FROM events;"), "3", "(1 row)")

		ana.Type("DROP TABLE events;")
		notice := ana.Await("Ctrl-C withdraws.")
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		wantAll(t, notice, "NOTICE:  holdfast: held as "+hold.ID+": DROP TABLE public.events", "DETAIL:", "HINT:", hold.ID)
		s.wantRows(t, "3")
		wantDescribed(t, s, hold)

		wantAll(t, s.hf.MustCLI(t, "deny", hold.ID, "--note", "this is production"), hold.ID)
		wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by ", "this is production", "DETAIL:", hold.ID, "HINT:")
		wantAll(t, ana.Do(`\echo :LAST_ERROR_SQLSTATE`), "ZH002")
		s.wantRows(t, "3")
		wantAll(t, ana.Do("SELECT count(*) FROM events;"), "3", "(1 row)")

		ana.Type("DROP TABLE events;")
		hold = s.hf.AwaitHold(t, "DROP TABLE events")
		wantAll(t, s.hf.MustCLI(t, "approve", hold.ID, "--note", "checked the copy"), hold.ID)
		wantAll(t, ana.Finish(), "NOTICE:  holdfast: held as ", "DROP TABLE\n")
		s.wantRows(t, "")
		wantAll(t, ana.Do("SELECT 41 + 1;"), "42")
	})
}

// wantDescribed checks what the list and the page of a hold say.
func wantDescribed(t *testing.T, s scene, hold pgtest.Hold) {
	t.Helper()
	if hold.Host != "default" || hold.Database != s.db || hold.User != "postgres" || hold.Application != "psql" ||
		hold.Client != "127.0.0.1" || hold.Rule != "drops" || hold.State != "pending" ||
		hold.SQL != "DROP TABLE events;" && hold.SQL != "DROP TABLE events" {
		t.Errorf("the hold says %+v", hold)
	}
	if hold.Asked.IsZero() || !hold.Expires.After(hold.Asked) {
		t.Errorf("asked %s, expires %s", hold.Asked, hold.Expires)
	}
	for _, lines := range []string{s.hf.MustCLI(t, "holds", "--json"), s.hf.MustCLI(t, "show", hold.ID, "--json")} {
		if printed := pgtest.DecodeHolds(t, lines); len(printed) != 1 || !reflect.DeepEqual(printed[0], hold) {
			t.Errorf("--json prints %s, want %+v", lines, hold)
		}
	}
	wantAll(t, s.hf.MustCLI(t, "holds"), hold.ID, "DROP TABLE public.events")
	wantAll(t, s.hf.MustCLI(t, "show", hold.ID), hold.ID, "DROP TABLE public.events", "postgres")
}

func TestAnsweringWhatCannotBeAnswered(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
		for _, test := range []struct {
			name string
			args []string
			exit int
			says string
		}{
			{"approve what was denied", []string{"approve", hold.ID}, 1, "denied"},
			{"deny what was denied", []string{"deny", hold.ID}, 1, "denied"},
			{"approve an unknown hold", []string{"approve", "zzzzzzzz"}, 1, "zzzzzzzz"},
			{"show an unknown hold", []string{"show", "zzzzzzzz"}, 1, "zzzzzzzz"},
			{"no id", []string{"approve"}, 2, "approve"},
			{"no such command", []string{"aprove"}, 2, "aprove"},
			{"no such flag", []string{"holds", "--al"}, 2, "--al"},
		} {
			t.Run(test.name, func(t *testing.T) {
				out := s.hf.CLI(test.args...)
				if out.Exit != test.exit || !strings.Contains(out.Stderr, test.says) || out.Stdout != "" {
					t.Errorf("exit %d, stdout %q, stderr %q; want exit %d and %q on stderr", out.Exit, out.Stdout, out.Stderr, test.exit, test.says)
				}
			})
		}
		s.wantRows(t, "3")
	})
}

// A typed name that was not asked for is still compared.
func TestTypedName(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		if out := s.hf.CLI("approve", hold.ID, "--type", "customers"); out.Exit != 1 {
			t.Errorf("approving with the wrong name exits with %d: %s", out.Exit, out.Stderr)
		}
		s.wantRows(t, "3")
		s.hf.MustCLI(t, "approve", hold.ID, "--type", "events")
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'I')
		s.srv.Exec(t, s.db, shop)
		c.Send(pgtest.Query("DROP TABLE events"))
		s.hf.MustCLI(t, "approve", s.hf.AwaitHold(t, "DROP TABLE events").ID, "--type", "public.events")
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'I')
	})
}
