package main_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// Whose tab was forgotten is told so by psql at the next command, and where the new
// connection is; programs, and who listens, stay, and so does what is held.
func TestIdleSessions(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		db := srv.Database(t, shop)
		hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: func(p pgtest.Paths) string {
			return oneHost(p, "    idle: {limit: 1s, limit_in_transaction: 1s}\n")
		}})
		s := scene{srv: srv, hf: hf, db: db}
		program, listener, holding := s.connectAs(t, "checkout"), s.connectAs(t, "psql"), s.connectAs(t, "psql")
		sum(listener.Query("LISTEN news")).wantTag(t, "LISTEN", 'I')
		holding.Send(pgtest.Query("DROP TABLE events"))
		hold := hf.AwaitHold(t, "DROP TABLE events")
		idle, inTransaction := psqlOnTerminal(t, hf.URL(db)), psqlOnTerminal(t, hf.URL(db))
		idle.Type("SELECT 41 + 1;")
		idle.Await("(1 row)")
		inTransaction.Type("BEGIN; INSERT INTO events VALUES (4, 'd');")
		inTransaction.Await("INSERT 0 1")
		pgtest.Await(t, long, func() string { return fmt.Sprintf("the record has not two ends:\n%s", audited(t, hf)) }, func() bool {
			return strings.Count(audited(t, hf), "nobody used the session for too long") == 2
		})
		idle.Type("SELECT 1;")
		wantAll(t, idle.Await("Succeeded."), "FATAL:  terminating connection due to idle-session timeout\n",
			"DETAIL:  holdfast ends a session on production that nobody used for 1 s.\n", "HINT:  Connect again when you need it.\n",
			"Attempting reset: "+productionBanner)
		inTransaction.Type("COMMIT;")
		wantAll(t, inTransaction.Await("Succeeded."), "FATAL:  terminating connection due to idle-in-transaction timeout\n",
			"DETAIL:  holdfast ends a session on production that was left in a transaction for 1 s. The transaction is rolled back.\n")
		sum(program.Query("SELECT 1")).wantTag(t, "SELECT 1", 'I')
		sum(listener.Query("SELECT 1")).wantTag(t, "SELECT 1", 'I')
		s.wantRows(t, "3")
		hf.Deny(t, hold.ID)
		readAnswer(t, holding).wantError(t, "ZH002", 'I')
	})
}

func audited(t *testing.T, hf *pgtest.Proxy) string {
	t.Helper()
	text, err := os.ReadFile(hf.Audit)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
