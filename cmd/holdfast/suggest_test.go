package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// nightly is what a program does each night, as psql sends it.
const nightly = `TRUNCATE staging.orders, staging.items;
DELETE FROM staging.orders;
INSERT INTO staging.orders SELECT 1;
UPDATE orders SET id = 2;
DROP TABLE staging.old;
CREATE TABLE staging.old (id int);
DROP SCHEMA scratch;
CREATE SCHEMA scratch;
`

// observed is a configuration of one host with further sections.
func observed(mode, more string) func(pgtest.Paths) string {
	return func(p pgtest.Paths) string {
		return fmt.Sprintf("control: %q\nsocket: %q\naudit: %q\nhosts:\n  - {name: shop-prod, listen: %q, server: %q, mode: %s}\n%s",
			p.Control, p.Socket, p.Audit, p.Listen, p.Server, mode, more)
	}
}

// runNightly lets psql run the nightly statements through a holdfast, and returns what
// it says and whether it went to the end.
func runNightly(t *testing.T, hf *pgtest.Proxy, db, file string) (string, error) {
	t.Helper()
	cmd := exec.Command(needs(t, "psql"), "-X", "-v", "ON_ERROR_STOP=1", "-d", hf.URLWith(db, "user", "etl"), "-f", file)
	cmd.Env = append(os.Environ(), "PGAPPNAME=nightly job", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// What a host in observe would have held becomes rules, and with these rules a host in
// enforce lets the same traffic pass, but for what nobody may suggest.
func TestSuggestedRulesLetTheSameTrafficPass(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	srv.Exec(t, "postgres", "DO $$ BEGIN CREATE ROLE etl SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
	db := srv.Database(t, `CREATE SCHEMA staging; CREATE SCHEMA scratch; CREATE TABLE orders (id int);
		CREATE TABLE staging.orders (id int); CREATE TABLE staging.items (id int); CREATE TABLE staging.old (id int)`)
	script := filepath.Join(t.TempDir(), "nightly.sql")
	if err := os.WriteFile(script, []byte(nightly), 0o600); err != nil {
		t.Fatal(err)
	}
	observer := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: observed("observe", "")})
	for range 2 {
		if out, err := runNightly(t, observer, db, script); err != nil {
			t.Fatalf("observed: %v: %s", err, out)
		}
	}
	observer.Stop(t)

	section := observer.MustCLI(t, "suggest", observer.Audit)
	for _, want := range []string{
		"# 10 statements would have been held", "  # 2 times ", `users: ["etl"]`, `applications: ["nightly job"]`, fmt.Sprintf("databases: [%q]", db),
		`tables: ["staging.items", "staging.orders"]`, "# 2 statements would still be asked about", "drop-schema is never suggested",
	} {
		if !strings.Contains(section, want) {
			t.Errorf("suggest does not say %q:\n%s", want, section)
		}
	}

	enforcing := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: observed("enforce", "holds: {wait: 1s}\n"+section)})
	allowed := strings.Split(nightly, "DROP SCHEMA")[0]
	if err := os.WriteFile(script, []byte(allowed), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := runNightly(t, enforcing, db, script); err != nil || strings.Contains(out, "holdfast") {
		t.Errorf("with the rules: %v: %s", err, out)
	}
	if err := os.WriteFile(script, []byte("DROP SCHEMA scratch;"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := runNightly(t, enforcing, db, script); err == nil || !strings.Contains(out, "held as") {
		t.Errorf("what is never suggested: %v: %s", err, out)
	}
}

// The record has what rules are made of.
func TestObservedStatementsAreOnRecord(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	db := srv.Database(t, "CREATE SCHEMA staging; CREATE TABLE staging.orders (id int, note text)")
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: observed("observe", "")})
	c := pgtest.Connect(t, hf.Listen, db)
	c.Query("DELETE FROM staging.orders WHERE 'a secret' = 'a secret'")
	c.Query("ALTER TABLE staging.orders DROP COLUMN note CASCADE")
	c.Send(pgtest.Terminate())
	hf.Stop(t)
	record, err := os.ReadFile(hf.Audit)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(record)) {
		var l struct {
			Kind   string
			Fields struct {
				User, Database, Rule string
				Effects              json.RawMessage
			}
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Kind == "statement would be held" {
			got = append(got, l.Fields.User+" "+l.Fields.Rule+" "+string(l.Fields.Effects))
			if l.Fields.Database != db {
				t.Errorf("the database is %q", l.Fields.Database)
			}
		}
	}
	want := []string{
		`postgres deletes [{"verb":"delete","schema":"staging","name":"orders","filter":"constant"}]`,
		`postgres columns [{"verb":"drop-column","object":"COLUMN","schema":"staging","name":"orders","column":"note","cascade":true}]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Contains(string(record), "secret") {
		t.Error("a literal is on record")
	}
}
