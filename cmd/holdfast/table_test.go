package main

import (
	"strings"
	"testing"
)

// A table keeps to the screen: the widest columns that can give way do, until the last
// one has something to say.
func TestTableFitsItsScreen(t *testing.T) {
	columns := []column{{head: "ID"}, {head: "HOST", most: 20}, {head: "BY", most: 28}, {head: "STATEMENT"}}
	row := []string{"h7k2m9qd", "shop-production-1", "unknown (Postgres user app), psql", "DROP TABLE public.events_of_the_last_year"}
	for _, c := range []struct {
		width, tables int
		want          string
	}{
		{width: 60, want: "h7k2m9qd  shop-productio…  unknown (Postg…  DROP TABLE publ…"},
		{width: 100, tables: 160, want: "h7k2m9qd  shop-production-1  unknown (Postgres user app)…  DROP TABLE public.events_of_the_last_year"},
		{width: 30, want: "h7k2m9qd  shop-prod…  unknown (…  DROP TAB…"}, // narrower than they can become
	} {
		var b strings.Builder
		s := &screen{Writer: &b, width: c.width, tables: c.tables}
		s.table(columns, [][]string{row})
		got := strings.Split(b.String(), "\n")[1]
		if got != c.want {
			t.Errorf("%d columns:\n%s\nwant\n%s", max(c.width, c.tables), got, c.want)
		}
	}
}

// What was deleted last is seen on a narrow screen, too.
func TestSparklineFits(t *testing.T) {
	var b strings.Builder
	s := &screen{Writer: &b, width: 30}
	steps := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3}
	fit := func(_, width int) string { return sparkline(squeezed(steps, width)) }
	s.table([]column{{head: "TABLE"}, {head: "OVER TIME", fit: fit}}, [][]string{{"public.orders", sparkline(steps)}})
	if want := "TABLE          OVER TIME\npublic.orders  ·············▃█\n"; b.String() != want {
		t.Errorf("\n%swant\n%s", b.String(), want)
	}
	if got := squeezed([]float64{1, 2, 3}, 3); len(got) != 3 || got[2] != 3 {
		t.Errorf("%v", got)
	}
	if got := squeezed([]float64{1, 2, 3, 4, 5}, 2); len(got) != 2 || got[0]+got[1] != 15 {
		t.Errorf("%v", got)
	}
}
