package main

import (
	"slices"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, test := range []struct {
		line string
		n    int
		want []string
	}{
		{"", 10, []string{""}},
		{"short", 10, []string{"short"}},
		{"exactly ten", 11, []string{"exactly ten"}},
		{"at a blank here", 9, []string{"at a", "blank", "here"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"  indented text", 12, []string{"  indented", "text"}},
	} {
		got := fold(test.line, test.n)
		if !slices.Equal(got, test.want) {
			t.Errorf("fold(%q, %d) = %q, want %q", test.line, test.n, got, test.want)
		}
	}
}

func TestHoldID(t *testing.T) {
	for text, want := range map[string]string{
		"NOTICE:  holdfast: held as h3x8m2qd: DROP TABLE events on production": "h3x8m2qd",
		"DROP TABLE": "",
		"":           "",
	} {
		if got := holdID([]string{text}); got != want {
			t.Errorf("holdID(%q) = %q, want %q", text, got, want)
		}
	}
}

// What is printed at the narrowest fits, whatever psql says.
func TestPagePrintsWithinItsWidth(t *testing.T) {
	var out strings.Builder
	p := &page{Writer: &out, width: minWidth}
	long := strings.Repeat("a word and another ", 20)
	p.line("%s", long)
	p.types("ana", long)
	p.hears("ben", []string{"", long, strings.Repeat("x", 200), ""})
	p.check(long, false)
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimSuffix(line, "\n"); len(line) > minWidth || strings.TrimRight(line, " ") != line {
			t.Errorf("%d columns: %q", len(line), line)
		}
	}
}
