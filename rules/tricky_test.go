package rules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trickyCase is a statement of testdata/tricky with its verdict.
type trickyCase struct{ place, sql, verdict string }

func readTricky(t testing.TB, name string) (list []trickyCase) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "tricky", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	section := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		verdict, sql, ok := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, "## "):
			section = line[3:]
		case ok:
			if i := strings.LastIndex(sql, " --"); i >= 0 && openBlock(sql[i:]) {
				sql += "\n" + closing[section]
			}
			list = append(list, trickyCase{name + ": " + section, sql, verdict})
		case line != "" && !strings.HasPrefix(line, "#"):
			t.Fatalf("%s: %q is no statement with its verdict", name, line)
		}
	}
	return list
}

// openBlock says whether a statement goes on behind a comment at its line's end.
func openBlock(comment string) bool {
	switch comment {
	case " -- comment", " --x", " -- drop":
		return true
	}
	return false
}

// closing is how such a statement goes on.
var closing = map[string]string{
	"Objects":                               "table invoices",
	"Code that is not known":                "()",
	"DO blocks and functions that are read": "end $$",
}

// TestTricky: nothing that destroys is allowed, nothing harmless is held, and little
// of it is counted.
func TestTricky(t *testing.T) {
	r := NewReader(ReaderOptions{})
	all, measured, harmless := 0, 0, 0
	for _, name := range []string{"destructive", "harmless"} {
		for _, c := range readTricky(t, name) {
			all++
			v := judgeText(r, c.sql)
			if v.Action.String() != c.verdict {
				t.Errorf("%s\n%s\n%v (%s), want %s", c.place, c.sql, v.Action, v.Reason, c.verdict)
			}
			passes := v.Action == Allow || v.Action == Warn
			switch {
			case name == "destructive" && passes:
				t.Errorf("%s is let through: %s", c.place, c.sql)
			case name == "harmless" && (v.Action == Hold || v.Action == Refuse):
				t.Errorf("%s is held: %s", c.place, c.sql)
			case name == "harmless" && v.Action == Measure:
				measured++
			}
			if name == "harmless" {
				harmless++
			}
		}
	}
	if all < 300 || measured*100 > 15*harmless {
		t.Errorf("%d statements, %d of %d harmless ones measured", all, measured, harmless)
	}
	t.Logf("%d statements, %d harmless ones, %d of these measured", all, harmless, measured)
}

// trickySQL are all statements of testdata/tricky.
func trickySQL(t testing.TB) (list []string) {
	for _, name := range []string{"destructive", "harmless"} {
		for _, c := range readTricky(t, name) {
			list = append(list, c.sql)
		}
	}
	return list
}
