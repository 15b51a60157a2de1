package suggest_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/suggest"
	"github.com/holdfast-db/holdfast/rules"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// judged is the event that observe writes for a text under the default policy.
func judged(o rules.Origin, sql string) (event.Judged, bool) {
	v := rules.DefaultPolicy().Judge(o, reader.Read([]byte(sql), settings), nil)
	e := event.Judged{Origin: event.From(o), Outcome: event.WouldHold, Rule: v.Rule, Reason: v.Reason, Effects: event.EffectsOf(v)}
	for _, effect := range v.Effects {
		e.Statements = append(e.Statements, effect.String())
	}
	return e, v.Action == rules.Hold
}

var (
	reader   = rules.NewReader(rules.ReaderOptions{})
	settings = rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}
)

// written is the section rules for some events.
func written(t *testing.T, s suggest.Suggestions, commented bool) string {
	t.Helper()
	var b strings.Builder
	if err := s.Write(&b, commented); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// load reads a configuration with the rules; any fault fails the test.
func load(t *testing.T, section string) *rules.Policy {
	t.Helper()
	file := filepath.Join(t.TempDir(), "holdfast.yaml")
	text := "hosts: [{name: shop-prod, listen: \":0\", server: \"postgres://127.0.0.1\"}]\n" + section
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	fine := func(string) error { return nil }
	c, err := config.Load(config.Input{
		Flags: map[string]string{"config": file}, Surroundings: config.Surroundings{Getenv: func(string) string { return "" }, Dir: "/"},
		Checks: config.Checks{Server: fine, Control: fine},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c.NewPolicy(func() time.Time { return noon })
}

var etl = rules.Origin{Host: "shop-prod", Database: "shop", User: "etl", Application: "Airflow 2.9"}

// seen are statements with whether a rule may be made of them.
var seen = []struct {
	sql   string
	rules bool
}{
	{"TRUNCATE staging.orders, staging.items", true},
	{"TRUNCATE orders", true},
	{"DELETE FROM staging.orders", true},
	{"DELETE FROM staging.orders WHERE true", true},
	{"UPDATE staging.orders SET a = 1", true},
	{"DROP TABLE staging.old", true},
	{"ALTER TABLE staging.orders DROP COLUMN a", true},
	{"DELETE FROM staging.a; TRUNCATE staging.b", true},
	{`TRUNCATE "Staging"."Orders 2"`, true},
	{"MERGE INTO staging.orders o USING staging.x ON true WHEN MATCHED THEN DELETE", true},

	{"DROP TABLE staging.old CASCADE", false},
	{"DROP SCHEMA staging", false},
	{"DROP DATABASE shop", false},
	{"DROP OWNED BY etl", false},
	{"DROP INDEX staging.i", false},
	{"COPY staging.orders TO PROGRAM 'x'", false},
	{"DO 'x'", false},
	{"SELECT lo_unlink(1)", false},
	{"TRUNCATE x y z", false},
	{"TRUNCATE staging.orders; DROP SCHEMA staging", false},
	{`TRUNCATE staging."a*"`, false},
	{`TRUNCATE staging."a.b"`, false},
	{`TRUNCATE staging."a""b"`, false},
}

// What was seen passes with the rules that come of it, and nothing else does.
func TestSuggestedRules(t *testing.T) {
	for _, c := range seen {
		e, held := judged(etl, c.sql)
		if !held {
			t.Fatalf("%s is not held", c.sql)
		}
		var collector suggest.Collector
		collector.Add(noon, e)
		s := collector.Suggestions()
		if (len(s.Rules) > 0) != c.rules || (len(s.Asked) == 0) != c.rules {
			t.Errorf("%s: %d rules, asked %v", c.sql, len(s.Rules), s.Asked)
			continue
		}
		policy := load(t, written(t, s, false))
		facts := reader.Read([]byte(c.sql), settings)
		if got := policy.Judge(etl, facts, nil).Action; (got == rules.Allow) != c.rules {
			t.Errorf("%s: %v with\n%s", c.sql, got, written(t, s, false))
		}
		for _, other := range []func(*rules.Origin){
			func(o *rules.Origin) { o.User = "ana" }, func(o *rules.Origin) { o.Application = "psql" },
			func(o *rules.Origin) { o.Database = "other" }, func(o *rules.Origin) { o.Host = "shop-staging" },
		} {
			o := etl
			other(&o)
			if policy.Judge(o, facts, nil).Action == rules.Allow {
				t.Errorf("%s passes for %+v", c.sql, o)
			}
		}
		for _, sql := range []string{"TRUNCATE staging.other", "DROP TABLE staging.orders", "DROP SCHEMA staging", "DELETE FROM public.customers"} {
			if policy.Judge(etl, reader.Read([]byte(sql), settings), nil).Action == rules.Allow {
				t.Errorf("%s: %s passes too", c.sql, sql)
			}
		}
	}
}

// Of a sum the most frequent comes first, with when, how often and an example.
func TestSuggestionsAreCounted(t *testing.T) {
	var c suggest.Collector
	add := func(at time.Time, o rules.Origin, sql string) {
		e, _ := judged(o, sql)
		c.Add(at, e)
	}
	add(noon, etl, "DROP TABLE staging.old")
	ana := etl
	ana.User, ana.Application = "ana", ""
	for i := range 3 {
		add(noon.Add(time.Duration(i)*time.Hour), ana, "TRUNCATE staging.orders")
	}
	add(noon, ana, "DROP SCHEMA x")
	add(noon, ana, "DROP DATABASE x")
	c.Add(noon, event.Judged{Outcome: event.Warned, Rule: "columns"})
	const want = `# 6 statements would have been held between 2026-11-24 12:00 UTC and 2026-11-24 14:00 UTC.
# Review each rule: it lets what it names pass, from now on and without a reviewer. A rule of
# yours that holds or refuses must stand behind those that are to pass all the same.
rules:
  # 3 times between 2026-11-24 12:00 UTC and 2026-11-24 14:00 UTC, held by rule "truncates"; such as: TRUNCATE staging.orders
  - name: "suggested 1"
    when:
      hosts: ["shop-prod"]
      databases: ["shop"]
      users: ["ana"]
      verbs: ["truncate"]
      tables: ["staging.orders"]
    action: allow
  # 1 time at 2026-11-24 12:00 UTC, held by rule "drops"; such as: DROP TABLE staging.old
  - name: "suggested 2"
    when:
      hosts: ["shop-prod"]
      databases: ["shop"]
      users: ["etl"]
      applications: ["Airflow 2.9"]
      verbs: ["drop-table"]
      tables: ["staging.old"]
    action: allow
# 2 statements would still be asked about with these rules.
#   1 time: drop-database is never suggested
#   1 time: drop-schema is never suggested
`
	if got := written(t, c.Suggestions(), false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for line := range strings.Lines(written(t, c.Suggestions(), true)) {
		if !strings.HasPrefix(line, "# ") {
			t.Errorf("a line that is no comment: %s", line)
		}
	}
	load(t, written(t, c.Suggestions(), true))
}

// Whatever names are, the result can be read, and no name gets out of its comment.
func TestSuggestionsLoadWhateverTheNamesAre(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune("ab*?.\"'\\#:{}[]\n\t\u2028\u202e\x00\x7fé&!%@`|> ,-~")
	name := func() string {
		var b strings.Builder
		for range random.IntN(5) {
			b.WriteRune(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	var c suggest.Collector
	for range 3000 {
		e := event.Judged{Outcome: event.WouldHold, Rule: name(), Statements: []string{name()}}
		e.User, e.Database, e.Application = name(), name(), name()
		for range 1 + random.IntN(3) {
			e.Effects = append(e.Effects, event.Effect{Verb: "truncate", Schema: name(), Name: name()})
		}
		c.Add(noon, e)
	}
	s := c.Suggestions()
	if len(s.Rules) == 0 || len(s.Asked) == 0 {
		t.Fatalf("%d rules, asked %v", len(s.Rules), s.Asked)
	}
	if n := load(t, written(t, s, false)).Rules(); n != len(s.Rules) {
		t.Errorf("%d rules were read of %d", n, len(s.Rules))
	}
}

// However many users and tables there are, what is kept is bounded, and what found no
// room is counted.
func TestSuggestionsAreBounded(t *testing.T) {
	var c suggest.Collector
	for i := range 10_100 {
		e, _ := judged(etl, fmt.Sprintf("TRUNCATE staging.t%d", i))
		c.Add(noon, e)
	}
	s := c.Suggestions()
	asked := uint64(0)
	for _, r := range s.Asked {
		asked += r.Count
	}
	if s.Total != 10_100 || len(s.Rules) != 100 || asked != 10_000 {
		t.Errorf("of %d, %d rules, %d asked: %v", s.Total, len(s.Rules), asked, s.Asked)
	}
}
