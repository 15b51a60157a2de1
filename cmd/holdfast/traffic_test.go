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

// chatter is what one tool asks of every database it connects to: a file of
// testdata/traffic, whose texts stand between empty lines.
type chatter struct {
	name, file string
	texts      []string
}

func chatters(t *testing.T) []chatter {
	t.Helper()
	files, err := filepath.Glob("testdata/traffic/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no traffic was found: %v", err)
	}
	var all []chatter
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(strings.TrimSpace(string(text)), "\n\n")[1:] // the first says what it is
		all = append(all, chatter{strings.TrimSuffix(filepath.Base(file), ".sql"), file, parts})
	}
	return all
}

// What clients with a screen and the libraries under applications ask of themselves is
// answered by every server and neither held, nor refused, nor recorded as not counted.
func TestChatterOfToolsPasses(t *testing.T) {
	all := chatters(t)
	eachAtOnce(t, func(t *testing.T, s scene) {
		for protocol, send := range map[string]func(*pgtest.Client, string){
			"simple":   func(c *pgtest.Client, sql string) { c.Send(pgtest.Query(sql)) },
			"extended": func(c *pgtest.Client, sql string) { c.Send(batch(sql)...) },
		} {
			s := scene{srv: s.srv, hf: s.hf, db: s.srv.Database(t, shop)}
			for _, tool := range all {
				c := s.connect(t)
				for _, text := range tool.texts {
					send(c, text)
					err := sum(readDenying(t, s, c)).err
					if several := protocol == "extended" && err['C'] == "42601"; err != nil && !several {
						t.Errorf("%s, %s: %q: error %v", tool.name, protocol, text, err)
					}
				}
				c.Close()
			}
		}
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
		}
		if _, n := counts(t, s); n > 0 {
			t.Errorf("%d statements are recorded as not counted", n)
		}
	})
}

// check says the same of them.
func TestChatterOfToolsIsAllowed(t *testing.T) {
	binary, statements := pgtest.Binary(t, "./cmd/holdfast"), 0
	for _, tool := range chatters(t) {
		out := pgtest.Run(exec.Command(binary, "check", "--json", tool.file))
		if out.Exit != 0 {
			t.Errorf("check exits with %d: %s%s", out.Exit, out.Stdout, out.Stderr)
		}
		for line := range strings.Lines(out.Stdout) {
			var judged struct{ Verdict, SQL string }
			if err := json.Unmarshal([]byte(line), &judged); err != nil {
				t.Fatalf("reading %q: %v", line, err)
			}
			if statements++; judged.Verdict != "allow" {
				t.Errorf("%s: the verdict is %s: %s", tool.name, judged.Verdict, judged.SQL)
			}
		}
	}
	if statements < 100 {
		t.Errorf("%d statements were judged, want 100 and more", statements)
	}
}
