package rules

import (
	"math/rand"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// some picks a few of a list, most often none.
func some[T any](random *rand.Rand, list []T) (picked []T) {
	if random.Intn(2) == 0 {
		return nil
	}
	for range 1 + random.Intn(2) {
		picked = append(picked, list[random.Intn(len(list))])
	}
	return picked
}

// randomRule is a rule of a small world, so that rules often meet.
func randomRule(random *rand.Rand, name string) Rule {
	r := Rule{Name: name, Action: Actions()[random.Intn(len(Actions()))]}
	w := &r.When
	w.Users = some(random, patterns("ana", "etl", "etl*", "*"))
	w.Databases = some(random, patterns("shop", "s*"))
	w.Hosts = some(random, patterns("prod", "staging"))
	w.Verbs = some(random, Verbs())
	w.Tables = some(random, tables("staging.*", "staging.a", "a", "*.a", "shop.*", "*", "s*.a"))
	w.Filters = some(random, []Filter{FilterNone, FilterConstant, Filtered})
	w.Kinds = some(random, Kinds())
	w.Clients = some(random, []Network{must(ParseNetwork("10.0.0.0/8")), must(ParseNetwork("10.1.0.0/16")), must(ParseNetwork("local"))})
	if random.Intn(4) == 0 {
		w.Outside = []Window{office}
	}
	if random.Intn(4) == 0 {
		w.Rows = &Bound{limit: 10, less: random.Intn(2) == 0}
	}
	return r
}

func randomPolicy(random *rand.Rand) (*Policy, []Rule) {
	rules := make([]Rule, 1+random.Intn(5))
	for i := range rules {
		rules[i] = randomRule(random, "r"+strconv.Itoa(i))
	}
	return NewPolicy(PolicyOptions{Rules: rules, Now: func() time.Time { return wednesday }}), rules
}

func randomOrigin(random *rand.Rand) Origin {
	pick := func(list ...string) string { return list[random.Intn(len(list))] }
	return Origin{
		Host: pick("prod", "staging"), Database: pick("shop", "mail"), User: pick("ana", "etl", "etl_night"),
		Application: pick("", "psql", "claude", "flyway"), Client: pick("10.1.2.3", "10.9.9.9", "local", "192.0.2.1"),
	}
}

// ruledTexts have every verb, with names in each form.
var ruledTexts = []string{
	"drop table a", "drop table staging.a", "drop table shop.b cascade", "drop schema staging", "drop schema shop cascade", "drop database shop",
	"drop owned by ana", "drop role ana", "drop view staging.v", "drop extension x", "alter table a drop column b", "alter table staging.a drop constraint c",
	"truncate a", "truncate staging.a, shop.b", "truncate b cascade", "delete from a", "delete from staging.a where true", "delete from shop.a where id = 1",
	"update a set x = 1", "update shop.b set x = 1 where id = 2", "merge into a using b on a.id = b.id when matched then delete",
	"alter table p detach partition staging.a", "alter table a alter b type int using 0", "copy a to program 'x'", "do $$ x $$", "call p()", "execute x",
	"select lo_unlink(1)", "select f(), g.h()", "set client_encoding = sjis", "select set_config('client_encoding', x, true)", "drop\vtable a",
	"alter table a add foreign key (b) references staging.c", "alter table a alter b drop default",
	"drop table a; truncate b; delete from staging.a where id = 3", "create rule r as on insert to a do also delete from b",
}

// TestWorstOfEffects: the verdict of a text is the worst of those of its effects by
// themselves, whatever the rules are, and what stands above them is never lowered.
func TestWorstOfEffects(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	r := NewReader(ReaderOptions{})
	for range 3000 {
		p, _ := randomPolicy(random)
		o := randomOrigin(random)
		f := r.Read([]byte(ruledTexts[random.Intn(len(ruledTexts))]), safe)
		got, worst := p.Judge(o, f, nil), 0
		for i := range f.Statements {
			for _, e := range f.Statements[i].Effects {
				worst = max(worst, severity(p.one(o, e).Action))
			}
		}
		if severity(got.Action) < worst {
			t.Fatalf("%v: worse in parts than as a whole: %+v", f.Statements, got)
		}
		if got.Action != Allow && got.Rule == "" || got.Action == Hold && got.Reason == "" {
			t.Fatalf("%+v", got)
		}
	}
}

// TestTerse: JudgeTerse leaves out the reason of what is measured, and nothing else.
func TestTerse(t *testing.T) {
	random := rand.New(rand.NewSource(5))
	r := NewReader(ReaderOptions{})
	texts := slices.Concat(ruledTexts, goldenSQL(t))
	measured, worded := 0, 0
	for range 6000 {
		p, _ := randomPolicy(random)
		if random.Intn(2) == 0 {
			p = DefaultPolicy()
		}
		o := randomOrigin(random)
		f := r.Read([]byte(texts[random.Intn(len(texts))]+";"+texts[random.Intn(len(texts))]), safe)
		want, got := p.Judge(o, f, nil), p.JudgeTerse(o, f, nil)
		switch {
		case want.Action == Measure:
			measured++
			if want.Reason == "" {
				t.Fatalf("no reason: %+v", want)
			}
			want.Reason = ""
		case want.Reason != "":
			worded++
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	}
	if measured < 100 || worded < 1000 {
		t.Errorf("%d measured and %d with a reason: too few", measured, worded)
	}
}

// TestVerdictsShareAndNeverWrite: verdicts share the effects of facts, which the verdicts
// of others share too.
func TestVerdictsShareAndNeverWrite(t *testing.T) {
	p := DefaultPolicy()
	f := NewReader(ReaderOptions{}).Read([]byte("drop table a; drop table b, c; truncate d"), safe)
	was := make([][]Effect, len(f.Statements))
	for i := range f.Statements {
		was[i] = slices.Clone(f.Statements[i].Effects)
	}
	v := p.Judge(Origin{}, f, nil)
	first := p.Judge(Origin{}, &Facts{Read: true, Statements: f.Statements[:1]}, nil)
	if &first.Effects[0] != &f.Statements[0].Effects[0] {
		t.Error("the one effect was copied")
	}
	both, again := Worse(first, v), Worse(first, p.one(Origin{}, Effect{Verb: VerbTruncate, Target: Relation{Name: "e"}}))
	if both.Reason != "DROP TABLE a and 4 more" || again.Reason != "DROP TABLE a and 1 more" || v.Reason != "DROP TABLE a and 3 more" {
		t.Errorf("%q, %q, %q", both.Reason, again.Reason, v.Reason)
	}
	roomy := v
	roomy.Effects = slices.Grow(slices.Clone(v.Effects), 8)
	roomy.Terms = slices.Grow([]Terms{{Group: "dba"}}, 8)
	one := Worse(roomy, Verdict{Effects: []Effect{{Verb: VerbDelete}}, Terms: []Terms{{Group: "a"}}})
	other := Worse(roomy, Verdict{Effects: []Effect{{Verb: VerbUpdate}}, Terms: []Terms{{Group: "b"}}})
	if one.Effects[4].Verb != VerbDelete || other.Effects[4].Verb != VerbUpdate || one.Terms[1].Group != "a" || other.Terms[1].Group != "b" {
		t.Errorf("one wrote over the other: %+v, %+v", one, other)
	}
	for i := range f.Statements {
		if st := &f.Statements[i]; !slices.Equal(st.Effects, was[i]) {
			t.Errorf("facts were changed: %+v", st.Effects)
		}
	}
}

// TestNeverReachedIsTrue: a rule of which Lint says that it is never reached decides
// nothing.
func TestNeverReachedIsTrue(t *testing.T) {
	random := rand.New(rand.NewSource(4))
	r := NewReader(ReaderOptions{})
	said, decided := 0, 0
	for range 12000 {
		p, rules := randomPolicy(random)
		dead := map[string]bool{}
		for _, l := range p.Lint(nil) {
			if strings.Contains(l.Text, "never reached") {
				dead[rules[l.Rule].Name] = true
				said++
			}
		}
		for range 10 {
			v := p.Judge(randomOrigin(random), r.Read([]byte(ruledTexts[random.Intn(len(ruledTexts))]), safe), nil)
			if dead[v.Rule] {
				t.Fatalf("rule %s decided %+v of %+v", v.Rule, v, rules)
			}
			if strings.HasPrefix(v.Rule, "r") {
				decided++
			}
		}
	}
	if said < 100 || decided < 1000 {
		t.Errorf("%d rules never reached, %d decided: the rules do not meet", said, decided)
	}
}

// TestAllowNeverPassesNamesItDoesNotKnow: an allow on the tables of a schema passes
// nothing that may be elsewhere.
func TestAllowNeverPassesNamesItDoesNotKnow(t *testing.T) {
	p := NewPolicy(PolicyOptions{Rules: []Rule{{Name: "r", Action: Allow, When: When{Tables: tables("staging.*")}}}})
	for _, e := range []Effect{
		{Verb: VerbTruncate, Target: Relation{Name: "a"}}, {Verb: VerbTruncate, Target: Relation{Schema: "shop", Name: "a"}},
		{Verb: VerbTruncate, Target: Relation{Schema: "staging", Name: "a"}, Cascade: true}, {Verb: VerbCall, Object: "DO"},
		{Verb: VerbDropSchema, Object: "SCHEMA", Target: Relation{Name: "staging"}, Cascade: true}, {Verb: VerbDropDatabase, Target: Relation{Name: "staging"}},
		{Verb: VerbDropOwned, Target: Relation{Name: "staging"}}, {Verb: VerbDrop, Object: "ROLE", Target: Relation{Name: "a"}},
		{Verb: VerbDrop, Object: "EXTENSION", Target: Relation{Name: "a"}}, {Verb: VerbTruncate}, {Verb: VerbTruncate, Target: Relation{Name: UnclearName}}, {},
	} {
		if v := p.one(Origin{}, e); v.Action != Hold {
			t.Errorf("%+v: %+v", e, v)
		}
	}
}

func FuzzPolicyWords(f *testing.F) {
	for _, s := range []string{"Mon-Fri 08:00-18:00 Europe/Berlin", "staging.*", "10.0.0.0/8", "<= 25%", "a*?b", "local"} {
		f.Add(s, "staging.a")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		if p, err := ParsePattern(text); err == nil {
			if !p.Matches(text) && !strings.Contains(text, "?") && utf8.ValidString(text) {
				t.Errorf("%q does not match itself", text)
			}
			if text == name != p.Matches(name) && !strings.ContainsAny(text, "*?") {
				t.Errorf("%q and %q", text, name)
			}
		}
		if p, err := ParseTablePattern(text); err == nil {
			r := Relation{Schema: name, Name: name}
			if p.matches(r, true) && !p.matches(r, false) {
				t.Errorf("%q matches %q only where it has to be sure", text, name)
			}
		}
		if n, err := ParseNetwork(text); err == nil {
			n.Matches(name)
			if again, err := ParseNetwork(n.String()); err != nil || again != n {
				t.Errorf("network %q is shown as %q", text, n)
			}
		}
		if b, err := ParseBound(text); err == nil {
			if again, err := ParseBound(b.String()); err != nil || again != b {
				t.Errorf("bound %q is shown as %q", text, b)
			}
		}
		if w, err := ParseWindow(text); err == nil {
			w.contains(wednesday)
		}
	})
}
