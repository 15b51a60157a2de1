package rules

import "testing"

// TestMade has texts that destroy what they have made themselves, and texts that only
// seem to.
func TestMade(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for text, want := range map[string]Action{
		"create temp table x (a int); insert into x values (1); delete from x; truncate x; drop table x": Allow,
		"create table x (a int); drop table x":                                                     Allow,
		"create table x as select 1; delete from x where a = 1; drop table if exists x":            Allow,
		"select 1 as a into temp x; update x set a = 2; drop table x":                              Allow,
		"create temp view v as select 1; drop view v":                                              Allow,
		"create temp sequence s; drop sequence s":                                                  Allow,
		"begin; create table x (a int); truncate x; commit":                                        Allow,
		"begin; create temp table x (a int); commit; drop table x":                                 Allow,
		"create table x (a int); create index i on x (a); comment on table x is 'y'; drop table x": Allow,

		"create table if not exists x (a int); drop table x":                     Hold,
		"create temp table if not exists x (a int); drop table x":                Hold,
		"create or replace view v as select 1; drop view v":                      Hold,
		"begin; create table x (a int); commit; drop table x":                    Hold,
		"begin; create table x (a int); rollback; drop table x":                  Hold,
		"begin; create temp table x (a int); rollback; drop table x":             Hold,
		"create temp table x (a int) on commit drop; commit; drop table x":       Hold,
		"savepoint s; create temp table x (a int); rollback to s; drop table x":  Hold,
		"create temp table x (a int); drop table x; drop table x":                Hold,
		"create temp table x (a int); drop table x, y":                           Hold,
		"create temp table x (a int); drop table x cascade":                      Hold,
		"create temp table x (a int); drop table public.x":                       Hold,
		"create table s.x (a int); drop table x":                                 Hold,
		"create table x (a int); drop view x":                                    Hold,
		"create table x (a int); alter table x rename to y; drop table x":        Hold,
		"alter table x rename to y; create table x (a int); drop table y":        Hold,
		"create temp table x (a int); set search_path to s; drop table x":        Hold,
		"create temp table x (a int); select f(); drop table x":                  Hold,
		"create temp table x (a int); do 'begin execute f(); end'; drop table x": Hold,
		"create temp view v as select * from t; delete from v":                   Hold,
		"create foreign table x (a int) server s; delete from x":                 Hold,
		"create temp table x (a int); execute p; drop table x":                   Hold,
		"drop table x; create table x (a int)":                                   Hold,
		"explain create table x as select 1; drop table x":                       Hold,
		"prepare p as select 1 into x; drop table x":                             Hold,
	} {
		if v := DefaultPolicy().Judge(Origin{}, r.Read([]byte(text), safe), nil); v.Action != want {
			t.Errorf("%s: %v (%s), want %v", text, v.Action, v.Reason, want)
		}
	}
}

// TestMadeInASession follows texts that are sent one after the other.
func TestMadeInASession(t *testing.T) {
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	for _, c := range []struct {
		texts []string
		want  Action // of the last
	}{
		{[]string{"create temp table x (a int)", "drop table x"}, Allow},
		{[]string{"create temp table x (a int)", "delete from x", "truncate x"}, Allow},
		{[]string{"create temp table x (a int)", "drop table x", "drop table x"}, Hold},
		{[]string{"create temp table x (a int) on commit drop", "drop table x"}, Hold},
		{[]string{"create table x (a int)", "drop table x"}, Hold},
		{[]string{"begin", "create table x (a int)", "drop table x"}, Allow},
		{[]string{"begin", "create table x (a int)", "commit", "drop table x"}, Hold},
		{[]string{"begin", "create temp table x (a int)", "commit", "drop table x"}, Allow},
		{[]string{"create temp table x (a int)", "alter table y rename to x", "drop table x"}, Hold},
	} {
		var m Making
		var v Verdict
		for _, text := range c.texts {
			f := r.ReadWhole([]byte(text), safe)
			v = p.JudgeMade(Origin{}, f, nil, &m)
			for i := range f.Statements {
				m.Apply(&f.Statements[i])
			}
			m.Sent()
		}
		if v.Action != c.want {
			t.Errorf("%q: %v (%s), want %v", c.texts, v.Action, v.Reason, c.want)
		}
	}
}
