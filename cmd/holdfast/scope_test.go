package main_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// TestTransactionScope: a person works in psql, and a reviewer approves the transaction.
// What is held in it goes on, what needs more is asked about, and so is the next one.
func TestTransactionScope(t *testing.T) {
	needs(t, "psql")
	h := newHousehold(t, "{group: dba, count: 1}", `
rules:
  - {name: schemas, when: {verbs: drop-schema}, action: hold, reviewers: {group: dba, count: 2}}
  - {name: never, when: {tables: ["*.ledger"], verbs: [drop-table, truncate, delete]}, action: refuse}
`)
	h.srv.Exec(t, h.db, "CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int); CREATE TABLE ledger (id int); CREATE SCHEMA old; INSERT INTO a VALUES (1)")
	psql := exec.Command("psql", "-X", "-d", h.hf.URLWith(h.db, "user", "ana"), "-f", "-")
	in, err := psql.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	run := make(chan pgtest.Output, 1)
	go func() { run <- pgtest.Run(psql) }()
	w := bufio.NewWriter(in)
	send := func(lines ...string) {
		t.Helper()
		for _, line := range lines {
			w.WriteString(line + "\n")
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	send("BEGIN;", "TRUNCATE a;")
	first := h.hf.AwaitHold(t, "TRUNCATE a;")
	shown := h.hf.MustCLI(t, "show", first.ID)
	wantAll(t, shown, "holdfast approve "+first.ID+" --scope transaction", "what else is held in the same transaction goes on without being")
	wantExit(t, "no such scope", h.as(t, h.ben, "approve", first.ID, "--scope", "everything"), 1, "there is no scope everything")
	out := h.as(t, h.ben, "approve", first.ID, "--scope", "transaction", "--note", "the clean-up we spoke of")
	wantExit(t, "ben approves", out, 0, "What else is held in its transaction goes on until it ends; to stop that: holdfast revoke "+first.ID)
	t.Logf("%s\n%s", shown, out.Stdout)

	send("DROP TABLE b;", "SAVEPOINT s;", "DELETE FROM c;", "DROP SCHEMA old;")
	two := h.hf.AwaitHold(t, "DROP SCHEMA old;") // needs two people
	wantExit(t, "ben approves the schema", h.as(t, h.ben, "approve", two.ID), 0, "It waits for 1 more")
	wantExit(t, "cleo denies it", h.as(t, h.cleo, "deny", two.ID), 0, "")
	send("ROLLBACK TO s;", "DELETE FROM c WHERE true;", "COMMIT;", "DELETE FROM c;")
	next := h.hf.AwaitHold(t, "DELETE FROM c;")
	wantExit(t, "the next transaction", h.as(t, h.cleo, "deny", next.ID), 0, "")
	send("BEGIN;", "TRUNCATE a;")
	again := h.hf.AwaitHold(t, "TRUNCATE a;")
	wantExit(t, "cleo approves", h.as(t, h.cleo, "approve", again.ID, "--scope", "transaction"), 0, "")
	send("DROP TABLE ledger;", "ROLLBACK;", "BEGIN;", "TRUNCATE c;")
	third := h.hf.AwaitHold(t, "TRUNCATE c;")
	wantExit(t, "cleo approves", h.as(t, h.cleo, "approve", third.ID, "--scope", "transaction"), 0, "")
	h.hf.AwaitState(t, third.ID, "executed")
	wantExit(t, "ben stops it", h.as(t, h.ben, "revoke", third.ID, "--note", "enough"), 0, "revoked for the rest of its transaction")
	send("TRUNCATE a;")
	last := h.hf.AwaitHold(t, "TRUNCATE a;")
	wantExit(t, "after that it is asked", h.as(t, h.ben, "deny", last.ID), 0, "")
	in.Close()
	got := <-run
	wantAll(t, got.Stderr, "approved by ben after", "DETAIL:  It is approved for this transaction: what else is held in it goes on and is recorded, for 30 min at most.",
		"ben approved it before with "+first.ID, "ben approved it before with "+first.ID, "held as "+two.ID, "holdfast: denied by cleo",
		"ben approved it before with "+first.ID, "held as "+next.ID, "held as "+again.ID, "holdfast: refused: ", `Rule "never"`)
	t.Logf("psql:\n%s%s", got.Stdout, got.Stderr)
	if rows := h.value(t, "SELECT count(*) FROM a") + h.value(t, "SELECT to_regclass('b') IS NULL"); rows != "0t" {
		t.Errorf("the server has %s", rows)
	}

	all := h.hf.MustCLI(t, "show", first.ID)
	wantAll(t, all, "3 further statements went on under the approval of this transaction.", "COVERS", "executed: DROP TABLE public.b", "executed: DELETE public.c without WHERE")
	t.Logf("%s", all)
	var covers struct {
		State     string
		Approvals []struct{ By, Scope string }
		Covers    struct {
			Open   bool
			Passed []struct{ ID, State string }
		}
	}
	if err := json.Unmarshal([]byte(h.hf.MustCLI(t, "show", first.ID, "--json")), &covers); err != nil || covers.Covers.Open || len(covers.Covers.Passed) != 3 || covers.Approvals[0].Scope != "transaction" {
		t.Fatalf("%+v, %v", covers, err)
	}
	child := covers.Covers.Passed[0].ID
	shown = h.hf.MustCLI(t, "show", child)
	wantAll(t, shown, "It was not asked about: ben had approved it with "+first.ID, "DROP TABLE b;", "approved with "+first.ID+" by ben")
	t.Logf("%s", shown)
	record, err := os.ReadFile(h.hf.Audit)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(record), `"under":"`+first.ID+`"`); n != 6 { // sent and executed
		t.Errorf("the record has %d lines of what went on under %s", n, first.ID)
	}
}
