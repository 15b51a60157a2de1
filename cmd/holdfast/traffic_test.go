package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// chatter is what one tool asks of every database it connects to: a file of
// testdata/traffic, whose texts stand between empty lines.
type chatter struct {
	name, file string
	texts      []string
	defines    bool // tables and the like, of which a count may have something to say
}

var defining = regexp.MustCompile(`(?im)^(CREATE|ALTER) `)

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
		all = append(all, chatter{strings.TrimSuffix(filepath.Base(file), ".sql"), file, parts, defining.Match(text)})
	}
	slices.SortStableFunc(all, func(a, b chatter) int { // what only asks comes first
		switch {
		case a.defines == b.defines:
			return 0
		case b.defines:
			return -1
		}
		return 1
	})
	return all
}

// What clients with a screen and the libraries under applications ask of themselves is
// answered by every server and neither held nor refused; what only asks is not recorded
// as not counted either.
func TestChatterOfToolsPasses(t *testing.T) {
	all := chatters(t)
	asking := slices.IndexFunc(all, func(tool chatter) bool { return tool.defines })
	eachAtOnce(t, func(t *testing.T, s scene) {
		simple := func(c *pgtest.Client, sql string) { c.Send(pgtest.Query(sql)) }
		extended := func(c *pgtest.Client, sql string) { c.Send(batch(sql)...) }
		other := scene{srv: s.srv, hf: s.hf, db: s.srv.Database(t, shop)}
		for i, tool := range all {
			if i == asking {
				if _, n := counts(t, s); n > 0 {
					t.Errorf("%d statements that only ask are recorded as not counted", n)
				}
			}
			tool.pass(t, s, simple)
			tool.pass(t, other, extended)
		}
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
		}
	})
}

// pass sends the texts on one session. Several statements in one text are an error of
// the extended protocol.
func (tool chatter) pass(t *testing.T, s scene, send func(*pgtest.Client, string)) {
	t.Helper()
	c := s.connect(t)
	defer c.Close()
	for _, text := range tool.texts {
		send(c, text)
		err := sum(readDenying(t, s, c)).err
		if several := err['C'] == "42601" && strings.Contains(err['M'], "multiple commands"); err != nil && !several {
			t.Errorf("%s: %q: error %v", tool.name, text, err)
		}
	}
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
			if statements++; judged.Verdict != "allow" && !defining.MatchString(judged.SQL) {
				t.Errorf("%s: the verdict is %s: %s", tool.name, judged.Verdict, judged.SQL)
			}
		}
	}
	if statements < 100 {
		t.Errorf("%d statements were judged, want 100 and more", statements)
	}
}
