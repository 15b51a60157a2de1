package main

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/rules"
)

// loadPolicy loads an example as serve does.
func loadPolicy(t *testing.T, file string) *config.Config {
	t.Helper()
	a := here()
	c, err := a.load(map[string]string{"config": file})
	var faults config.Faults
	if errors.As(err, &faults) {
		t.Fatalf("%s:\n%s", file, faults.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestExamplePolicies: each file can be served, and nothing in it surprises.
func TestExamplePolicies(t *testing.T) {
	files, err := filepath.Glob("../../examples/policies/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d policies, %v", len(files), err)
	}
	for _, file := range files {
		c := loadPolicy(t, file)
		for _, w := range c.Warnings {
			t.Errorf("%s", w.Error())
		}
		if len(c.Rules) == 0 {
			t.Errorf("%s has no rules", file)
		}
	}
}

// TestExamplePoliciesDoWhatTheySay judges statements by them.
func TestExamplePoliciesDoWhatTheySay(t *testing.T) {
	day := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC) // a Wednesday, 10:00 in Berlin
	night := day.Add(12 * time.Hour)
	staging := rules.Origin{Host: "shop-staging", Environment: "staging", User: "ana"}
	prod := func(user, application, client string) rules.Origin {
		return rules.Origin{Host: "shop-prod", Environment: "production", User: user, Application: application, Client: client}
	}
	reader := rules.NewReader(rules.ReaderOptions{})
	safe := rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}
	for _, c := range []struct {
		file string
		from rules.Origin
		at   time.Time
		sql  string
		want string
	}{
		{"small-team", prod("ana", "", ""), day, "DROP DATABASE shop", "refuse the database stays"},
		{"small-team", prod("ci", "", ""), day, "TRUNCATE scratch.cart", "allow "},
		{"small-team", prod("ci", "", ""), day, "TRUNCATE cart", "hold billing is typed"}, // it may be billing's
		{"small-team", prod("ana", "", ""), day, "TRUNCATE public.cart", "hold truncates"},
		{"small-team", prod("ana", "", ""), day, "DROP TABLE billing.invoices", "hold billing is typed"},
		{"production", prod("ana", "", ""), night, "DROP TABLE public.a", "refuse night"},
		{"production", prod("ana", "", ""), day, "DROP TABLE public.a", "hold drops"},
		{"production", prod("ana", "", ""), day, "DROP SCHEMA old", "hold schemas need two"},
		{"production", prod("ana", "", ""), night, "DELETE FROM crm.calls", "hold personal data"},
		{"production", prod("rollup", "", "10.20.1.1"), night, "DELETE FROM rollup.day", "allow "},
		{"production", prod("rollup", "", "10.30.1.1"), night, "DELETE FROM rollup.day", "hold deletes"},
		{"staging", prod("etl", "", ""), day, "TRUNCATE staging.orders", "allow "},
		{"staging", prod("etl", "", ""), day, "TRUNCATE public.orders", "hold truncates"},
		{"staging", prod("ana", "", ""), day, "TRUNCATE staging.orders", "hold truncates"},
		{"staging", staging, day, "DROP SCHEMA public CASCADE", "warn people work on staging"},
		{"agents", prod("agent_7", "", ""), day, "DROP TABLE a", "refuse agents do not drop"},
		{"agents", prod("agent_7", "", ""), day, "SELECT tidy_up()", "refuse agents do not drop"},
		{"agents", prod("agent_7", "", ""), day, "DELETE FROM a", "hold agents ask"},
		{"agents", prod("agent_7", "", ""), day, "INSERT INTO a VALUES (1)", "allow "},
		{"agents", prod("ana", "claude-code", ""), day, "DELETE FROM a", "hold agents by name"},
		{"agents", prod("ana", "psql", ""), day, "DELETE FROM a", "hold deletes"},
	} {
		p := loadPolicy(t, "../../examples/policies/"+c.file+".yaml").NewPolicy(func() time.Time { return c.at })
		v := p.Judge(c.from, reader.Read([]byte(c.sql), safe), nil)
		if got := v.Action.String() + " " + v.Rule; got != c.want && !(v.Action == rules.Allow && c.want == "allow ") {
			t.Errorf("%s, %s at %s: %s: got %s, want %s", c.file, c.from.User, c.at.Format("15:04"), c.sql, got, c.want)
		}
	}
}
