package rules

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// follow judges texts one after the other as those of one session.
func follow(texts ...string) (verdicts []string) {
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	var d Definitions
	for _, text := range texts {
		verdicts = append(verdicts, p.Judge(Origin{}, d.Follow(r.ReadWhole([]byte(text), safe)), nil).Action.String())
	}
	return verdicts
}

// TestFollow has sessions whose texts define and run, each with its verdicts.
func TestFollow(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
	}{
		{[]string{"create function f() returns int language sql as 'select 1'", "select f()", "select g()"}, "allow allow measure"},
		{[]string{"create function f() returns void language sql as 'delete from t'", "select f()", "select s.f()"}, "warn hold hold"},
		{[]string{"create function s.f() returns void language sql as 'delete from t'", "select r.f()"}, "warn measure"},
		{[]string{"create rule r as on insert to t do also delete from u", "insert into t values (1)", "insert into u values (1)"}, "warn hold allow"},
		{[]string{"create view v as select f()", "select * from v", "table v", "select 1 from s.v"}, "allow measure measure measure"},
		{[]string{"select f()", "create function f() returns int language sql as 'select 1'", "select f()"}, "measure allow allow"},
		{[]string{"create function f() returns int language sql as 'select 1'", "create or replace function f() returns int language sql as 'delete from t returning 1'", "select f()"}, "allow warn hold"},
		{[]string{"create function a() returns int language sql as 'select b()'", "create function b() returns int language sql as 'select a()'", "select a()"}, "allow allow allow"},
		{[]string{"create trigger x after delete on t execute function f()", "delete from t where id = 1", "insert into t values (1)"}, "allow measure allow"},
		{[]string{"prepare p as select f()", "create function f() returns int language sql as 'delete from t returning 1'", "execute p"}, "allow warn hold"},
		{[]string{"create procedure p() language sql as 'insert into t values (1)'", "call p()", "call q()"}, "allow allow hold"},
		{[]string{"create table t (a int default f())", "insert into t values (1)", "select * from t"}, "allow measure allow"},
		{[]string{"create table t (a int)", "insert into t values (1)", "alter table t alter a set default f()", "insert into t values (1)"}, "allow allow allow measure"},
		{[]string{"create table t (a int)", "create table u (like t including all)", "insert into u values (1)"}, "allow allow allow"},
		{[]string{"create rule r as on delete to t do also delete from u", "create view v as select * from t", "delete from v where id = 1"}, "warn allow hold"},
		{[]string{"create rule r as on insert to t do instead nothing", "insert into t values (1)"}, "allow allow"},
		{[]string{"create materialized view m as select 1", "refresh materialized view m"}, "allow allow"},
	} {
		if got := strings.Join(follow(c.texts...), " "); got != c.want {
			t.Errorf("%s\n%s, want %s", strings.Join(c.texts, "\n"), got, c.want)
		}
	}
}

// TestManyDefinitions: what is beyond the bound is not known, and takes no time.
func TestManyDefinitions(t *testing.T) {
	var b strings.Builder
	for range 2000 {
		b.WriteString("create function f()returns int language sql as'select 1';")
	}
	for range 5000 {
		b.WriteString("select f();")
	}
	v := judgeText(NewReader(ReaderOptions{}), b.String())
	if v.Action != Hold || !strings.Contains(v.Reason, "more definitions") {
		t.Errorf("%v: %s", v.Action, v.Reason)
	}
	b.Reset()
	for i := range 3000 { // a chain
		fmt.Fprintf(&b, "create function f%d()returns int language sql as'select f%d()';", i, i+1)
	}
	if v := judgeText(NewReader(ReaderOptions{}), b.String()+"select f0()"); v.Action != Measure {
		t.Errorf("a chain: %v (%s)", v.Action, v.Reason)
	}
}

// FuzzDefinitions: no texts make following them panic, and facts are not changed.
func FuzzDefinitions(f *testing.F) {
	texts := append(goldenSQL(f), trickySQL(f)...)
	for i, text := range texts {
		f.Add(text, texts[(i*7+3)%len(texts)])
	}
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	f.Fuzz(func(t *testing.T, a, b string) {
		var d Definitions
		for _, text := range []string{a, b, a} {
			facts, same := r.ReadWhole([]byte(text), safe), r.ReadWhole([]byte(text), safe)
			known := d.Follow(facts)
			p.Judge(Origin{}, known, nil)
			if !reflect.DeepEqual(facts, same) {
				t.Fatalf("the facts of %q were changed", text)
			}
			if d.Follow(known) == nil {
				t.Fatal("no facts")
			}
		}
		v := p.Judge(Origin{}, d.Follow(r.ReadWhole([]byte("create rule r as on insert to q do also delete from w;insert into q values (1)"), safe)), nil)
		if v.Action != Hold {
			t.Fatalf("behind %q and %q: %+v", a, b, v)
		}
	})
}
