package main_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver named "sqlite3"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// orders is a table of 30,000 rows.
const orders = `CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT i, 'n' FROM generate_series(1, 30000) i;
	CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers SELECT generate_series(1, 100)`

// toldAlert is what `holdfast alerts --json` promises.
type toldAlert struct {
	ID          string `json:"id"`
	State       string `json:"state"`
	Kind        string `json:"kind"`
	Host        string `json:"host"`
	Database    string `json:"database"`
	Table       string `json:"table"`
	User        string `json:"user"`
	Application string `json:"application"`
	Deleted     int64  `json:"deleted"`
	Reason      string `json:"reason"`
	Examples    []string
	Brake       *struct {
		On bool   `json:"on"`
		By string `json:"released_by"`
	} `json:"brake"`
}

// awaitAlert waits for an alert about a table.
func awaitAlert(t *testing.T, hf *pgtest.Proxy, table string) (found toldAlert) {
	t.Helper()
	pgtest.Await(t, long, func() string { return "there is no alert about " + table + ":\n" + hf.Log() }, func() bool {
		for line := range strings.Lines(hf.MustCLI(t, "alerts", "--json")) {
			var a toldAlert
			if err := json.Unmarshal([]byte(line), &a); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			if a.Table == table {
				found = a
				return true
			}
		}
		return false
	})
	return found
}

// One qualified DELETE takes 1,200 rows: no rule stops it, and it is told within
// seconds.
func TestBulkIsTold(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		db := s.srv.Database(t, orders)
		ana := psql(t, s.hf.URL(db))
		began := time.Now()
		wantAll(t, ana.Do("DELETE FROM orders WHERE id BETWEEN 1 AND 1200;"), "DELETE 1200")
		a := awaitAlert(t, s.hf, "orders")
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("told after %v", took)
		}
		if a.Kind != "limit" || a.State != "open" || a.Host != "default" || a.Database != db || a.User != "postgres" || a.Application != "psql" ||
			a.Deleted != 1200 || len(a.Examples) != 1 || !strings.Contains(a.Examples[0], "BETWEEN ? AND ?") || strings.Contains(a.Examples[0], "1200") {
			t.Errorf("%+v", a)
		}
		wantAll(t, s.hf.Log(), a.ID, "alert raised")
		wantAll(t, s.hf.MustCLI(t, "alerts"), "1 alert", a.ID, "open", "orders", "postgres/psql", "1,200", "1,200 rows in 10 minutes")
		wantAll(t, s.hf.MustCLI(t, "alerts", a.ID), a.ID, "1,200 rows", "ACTORS", "holdfast alerts acknowledge "+a.ID)
		wantAll(t, s.hf.MustCLI(t, "volume"), "orders", "1,200")
		wantAll(t, s.hf.MustCLI(t, "alerts", "acknowledge", a.ID, "--note", "looking"), a.ID+" acknowledged by ")
		wantAll(t, s.hf.MustCLI(t, "alerts", "accept", a.ID), a.ID+" accepted: this is as usual for postgres/psql on orders")
		if out := s.hf.CLI("alerts", "accept", a.ID); out.Exit != 1 || !strings.Contains(out.Stderr, "this alert is over: it was accepted") {
			t.Errorf("accepted twice: %+v", out)
		}
		wantAll(t, s.hf.MustCLI(t, "alerts"), "Nothing unusual is deleted.")
		wantAll(t, s.hf.MustCLI(t, "alerts", "--all"), "1 over", a.ID, "accepted")

		// What was rolled back, savepoints included, is no delete.
		ana.Do("BEGIN; DELETE FROM customers WHERE id > 0; ROLLBACK;")
		wantAll(t, ana.Do("DELETE FROM customers WHERE id = 1;"), "DELETE 1")
		pgtest.Await(t, long, func() string { return "customers are not counted" }, func() bool { return strings.Contains(s.hf.MustCLI(t, "volume"), "customers") })
		wantAll(t, s.hf.MustCLI(t, "volume", "customers"), "customers", "1 row")
	})
}

// A control store that somebody has locked slows no statement and loses no alert, and
// status says so.
func TestLockedStoreSlowsNoDelete(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		db := s.srv.Database(t, orders)
		kept, err := sql.Open("sqlite3", strings.TrimPrefix(s.hf.Control, "sqlite://")+"?_txlock=exclusive")
		if err != nil {
			t.Fatal(err)
		}
		defer kept.Close()
		lock, err := kept.Begin()
		if err != nil {
			t.Fatal(err)
		}
		ana := psql(t, s.hf.URL(db))
		wantAll(t, ana.Do("DELETE FROM orders WHERE id BETWEEN 1 AND 1200;"), "DELETE 1200")
		a := awaitAlert(t, s.hf, "orders")
		pgtest.Await(t, long, s.hf.Log, func() bool {
			return strings.Contains(s.hf.MustCLI(t, "status", "--json"), "database is locked") && strings.Contains(s.hf.Log(), "the control store does not take counts and alerts")
		})
		slowest := time.Duration(0)
		for i := range 100 {
			began := time.Now()
			wantAll(t, ana.Do(fmt.Sprintf("DELETE FROM orders WHERE id = %d;", 2000+i)), "DELETE 1")
			slowest = max(slowest, time.Since(began))
		}
		if slowest > time.Second { // the store is waited for for two
			t.Errorf("a delete took %v", slowest)
		}
		if out := s.hf.CLI("alerts", "accept", a.ID); out.Exit != 1 || !strings.Contains(out.Stderr, "unavailable") {
			t.Errorf("accepted without a store: %+v", out)
		}
		if err := lock.Rollback(); err != nil {
			t.Fatal(err)
		}
		pgtest.Await(t, long, s.hf.Log, func() bool { return s.hf.CLI("alerts", "accept", a.ID).Exit == 0 })
		wantAll(t, s.hf.MustCLI(t, "alerts", "--all"), a.ID, "accepted", "1,300")
	})
}

// The whole story of a brake: an actor deletes in a loop, is braked, others and other
// tables go on, somebody releases it, across a restart.
func TestBrake(t *testing.T) {
	h := householdOf(t, []string{"ana", "eve"}, "postgres: [ana]", func(p pgtest.Paths) string { return oneHost(p, "") },
		"volume: {limit: {rows: 200}, brake: [{hosts: shop, kinds: limit}]}\n")
	h.db = h.srv.Database(t, orders)
	url := func(user string) string {
		return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", user, h.hf.Listen, h.db)
	}
	ana, eve := psql(t, url("ana")), psql(t, url("eve"))
	ana.Do(`SELECT format('DELETE FROM orders WHERE id = %s', i) FROM generate_series(1, 150) i \gexec`)
	next := 151
	wantAll(t, ana.Do("DELETE FROM orders WHERE id BETWEEN 10000 AND 10099;"), "DELETE 100")
	pgtest.Await(t, long, func() string { return "no brake was set" }, func() bool {
		return strings.Contains(h.hf.MustCLI(t, "alerts"), "brake on")
	})
	a := awaitAlert(t, h.hf, "orders")
	if a.Brake == nil || !a.Brake.On {
		t.Fatalf("%+v", a)
	}
	ana.Type(fmt.Sprintf("DELETE FROM orders WHERE id = %d;", next))
	held := ana.Await("Ctrl-C withdraws.")
	wantAll(t, held, "NOTICE:  holdfast: held as ", "DELETE public.orders")
	hold := h.hf.AwaitHold(t, fmt.Sprintf("DELETE FROM orders WHERE id = %d", next))
	wantAll(t, h.hf.MustCLI(t, "show", hold.ID), "brake", "deletes by ana/psql there are braked since alert "+a.ID)
	wantAll(t, eve.Do("DELETE FROM orders WHERE id = 20000;"), "DELETE 1")
	other := psql(t, url("ana"))
	wantAll(t, other.Do("SELECT count(*) FROM orders WHERE id = 20001;"), "1")
	wantAll(t, other.Do("UPDATE orders SET note = 'x' WHERE id = 20001;"), "UPDATE 1")
	wantAll(t, other.Do("DELETE FROM customers WHERE id = 7;"), "DELETE 1")
	wantExit(t, "denying", h.as(t, h.ben, "deny", hold.ID), 0, hold.ID)
	wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by ben")

	file := filepath.Join(h.hf.Folder, "holdfast.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "limits: {rows: 900}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	pgtest.Await(t, long, h.hf.Log, func() bool { return strings.Contains(h.hf.Log(), "policy loaded: it judges") })
	ana.Type("DELETE FROM orders WHERE id = 19000;")
	ana.Await("Ctrl-C withdraws.")
	hold = h.hf.AwaitHold(t, "DELETE FROM orders WHERE id = 19000")
	wantExit(t, "denying", h.as(t, h.ben, "deny", hold.ID), 0, hold.ID)
	wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by ben")

	h.hf.Stop(t)
	h.hf.Start(t)
	ana = psql(t, url("ana"))
	ana.Type("DELETE FROM orders WHERE id = 21000;")
	ana.Await("Ctrl-C withdraws.")
	hold = h.hf.AwaitHold(t, "DELETE FROM orders WHERE id = 21000")
	wantExit(t, "releasing one's own brake", h.hf.CLI("alerts", "release", a.ID), 1, "these are deletes of ana, so somebody else must release the brake")
	wantExit(t, "approving one", h.as(t, h.ben, "approve", hold.ID), 0, hold.ID)
	wantAll(t, ana.Finish(), "DELETE 1")
	wantExit(t, "releasing the brake", h.as(t, h.ben, "alerts", "release", a.ID, "--note", "it was meant"), 0, a.ID+" released: ana/psql may delete from orders again")
	wantAll(t, ana.Do("DELETE FROM orders WHERE id = 22000;"), "DELETE 1")
	wantAll(t, h.hf.MustCLI(t, "alerts", a.ID), "brake set", "brake released by ben (cli, verified): it was meant")
	wantAll(t, h.hf.MustCLI(t, "audit", "verify", h.hf.Audit), "")
}
