package alert

import (
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// TestJobLineIsYAML: a line means the same in a file, whatever names clients choose.
func TestJobLineIsYAML(t *testing.T) {
	for _, name := range []string{"orders", "audit.orders", "no", "1e3", "a: b", "{x}", `say "hi"`, "tab\there", "é", "-", "#x", "test_2", "user/app 1.2"} {
		line := JobLine(volume.Expected{Host: name, Table: name, Actor: name, Cron: "0 2 1 * *", MaxRows: 5000})
		var got []struct {
			Host, Table, Actor, Cron string
			MaxRows                  int64 `yaml:"max_rows"`
		}
		if err := yaml.Unmarshal([]byte(line), &got); err != nil || len(got) != 1 || got[0].Host != name || got[0].Table != name || got[0].Actor != name ||
			got[0].Cron != "0 2 1 * *" || got[0].MaxRows != 5000 {
			t.Errorf("%s: %+v, %v", line, got, err)
		}
	}
	if got, want := JobLine(volume.Expected{Database: "test_2", Table: "orders", Actor: "batch/purge", Cron: "@daily"}),
		`- {database: test_2, table: orders, actor: batch/purge, cron: "@daily"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestLiteralMatchesItselfAlone(t *testing.T) {
	for _, name := range []string{"orders", "a*b", "[x]", `back\slash`, "w?", "user/app"} {
		e := volume.Expected{Table: literal(name), Actor: literal(name), Cron: "@daily"}
		if err := e.Check(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if literal("a*b") != `a\*b` {
		t.Error(literal("a*b"))
	}
}

func TestRoundUp(t *testing.T) {
	for rows, want := range map[int64]int64{0: 0, 7: 7, 42: 42, 101: 110, 1299: 1300, 2400: 2400, 123456: 130000} {
		if got := roundUp(rows); got != want {
			t.Errorf("%d: %d, want %d", rows, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"aé", 2, "a"}, {"é", 1, ""}} {
		if got := cut(c.text, c.n); got != c.want {
			t.Errorf("%q to %d: %q", c.text, c.n, got)
		}
	}
}
