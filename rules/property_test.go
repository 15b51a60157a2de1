package rules

import (
	"bytes"
	"math/rand"
	"strings"
	"testing"
)

var safe = Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}

func judgeText(r *Reader, text string) Verdict {
	return DefaultPolicy().Judge(Origin{}, r.Read([]byte(text), safe), nil)
}

// dress gives a text with other white space, comments and letter cases that the
// server reads as the same.
func dress(random *rand.Rand, text string) string {
	between := []string{" ", "\n", "\t", "\r\n", "\f", " /* drop table x */ ", " -- delete from y\n", "/* /* nested ' */ \" */", " /*'*/ "}
	var b strings.Builder
	l := lexer{text: []byte(text)}
	end := 0
	for t := l.next(); ; t = l.next() {
		gap := text[end:t.pos]
		switch {
		case gap != "" && t.kind != kindEnd && !strings.ContainsAny(gap, "\n\r"), end == 0:
			b.WriteString(between[random.Intn(len(between))])
		default:
			b.WriteString(gap)
		}
		if t.kind == kindEnd {
			return b.String()
		}
		piece := text[t.pos:t.end]
		if t.kind == kindWord {
			piece = otherCase(random, piece)
		}
		b.WriteString(piece)
		end = t.end
	}
}

func otherCase(random *rand.Rand, word string) string {
	out := []byte(word)
	for i, c := range out {
		if 'a' <= c|0x20 && c|0x20 <= 'z' && random.Intn(2) == 0 {
			out[i] = c ^ 0x20
		}
	}
	return string(out)
}

// TestDressChangesNothing: comments, white space and case never change the
// verdict, nor what a confirmation is bound to beyond the case.
func TestDressChangesNothing(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	r := NewReader(ReaderOptions{})
	for _, text := range append(goldenSQL(t), trickySQL(t)...) {
		want := judgeText(r, text)
		for range 20 {
			other := dress(random, text)
			got := judgeText(r, other)
			if got.Action != want.Action || got.Rule != want.Rule || got.Reason != want.Reason {
				t.Errorf("%q: %v %q\n%q: %v %q", text, want.Action, want.Reason, other, got.Action, got.Reason)
			}
		}
	}
}

// places are where a statement can stand inside another that runs it.
var places = []struct{ before, after string }{
	{"", ""}, {";;", ";"}, {"select 1; ", "; select 2"}, {"/* x */ ", " -- y"}, {"begin; ", "; commit"},
	{"explain analyze ", ""}, {"explain (verbose, analyze true) ", ""}, {"prepare q as ", "; execute q"},
}

// inside are where a DELETE, UPDATE or INSERT with RETURNING can stand.
var inside = []struct{ before, after string }{
	{"with x as (", ") select 1"}, {"with y as (select 1), x as materialized (", ") select * from x"},
	{"with x as (", ") insert into t select * from x"}, {"with x as (", ") update t set a = 1 where id = 1"},
	{"with x as (", ") delete from t where id = 1"}, {"copy (", ") to stdout"}, {"copy (with x as (", ") select 1) to stdout"},
	{"create table n as with x as (", ") select 1"}, {"explain analyze with x as (", ") select 1"},
	{"explain analyze create table n as with x as (", ") select 1"}, {"create materialized view m as with x as (", ") select 1"},
	{"prepare q as with x as (", ") select 1; execute q"}, {"with x as (", ") values (1)"},
	{"with recursive x as (", "), z as (select 1 union all select 1 from z) select 1"},
	{"with x as (", ") merge into t using s on s.id = t.id when not matched then do nothing"},
	{"prepare q as with x as (", ") select 1; explain analyze execute q"},
	{"select 1 union select (select 1) from (select 1) s; with x as (", ") select 1"},
	{"do $b$ begin ", "; end $b$"}, {"do $b$ declare n int := 1; begin if n > 1 then null; else perform 1; ", " into n; end if; end $b$"},
	{"do $b$ declare r record; begin for r in ", " loop null; end loop; end $b$"}, {"do $b$ declare c cursor for ", "; begin open c; end $b$"},
	{"do $b$ begin open c for ", "; exception when others then null; end $b$"}, {"do $b$ begin return query ", "; end $b$"},
	{"do $b$ begin perform 1; exception when others then with x as (", ") select 1 into n; end $b$"},
	{"do $b$ begin execute $c$ ", " $c$ into n; end $b$"}, {"do $b$ begin for r in execute $c$ ", " $c$ using 1 loop null; end loop; end $b$"},
	{"do $b$ begin do $c$ begin ", "; end $c$; end $b$"}, {"do $b$ begin execute $c$ do $d$ begin execute $e$ ", " $e$; end $d$ $c$; end $b$"},
	{"create function f() returns int language sql as $b$ ", " $b$; select f()"},
	{"create function f() returns int language plpgsql as $b$ begin ", "; return 1; end $b$; insert into t select f()"},
	{"create function f() returns setof int language sql begin atomic ", "; end; select * from t, f()"},
	{"create procedure f() language sql as $b$ ", " $b$; call f()"},
	{"create rule r as on insert to t do also ", "; insert into t values (1)"}, {"create rule r as on update to t do also (select 1; ", "); update t set a = 1 where b = 2"},
	{"create function f() returns trigger language plpgsql as $b$ begin ", "; return new; end $b$; create trigger x before insert on t execute function f(); copy t from stdin"},
	{"create function f() returns int language sql as $b$ ", " $b$; create view v as select f(); select * from v"},
	{"create function f() returns int language sql as $b$ ", " $b$; create view v as select f(); create view w as select * from v; explain analyze select * from w"},
	{"create function f() returns int language sql as $b$ ", " $b$; create table t (a int default f()); insert into t values (default)"},
	{"create function f() returns int language sql as $b$ ", " $b$; create function g() returns int language sql as 'select f()'; prepare p as select g(); execute p"},
	{"do $b$ begin create function f() returns int language sql as $c$ ", " $c$; perform f(); end $b$"},
}

func TestDestroyedAnywhereIsNeverAllowed(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	r := NewReader(ReaderOptions{})
	check := func(text string) {
		t.Helper()
		if v := judgeText(r, dress(random, text)); v.Action != Hold {
			t.Errorf("%q: %+v, want it held", text, v)
		}
	}
	for _, body := range []string{"delete from events returning *", "update events set a = 1 returning *", "delete from events where 1=1 returning 1",
		"delete from events using other returning 1", "update only events as e set a = 1 where e.id = e.id returning 1"} {
		for _, p := range places {
			check(p.before + body + p.after)
		}
		for _, p := range inside {
			check(p.before + body + p.after)
		}
	}
	for _, body := range []string{"drop table events", "truncate events", "alter table events drop column a", "do $$ begin execute $1; end $$", "do $$ begin drop table events; end $$",
		"call p()", "copy t to '/tmp/x'", "select lo_unlink(1)", "drop schema s", "alter table a detach partition b"} {
		for _, p := range places[:5] {
			check(p.before + body + p.after)
		}
	}
}

// deepest wraps a destructive statement ever deeper.
func TestDestroyedDeepIsNeverAllowed(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for _, depth := range []int{1, 5, 50, 300, 900, 1500, 30000} {
		text := strings.Repeat("with x as (", depth) + "delete from events returning 1" + strings.Repeat(") select 1", depth)
		if v := judgeText(r, text); v.Action != Hold {
			t.Errorf("%d deep: %+v", depth, v)
		}
	}
}

// FuzzRead: no bytes make the reader panic, and the verdict on a text that holds
// a DROP as a statement of its own is never to let it go.
func FuzzRead(f *testing.F) {
	for _, text := range append(goldenSQL(f), lexerTexts...) {
		f.Add([]byte(text), "UTF8", "on")
	}
	f.Add([]byte("select '\\' , '; drop table t; --'"), "UTF8", "off")
	f.Add([]byte("select E'\x95\\' ; drop table vic; --'"), "SJIS", "on")
	f.Add([]byte("select '\xe9'"), "LATIN1", "on")
	f.Add([]byte("select '\xa4\xa2'"), "EUC_JP", "on")
	f.Add([]byte("drop table t\x00"), "", "")
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	f.Fuzz(func(t *testing.T, text []byte, encoding, scs string) {
		s := Settings{encoding, scs}
		before := bytes.Clone(text)
		facts := r.Read(text, s)
		p.Judge(Origin{}, facts, nil)
		end := 0
		for _, st := range facts.Statements {
			if st.Pos < end || st.End < st.Pos || st.End > len(text) {
				t.Fatalf("statement at %d-%d behind %d in %q", st.Pos, st.End, end, text)
			}
			end = st.End
		}
		Mask(Display(text, s))
		Normalize(text)
		if !bytes.Equal(before, text) {
			t.Fatalf("the text was changed: %q", before)
		}
		text = append([]byte("drop table t;"), text...)
		if v := p.Judge(Origin{}, r.Read(text, s), nil); v.Action != Hold && v.Action != Refuse {
			t.Fatalf("%q: %+v %+v", text, v, r.Read(text, s))
		}
	})
}
