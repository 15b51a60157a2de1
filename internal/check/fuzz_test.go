package check_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/check"
)

// A shape has no string literal in it, whatever the text is.
func FuzzShape(f *testing.F) {
	for _, sql := range []string{"SELECT 'a' || $$b$$, E'c\\'d', \"e'f\"", "x'1'", "U&'\\0061' UESCAPE '!'", "a.b::int[1]", "'", "$1$", "1e5.6", "/* 'x' */ -- '"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		shape := check.Shape(sql)
		quoted := false
		for _, c := range shape {
			switch {
			case c == '"':
				quoted = !quoted
			case c == '\'' && !quoted && !strings.Contains(shape, "..."):
				t.Fatalf("%q has the shape %q", sql, shape)
			}
		}
	})
}
