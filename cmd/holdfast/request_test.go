package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

const tidyUp = `-- 0042: tidy up
SET search_path = public;
CREATE TABLE IF NOT EXISTS fresh (id int); -- passes

DROP TABLE a;
ALTER TABLE b DROP COLUMN note;
DELETE /* all */ FROM c;
`

// TestRequest: a migration is approved before it runs. It passes as a whole, once; with
// another text, user or search_path it is held, and so is its second run.
func TestRequest(t *testing.T) {
	needs(t, "psql")
	h := newHousehold(t, "{group: dba, count: 1}", "holds: {wait: 1s}\n")
	h.srv.Exec(t, "postgres", "CREATE ROLE mig LOGIN SUPERUSER")
	setUp := func() {
		h.srv.Exec(t, h.db, "CREATE TABLE IF NOT EXISTS a (id int); CREATE TABLE IF NOT EXISTS b (id int); ALTER TABLE b ADD COLUMN IF NOT EXISTS note text; CREATE TABLE IF NOT EXISTS c (id int); INSERT INTO c VALUES (1)")
	}
	setUp()
	file := filepath.Join(t.TempDir(), "0042_tidy.sql")
	if err := os.WriteFile(file, []byte(tidyUp), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(user string, before ...string) pgtest.Output {
		args := []string{"-X", "-v", "ON_ERROR_STOP=1", "-d", h.hf.URLWith(h.db, "user", user)}
		for _, sql := range before {
			args = append(args, "-c", sql)
		}
		return pgtest.Run(exec.Command("psql", append(args, "-f", file)...))
	}

	// check lists what would be held, by hash.
	listed := h.hf.CLI("check", file, "--json")
	hashes := map[string]bool{}
	fileHash := ""
	for line := range strings.Lines(listed.Stdout) {
		var c struct {
			Verdict, Hash string
			SHA256        string `json:"file_sha256"`
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil || (c.Verdict == "hold") != (c.Hash != "") {
			t.Fatalf("%s: %+v, %v", line, c, err)
		}
		if fileHash = c.SHA256; c.Hash != "" {
			hashes[c.Hash] = true
		}
	}
	wantExit(t, "without a database", h.hf.CLI("request", file, "--user", "mig"), 2, "Give --database NAME and --user NAME")
	wantExit(t, "no such file", h.hf.CLI("request", filepath.Join(t.TempDir(), "gone.sql"), "--user", "mig", "--database", h.db), 1, "not read: open ")
	wantExit(t, "another host", h.hf.CLI("request", file, "--host", "x", "--user", "mig", "--database", h.db), 1, `there is no host "x"`)
	asked := h.hf.CLI("request", file, "--host", "shop", "--user", "mig", "--database", h.db)
	t.Logf("%s%s", asked.Stdout, asked.Stderr)
	wantAll(t, asked.Stdout, " asks for 3 statements of 0042_tidy.sql:", "LINE 5", "DROP TABLE a", "LINE 6", "LINE 7", "holdfast approve ")
	id := strings.Fields(asked.Stdout)[0]
	var shown struct {
		State, User, Database string
		File                  struct {
			Name, SHA256, Submitter string
			Items                   []struct {
				Line  int
				Hash  string
				Spent bool
			}
			Left int
		}
	}
	show := func() {
		t.Helper()
		shown.File.Items = nil
		if err := json.Unmarshal([]byte(h.hf.MustCLI(t, "show", id, "--json")), &shown); err != nil {
			t.Fatal(err)
		}
	}
	show()
	if shown.State != "pending" || shown.User != "mig" || shown.File.SHA256 != fileHash || shown.File.Submitter != "ana" || len(shown.File.Items) != len(hashes) {
		t.Fatalf("%+v, check said %v", shown, hashes)
	}
	for _, item := range shown.File.Items {
		if !hashes[item.Hash] || item.Spent {
			t.Errorf("%+v is not what check listed", item)
		}
	}
	if again := h.hf.CLI("request", file, "--user", "mig", "--database", h.db); !strings.HasPrefix(again.Stdout, id) {
		t.Errorf("asked twice: %s", again.Stdout)
	}
	if out := run("mig"); out.Exit != 3 || !strings.Contains(out.Stderr, "ZH003") && !strings.Contains(out.Stderr, "expired") {
		t.Errorf("it passes unapproved: %s", out.Stderr)
	}
	setUp()
	wantExit(t, "ana approves what she asked", h.hf.CLI("approve", id), 1, "ana asked, so ana cannot answer")
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", id, "--note", "reviewed in 1234"), 0, "It waits for 1 more") // who mig is nobody knows
	wantExit(t, "cleo approves", h.as(t, h.cleo, "approve", id, "--note", "reviewed in 1234"), 0, "may send each of its 3 statements once until")
	t.Logf("%s\n%s", h.hf.MustCLI(t, "holds"), h.hf.MustCLI(t, "show", id))

	for name, out := range map[string]pgtest.Output{"another user": run("ana"), "another search_path": run("mig", "SET search_path = pg_catalog, public; BEGIN; SET search_path = public; COMMIT")} {
		if out.Exit != 3 || !strings.Contains(out.Stderr, "held as ") {
			t.Errorf("%s: exit %d, %s", name, out.Exit, out.Stderr)
		}
		setUp()
	}
	out := run("mig")
	t.Logf("%s", out.Stderr)
	if out.Exit != 0 || strings.Contains(out.Stderr, "held as") || strings.Count(out.Stderr, "approved it before with "+id) != 3 {
		t.Fatalf("the run exits with %d: %s", out.Exit, out.Stderr)
	}
	h.hf.AwaitState(t, id, "executed")
	show()
	if shown.File.Left != 0 || !shown.File.Items[0].Spent {
		t.Errorf("%+v", shown)
	}
	text := h.hf.MustCLI(t, "show", id)
	wantAll(t, text, "cleo approved it at", "all 3 statements were run", "FILE", "asked for by ana", "sent: DROP TABLE a", "COVERS", "executed: DROP TABLE public.a")
	t.Logf("%s", text)
	setUp()
	if out := run("mig"); out.Exit != 3 || !strings.Contains(out.Stderr, "held as ") {
		t.Errorf("the second run passes: %s", out.Stderr)
	}
}
