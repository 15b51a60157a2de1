package rules

import (
	"strings"
	"testing"
	"time"
)

// must panics on a fault of the test itself.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func patterns(texts ...string) (list []Pattern) {
	for _, t := range texts {
		list = append(list, must(ParsePattern(t)))
	}
	return list
}

func tables(texts ...string) (list []TablePattern) {
	for _, t := range texts {
		list = append(list, must(ParseTablePattern(t)))
	}
	return list
}

// wednesday is a moment at noon in Berlin.
var wednesday = time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)

var office = must(ParseWindow("Mon-Fri 08:00-18:00 Europe/Berlin"))

// ruled are rules of people, and what becomes of statements under them: the action,
// and the rule that decided.
var ruled = []struct {
	name  string
	rules []Rule
	from  Origin
	want  map[string]string
}{
	{
		name: "allow on tables",
		rules: []Rule{{
			Name: "etl", Action: Allow,
			When: When{Users: patterns("etl"), Tables: tables("staging.*"), Verbs: []Verb{VerbTruncate}},
		}},
		from: Origin{User: "etl"},
		want: map[string]string{
			"truncate staging.a":                        "allow",
			"truncate staging.a, staging.b":             "allow",
			"truncate staging.a, prod.users":            "hold truncates",
			"truncate staging.a cascade":                "hold truncates",
			"truncate a":                                "hold truncates",
			"drop table staging.a":                      "hold drops",
			"truncate staging.a; drop table staging.a":  "hold drops",
			"with x as (delete from staging.a) table x": "hold deletes",
			"prepare x as select 1; execute x":          "allow",
			"explain analyze delete from staging.a":     "hold deletes",
			"do $$ begin execute current_user; end $$":  "hold opaque",
			"truncate staging.a; copy a to program 'x'": "hold opaque",
			"truncate \"Staging\".a":                    "hold truncates",
		},
	},
	{
		name: "someone else",
		rules: []Rule{{
			Name: "etl", Action: Allow,
			When: When{Users: patterns("etl*"), Databases: patterns("shop_?"), Applications: []Pattern{must(ParseFoldedPattern("Airflow*"))}},
		}},
		from: Origin{User: "etl_night", Database: "shop_1", Application: "airflow worker"},
		want: map[string]string{"drop table a": "allow", "select f()": "allow", "do $$ x $$": "allow", "execute nobody": "allow"},
	},
	{
		name: "not the user",
		rules: []Rule{{
			Name: "etl", Action: Allow, When: When{Users: patterns("etl")},
		}},
		from: Origin{User: "ETL"},
		want: map[string]string{"drop table a": "hold drops", "select f()": "measure opaque"},
	},
	{
		name:  "allow everything",
		rules: []Rule{{Name: "all", Action: Allow}},
		want: map[string]string{
			"drop database d": "allow", "delete from t": "allow", "select f()": "allow",
			"copy t to program 'x'":                      "hold opaque",
			"copy t from program 'x'":                    "hold opaque",
			"select lo_export(1, 'x')":                   "hold opaque",
			"select dblink_exec('x')":                    "hold opaque",
			"select lo_unlink(1)":                        "allow",
			"set standard_conforming_strings = off":      "refuse settings",
			"set client_encoding = 'SJIS'":               "refuse settings",
			"select set_config('client_encoding', y, z)": "hold settings",
			"drop\vtable t":                              "hold unreadable",
		},
	},
	{
		name: "hold and refuse on tables",
		rules: []Rule{
			{Name: "never", Action: Refuse, When: When{Tables: tables("billing.*"), Verbs: []Verb{VerbDrop, VerbTruncate}}},
			{Name: "asked", Action: Hold, When: When{Tables: tables("billing.*")}},
			{Name: "rows of invoices", Action: Hold, When: When{Tables: tables("billing.invoices"), Verbs: []Verb{VerbDelete}}},
		},
		want: map[string]string{
			"drop table billing.a":                      "refuse never",
			"drop table a":                              "refuse never", // it may be billing's
			"drop table shop.a":                         "hold drops",
			"drop schema billing":                       "refuse never",
			"drop schema billing cascade":               "refuse never",
			"drop schema shop":                          "hold drops",
			"drop owned by x":                           "refuse never",
			"drop role x":                               "hold drops",
			"drop extension postgis":                    "refuse never",
			"drop view billing.v":                       "refuse never",
			"alter table billing.a drop column b":       "refuse never",
			"delete from billing.a":                     "hold asked",
			"delete from billing.a where id = 1":        "measure limits",
			"delete from billing.invoices where id = 1": "hold rows of invoices",
			"delete from invoices where id = 1":         "hold rows of invoices",
			"delete from shop.invoices where id = 1":    "measure limits",
			"delete from events where id = 1":           "measure limits",
			"do $$ x $$":                                "hold asked",
			"drop\vtable t":                             "hold asked",
			"select 1":                                  "allow",
			"insert into billing.a values (1)":          "allow",
			"truncate shop.a, billing.a":                "refuse never",
			"merge into billing.a using x on true when matched then delete": "hold asked",
		},
	},
	{
		name: "first match wins",
		rules: []Rule{
			{Name: "one", Action: Allow, When: When{Verbs: []Verb{VerbTruncate}, Tables: tables("a")}},
			{Name: "two", Action: Refuse, When: When{Verbs: []Verb{VerbTruncate}}},
			{Name: "three", Action: Warn, When: When{Verbs: []Verb{VerbDropTable}}},
			{Name: "four", Action: Refuse, When: When{Verbs: []Verb{VerbDrop}}},
		},
		want: map[string]string{
			"truncate a": "allow", "truncate x.a": "allow", "truncate b": "refuse two", "truncate a, b": "refuse two",
			"drop table a": "warn three", "drop view a": "refuse four", "drop schema a": "refuse four", "drop database a": "refuse four",
			"alter table a add foreign key (b) references c": "measure drops", "alter table a drop constraint c": "refuse four",
			"alter table a drop column b": "refuse four", "drop owned by x": "refuse four", "drop table a, b; drop index c": "refuse four",
		},
	},
	{
		name: "filters",
		rules: []Rule{
			{Name: "unfiltered", Action: Refuse, When: When{Filters: []Filter{FilterNone, FilterConstant}}},
			{Name: "crossed", Action: Warn, When: When{Filters: []Filter{FilterCrossJoin}, Verbs: []Verb{VerbUpdate}}},
		},
		want: map[string]string{
			"delete from t": "refuse unfiltered", "update t set a = 1 where 1 = 1": "refuse unfiltered", "delete from t where id = 1": "measure limits",
			"update t set a = 1 from u": "warn crossed", "delete from t using u": "hold deletes", "drop table t": "hold drops", "truncate t": "hold truncates",
		},
	},
	{
		name: "bounds are undecided before the count",
		rules: []Rule{
			{Name: "few", Action: Allow, When: When{Rows: &Bound{less: true, equal: true, limit: 5}, Verbs: []Verb{VerbDelete}}},
			{Name: "many", Action: Hold, When: When{Rows: &Bound{limit: 100}}},
		},
		want: map[string]string{
			"delete from t where id = 1": "measure limits", "delete from t": "hold deletes", "drop table t": "hold drops",
			"update t set a = 1 where id = 2": "measure limits", "select 1": "allow",
		},
	},
	{
		name: "a bound makes a statement one to be counted",
		rules: []Rule{
			{Name: "many", Action: Hold, When: When{Rows: &Bound{limit: 100}}},
			{Name: "rest", Action: Allow},
		},
		want: map[string]string{"delete from t where id = 1": "measure many", "delete from t": "measure many", "drop table t": "allow", "update t set a = 1": "allow"},
	},
	{
		name:  "call",
		rules: []Rule{{Name: "code", Action: Hold, When: When{Verbs: []Verb{VerbCall}, Tables: tables("jobs.*")}}},
		want:  map[string]string{"select f()": "hold code", "call p()": "hold code", "select now()": "allow", "delete from t where id = f()": "hold code"},
	},
	{
		name:  "a window that is open",
		rules: []Rule{{Name: "night", Action: Refuse, When: When{Outside: []Window{office}}}},
		want:  map[string]string{"drop table t": "hold drops"},
	},
	{
		name:  "a window that is closed",
		rules: []Rule{{Name: "day", Action: Refuse, When: When{Inside: []Window{office}, Verbs: []Verb{VerbDrop}}}},
		want:  map[string]string{"drop table t": "refuse day", "truncate t": "hold truncates"},
	},
	{
		name: "clients and kinds",
		rules: []Rule{
			{Name: "office", Action: Allow, When: When{Clients: []Network{must(ParseNetwork("10.1.0.0/16"))}, Kinds: []Kind{KindInteractive}}},
		},
		from: Origin{Client: "10.1.2.3", Application: "psql"},
		want: map[string]string{"drop table t": "allow"},
	},
	{
		name: "other clients and kinds",
		rules: []Rule{
			{Name: "office", Action: Allow, When: When{Clients: []Network{must(ParseNetwork("10.1.0.0/16"))}}},
			{Name: "agents", Action: Refuse, When: When{Kinds: []Kind{KindAgent}}},
			{Name: "local", Action: Refuse, When: When{Clients: []Network{must(ParseNetwork("local"))}}},
		},
		from: Origin{Client: "10.2.2.3", Application: "Claude Code"},
		want: map[string]string{"drop table t": "refuse agents", "delete from t where id = 1": "measure limits"},
	},
	{
		name:  "plants",
		rules: []Rule{{Name: "all", Action: Allow, When: When{Tables: tables("*.*")}}},
		want:  map[string]string{"create rule r as on insert to t do also delete from u": "allow"},
	},
}

func TestRules(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for _, c := range ruled {
		p := NewPolicy(PolicyOptions{Rules: c.rules, Now: func() time.Time { return wednesday }})
		for sql, want := range c.want {
			v := p.Judge(c.from, r.Read([]byte(sql), safe), nil)
			if got := strings.TrimSpace(v.Action.String() + " " + v.Rule); got != want {
				t.Errorf("%s: %s\ngot %s (%s; %s), want %s", c.name, sql, got, v.Reason, v.Why, want)
			}
			if v.Action == Refuse && v.SQLState == "" {
				t.Errorf("%s: %s: refused without an SQLSTATE", c.name, sql)
			}
			if v.Action != Allow && (v.Reason == "" || v.Rule == "") {
				t.Errorf("%s: %s: %+v", c.name, sql, v)
			}
		}
	}
}

// TestRulesNeverLowerWhatCannotBeRead: whatever rules there are, text that cannot be
// read, what reaches beyond the database and unsafe settings are held or refused.
func TestRulesNeverLowerWhatCannotBeRead(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for _, sql := range []string{"drop\vtable t", "copy t to program 'x'", "copy t to '/x'", "set client_encoding = sjis", "select dblink_exec('x')",
		"select run_command_on_coordinator('x')", "select pg_replication_slot_advance('s', '0/1')"} {
		for _, a := range Actions() {
			for _, v := range append(Verbs(), "") {
				rule := Rule{Name: "r", Action: a}
				if v != "" {
					rule.When.Verbs = []Verb{v}
				}
				got := NewPolicy(PolicyOptions{Rules: []Rule{rule}}).Judge(Origin{}, r.Read([]byte(sql), safe), nil)
				if got.Action != Hold && got.Action != Refuse {
					t.Errorf("%s under %s of %q: %+v", sql, a, v, got)
				}
			}
		}
	}
}

func TestTerms(t *testing.T) {
	two, one := Terms{Group: "dba", Count: 2, TypeName: true}, Terms{Wait: time.Hour}
	p := NewPolicy(PolicyOptions{Rules: []Rule{
		{Name: "schemas", Action: Hold, When: When{Verbs: []Verb{VerbDropSchema}}, Terms: two},
		{Name: "truncates of ours", Action: Hold, When: When{Verbs: []Verb{VerbTruncate}}, Terms: one},
	}})
	r := NewReader(ReaderOptions{})
	for sql, want := range map[string][]Terms{
		"drop table t":                          nil,
		"drop schema s":                         {two},
		"drop schema s, u":                      {two},
		"drop schema s; truncate t":             {two, one},
		"drop table t; drop schema s":           {{}, two},
		"drop schema s; drop table t":           {two, {}},
		"select 1; drop schema s; select 1":     {two},
		"delete from t where id=1; truncate t":  {one},
		"truncate t; delete from t where id =1": {one},
	} {
		v := p.Judge(Origin{}, r.Read([]byte(sql), safe), nil)
		if len(v.Terms) != len(want) {
			t.Errorf("%s: terms %+v, want %+v", sql, v.Terms, want)
			continue
		}
		for i := range want {
			if v.Terms[i] != want[i] {
				t.Errorf("%s: terms %+v, want %+v", sql, v.Terms, want)
			}
		}
	}
}

func TestWithoutAClock(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for action, want := range map[Action]Action{Allow: Hold, Warn: Hold, Refuse: Refuse} {
		p := NewPolicy(PolicyOptions{Rules: []Rule{{Name: "hours", Action: action, When: When{Inside: []Window{office}}}}})
		if v := p.Judge(Origin{}, r.Read([]byte("drop table t"), safe), nil); v.Action != want {
			t.Errorf("%v in a window without a clock: %+v", action, v)
		}
	}
}

func TestResolved(t *testing.T) {
	known := Resolved{
		{Relation{Name: "t"}, "TABLE"}:   {Standing: StandingTemporary, Relation: Relation{Schema: "pg_temp_3", Name: "t"}},
		{Relation{Name: "new"}, "TABLE"}: {Standing: StandingCreated},
		{Relation{Name: "no"}, "TABLE"}:  {Standing: StandingAbsent},
		{Relation{Name: "a"}, "TABLE"}:   {Standing: StandingPermanent, Relation: Relation{Schema: "staging", Name: "a"}},
		{Relation{Name: "v"}, "VIEW"}:    {Standing: StandingAbsent},
	}
	p := NewPolicy(PolicyOptions{Rules: []Rule{{Name: "etl", Action: Allow, When: When{Tables: tables("staging.*"), Verbs: []Verb{VerbTruncate}}}}})
	r := NewReader(ReaderOptions{})
	for sql, want := range map[string]string{
		"drop table t": "allow", "drop table if exists no": "allow", "truncate new": "allow", "alter table new drop column x": "allow",
		"drop view v": "allow", "drop table v": "hold DROP TABLE v", "delete from t": "allow",
		"drop table t, a": "hold DROP TABLE staging.a", "truncate a": "allow", "drop table b": "hold DROP TABLE b", "alter table a drop column x": "hold DROP COLUMN staging.a.x",
		"drop trigger x on a": "hold DROP TRIGGER x ON staging.a", "drop trigger x on t": "allow", "truncate a cascade": "hold TRUNCATE staging.a CASCADE",
		"drop schema t": "hold DROP SCHEMA t",
	} {
		f := r.Read([]byte(sql), safe)
		before := f.Statements[0].Effects[0].Target
		v := p.JudgeResolved(Origin{}, f, nil, known)
		if got := strings.TrimSpace(v.Action.String() + " " + v.Reason); got != want {
			t.Errorf("%s: got %s, want %s", sql, got, want)
		}
		if f.Statements[0].Effects[0].Target != before {
			t.Errorf("%s: the facts were changed", sql)
		}
	}
}

func TestJudgeCounts(t *testing.T) {
	table := func(name string) Relation { return Relation{Schema: "public", Name: name} }
	p := NewPolicy(PolicyOptions{Rules: []Rule{
		{Name: "staging", Action: Allow, When: When{Tables: tables("staging.*")}},
		{Name: "invoices", Action: Refuse, When: When{Tables: tables("public.invoices"), Rows: &Bound{limit: 3}}},
		{Name: "share", Action: Hold, When: When{Tables: tables("public.small"), Share: &Bound{equal: true, limit: 0.1}, Verbs: []Verb{VerbMerge}}},
	}})
	for _, c := range []struct {
		counted Counted
		want    string
	}{
		{Counted{Table: table("apps"), Deleted: 28, Before: 33}, "hold limits: DELETE of 28 of 33 rows of public.apps"},
		{Counted{Table: table("apps"), Deleted: 1, Before: 3}, "allow :"},
		{Counted{Table: table("apps"), Deleted: 10, Before: 30}, "hold limits: DELETE of 10 of 30 rows of public.apps"},
		{Counted{Table: table("apps"), Deleted: 9, Before: 9}, "allow :"},
		{Counted{Table: table("apps"), Deleted: 10, Before: 40}, "allow :"},
		{Counted{Table: table("apps"), Deleted: 1000}, "allow :"},
		{Counted{Table: table("apps"), Deleted: 1001}, "hold limits: DELETE of 1001 rows of public.apps"},
		{Counted{Table: table("apps"), Updated: 1 << 40, Before: 1 << 40}, "allow :"},
		{Counted{Table: table("apps"), Dropped: true}, "hold drops: DROP TABLE public.apps"},
		{Counted{Table: table("apps"), Truncated: true, Deleted: 1001}, "hold truncates: TRUNCATE public.apps and 1 more"},
		{Counted{Table: Relation{Schema: "staging", Name: "a"}, Truncated: true, Dropped: true, Deleted: 1e6, Before: 1e6}, "allow :"},
		{Counted{Table: table("invoices"), Deleted: 3}, "allow :"},
		{Counted{Table: table("invoices"), Deleted: 4}, "refuse invoices: DELETE of 4 rows of public.invoices"},
		{Counted{Table: table("invoices"), Updated: 400}, "allow :"},
		{Counted{Table: table("small"), Deleted: 1, Before: 10}, "hold share: DELETE of 1 of 10 rows of public.small"},
		{Counted{Table: table("small"), Deleted: 1, Before: 11}, "allow :"},
		{Counted{Table: table("small"), Deleted: 1}, "hold share: DELETE of 1 row of public.small"}, // of who knows how many
	} {
		v := p.JudgeCounts(Origin{}, []Counted{c.counted})
		if got := v.Action.String() + " " + v.Rule + ": " + v.Reason; strings.TrimSpace(got) != c.want {
			t.Errorf("%+v: got %s, want %s", c.counted, got, c.want)
		}
	}
	updated := NewPolicy(PolicyOptions{Limits: Limits{Rows: 5, Share: 1, ShareFrom: 1, UpdatedRows: 7}})
	if v := updated.JudgeCounts(Origin{}, []Counted{{Table: table("a"), Updated: 8}}); v.Action != Hold {
		t.Errorf("updated rows: %+v", v)
	}
	if v := updated.JudgeCounts(Origin{}, []Counted{{Table: table("a"), Updated: 7, Deleted: 5, Before: 5}}); v.Action != Allow {
		t.Errorf("at the limits: %+v", v)
	}
	var zero Policy
	if v := zero.JudgeCounts(Origin{}, []Counted{{Table: table("a"), Deleted: 1}}); v.Action != Hold {
		t.Errorf("zero Policy: %+v", v)
	}
}
