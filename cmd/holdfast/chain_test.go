package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// chain is a holdfast behind a holdfast: what the first has released the second
// holds again.
func chain(t *testing.T) (first topology, second *pgtest.Proxy) {
	t.Helper()
	srv := pgtest.Shared(t, pgtest.Newest(t))
	second = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv})
	s := scene{srv: srv, db: srv.Database(t, shop)}
	s.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Upstream: second.URL("postgres") + "?sslmode=disable"})
	return topology{scene: s, listen: s.hf.Listen}, second
}

// Each of two holdfasts in a row asks for itself.
func TestTwoHoldfasts(t *testing.T) {
	w, second := chain(t)
	t.Run("normal traffic", w.testTraffic)
	t.Run("denied by the first", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "drop.sql")
		if err := os.WriteFile(file, []byte("DROP TABLE events;\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for protocol, client := range map[string][]string{
			"simple":   {needs(t, "psql"), "-X", "-d", w.hf.URL(w.db), "-f", file},
			"extended": {pgtest.Program(t, "pgbench"), "-n", "-t", "1", "-M", "extended", "-f", file, w.hf.URL(w.db)},
		} {
			t.Run(protocol, func(t *testing.T) {
				ended := beside(t, client[0], client[1:]...)
				hold := w.deny(t, "DROP TABLE events")
				out, asked := answerUntil(t, second, "approve", ended)
				wantAll(t, out.Stderr, "holdfast: denied by", hold.ID)
				if asked > 0 {
					t.Errorf("the second holdfast asked %d times about what the first denied", asked)
				}
			})
		}
	})
	t.Run("denied by the second", func(t *testing.T) {
		both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
			c := w.dial(t)
			send(c, "DROP TABLE events")
			w.approve(t, "DROP TABLE events")
			hold := second.AwaitHold(t, "DROP TABLE events")
			second.Deny(t, hold.ID)
			denied := readAnswer(t, c)
			denied.wantRefusal(t, "ZH002", 'I', hold)
			usable(t, c)
		})
	})
	t.Run("cancelled at the second", func(t *testing.T) {
		c := w.dial(t)
		c.Send(pgtest.Query("DROP TABLE events"))
		w.approve(t, "DROP TABLE events")
		hold := second.AwaitHold(t, "DROP TABLE events")
		w.cancel(t, c)
		readAnswer(t, c).wantError(t, "57014", 'I')
		second.AwaitState(t, hold.ID, "withdrawn")
		usable(t, c)
	})
	w.wantRows(t, "3")
	t.Run("approved by both", func(t *testing.T) {
		c := w.dial(t)
		c.Send(pgtest.Query("DROP TABLE events"))
		w.approve(t, "DROP TABLE events")
		second.Approve(t, second.AwaitHold(t, "DROP TABLE events").ID)
		readAnswer(t, c).wantTag(t, "DROP TABLE", 'I')
	})
	if left := second.Holds(t); len(left) > 0 {
		t.Errorf("the second still holds %q", left[0].SQL)
	}
}
