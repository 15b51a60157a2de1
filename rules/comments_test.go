package rules

import (
	"strings"
	"testing"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

func TestWithoutComments(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a not /* x */ in (1)", "a not         in (1)"}, {"a -- b\nc", "a     \nc"}, {"/* /* */ */a", "           a"},
		{"'--' -- x", "'--'     "}, {"'a' -- x\n'b'", ""}, {"'a' /* x */ b", "'a'         b"},
		{"'a' /* x */\n'b'", ""}, {"select 1", ""}, {"/*", ""}, {"'a -- b", ""}, {"$a$ -- $a$", ""},
	} {
		if got, ok := withoutComments(c.text); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q: %q, %v", c.text, got, ok)
		}
	}
}

// FuzzComments: what the parser reads, it reads the same without comments, or not at
// all. (It may read more then: see parseTree.)
func FuzzComments(f *testing.F) {
	for _, text := range append(lexerTexts, "select not /**/ in", "select 'a' -- x\n'b'", "select 1 /**/ + 2", "select a./**/b", "select u&'\\0041' /**/ uescape '!'") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		blank, ok := withoutComments(text)
		if !ok || beyond([]byte(text)) != "" || strings.Contains(text, "\x00") { // it stops there
			return
		}
		one, err := pgquery.Parse(text)
		if err != nil {
			return
		}
		other, err := pgquery.Parse(blank)
		if err != nil {
			t.Fatalf("%q: %v", blank, err)
		}
		if len(one.Stmts) != len(other.Stmts) {
			t.Fatalf("%q has %d statements, %q %d", text, len(one.Stmts), blank, len(other.Stmts))
		}
		for i := range one.Stmts {
			if !sameNode(one.Stmts[i].Stmt, other.Stmts[i].Stmt) {
				t.Fatalf("%q and %q differ", text, blank)
			}
		}
	})
}
