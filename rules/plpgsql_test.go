package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// bodies in PL/pgSQL, each with the pieces of SQL in it: S a statement, E an
// expression, X the text of EXECUTE, C a COMMIT or ROLLBACK.
var bodies = []struct{ body, want string }{
	{"begin end", ""},
	{"BEGIN NULL; END;", ""},
	{"<<l>> begin null; end l;", ""},
	{"#variable_conflict use_column\nbegin delete from t; end", "S delete from t"},
	{"declare a int; b constant text not null default f(1); c numeric(10,2) := g(2); d t.a%type; e t%rowtype = h(); begin end", "E f(1)|E g(2)|E h()"},
	{"declare a text collate \"C\" := 'x'; b alias for $1; r record; x int[]; begin end", "E 'x'"},
	{"declare c cursor (k int, l numeric(1,2)) for select f(k); d no scroll cursor is values (1); e refcursor; begin open c(1, l := g(2)); open d; open e for delete from t returning 1; open e no scroll for execute 'x' || y using h(3); fetch next from c into r; move relative -1 from d; close c; end",
		"S select f(k)|S values (1)|E concat(1, l := g(2))|S delete from t returning 1|X 'x' || y|E h(3)"},
	{"begin if a > f(1) then delete from t; elsif b then null; elseif c then null; else update t set a = 1; end if; end", "E a > f(1)|S delete from t|E b|E c|S update t set a = 1"},
	{"begin case x when 1, f(2) then null; else delete from t; end case; case when a then null; end case; end", "E x|E 1, f(2)|S delete from t|E a"},
	{"begin while f() loop exit when g(); continue l; exit; end loop; loop null; end loop; end", "E f()|E g()"},
	{"begin for i in reverse f() .. g(1) by h() loop null; end loop; for i in 1..10 loop null; end loop; end", "E f()|E g(1)|E h()|E 1|E 10"},
	{"begin <<l>> for r in select * from t loop delete from u where id = r.id; end loop l; for a, b in values (1, 2) loop null; end loop; end", "S select * from t|S delete from u where id = r.id|S values (1, 2)"},
	{"begin for r in execute 'delete from t' using a, f(b) loop null; end loop; for r in c loop null; end loop; for r in c(f(1)) loop null; end loop; end", "X 'delete from t'|E a|E f(b)|E concat(f(1))"},
	{"begin for r in explain (analyze) select f(1) loop null; end loop; end", "S explain (analyze) select f(1)"},
	{"begin for r in delete from t returning * loop null; end loop; for r in (select 1) loop null; end loop; foreach x slice 1 in array f(y) loop null; end loop; end", "S delete from t returning *|S (select 1)|E f(y)"},
	{"begin execute 'drop table t'; execute format('x %s', a) into strict b, c.d using e, f(1); execute x using y into z; end", "X 'drop table t'|X format('x %s', a)|E e|E f(1)|X x|E y"},
	{"begin perform f(1) from t where a; a := f(2); a = g(3); a.b := 1; a[f(1)].c := 2; $1 := 3; end", "E f(1) from t where a|E f(2)|E g(3)|E 1|E a[f(1)].c|E 2|E 3"},
	{"begin select a, b into strict x, y.z from t; select into r * from t; delete from t where a = 1 returning b into c; insert into t select 1; insert into t values (1) returning a into b; end",
		"S select a, b  from t|S select  * from t|S delete from t where a = 1 returning b|S insert into t select 1|S insert into t values (1) returning a"},
	{"begin return; return f(1); return next; return next r; return query select f(2); return query execute 'x' || y using z; end", "E f(1)|E r|S select f(2)|X 'x' || y|E z"},
	{"begin raise; raise notice 'a % %', f(1), (2, 3); raise exception using message = g(1), detail := h(2); raise sqlstate '22012'; raise division_by_zero using hint = 'x'; raise 'y'; end", "E f(1)|E (2, 3)|E g(1)|E h(2)|E 'x'"},
	{"begin assert f(1), g(2); get stacked diagnostics a = message_text, b[1] := row_count; end", "E f(1), g(2)"},
	{"begin begin delete from t; exception when others or sqlstate '22012' then rollback; when unique_violation then truncate u; end; commit and chain; end", "S delete from t|C|S truncate u|C"},
	{"begin call p(1); do $x$ begin null; end $x$; create table t (a int); lock t; set local work_mem = '1MB'; end", "S call p(1)|S do $x$ begin null; end $x$|S create table t (a int)|S lock t|S set local work_mem = '1MB'"},
	{"declare \"loop\" int; begin if \"loop\" > 1 then null; end if; x := case when a then b else c end; open := 1; delete from \"end if\"; end", "E \"loop\" > 1|E case when a then b else c end|E 1|S delete from \"end if\""},
	{"begin -- delete from t;\n /* ; end */ insert into t values ('; end; delete from t'); end", "S insert into t values ('; end; delete from t')"},
	{"begin create rule r as on delete to t do also (delete from a; delete from b); end", "S create rule r as on delete to t do also (delete from a; delete from b)"},
}

// broken bodies are none that the server would take, or none that are read.
var broken = []string{
	"", "delete from t", "begin", "begin delete from t", "begin end; delete from t", "end", "begin if a then end", "begin if a null; end if; end", "begin loop end; end",
	"begin for i in 1 loop..end loop; end", "begin x := (1; end", "begin x := 1); end", "begin delete from t where (a; end", "begin ; end",
	"begin perform; end", "begin return query; end", "begin execute; end", "begin fetch relative f(1) from c; end", "begin \x00 end", "begin select 'x; end", "begin select $x$; end", "begin /* end",
	"begin exception end", "declare a int", "declare a int; end", "begin end l m",
	"begin create function f() returns int begin atomic select 1; end; end", "begin select a into b into c; end", "begin get diagnostics a = f(1); end", "<<a begin end",
}

// unparsable bodies have pieces that are no SQL.
var unparsable = []string{"begin 'x'; end", "begin := 1; end", "begin else null; end", "begin a[1 := 2; end", "begin x := 1 2; end", "begin delete t; end", "begin perform a; select; b c; end"}

func showPieces(list []piece) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(strings.TrimSpace(string(" SEXC"[p.kind]) + " " + p.text))
	}
	return b.String()
}

func TestPieces(t *testing.T) {
	for _, c := range bodies {
		list, ok := plpgsqlPieces(c.body)
		if got := showPieces(list); got != c.want || !ok {
			t.Errorf("%s\n%s (read: %v), want\n%s", c.body, got, ok, c.want)
		}
	}
	for _, body := range broken {
		if list, ok := plpgsqlPieces(body); ok {
			t.Errorf("%q was read: %s", body, showPieces(list))
		}
	}
	r := NewReader(ReaderOptions{})
	for _, body := range append(unparsable, broken...) {
		if v := judgeText(r, "do "+dollars(body)); v.Action != Hold {
			t.Errorf("%q: %v", body, v.Action)
		}
	}
}

// oraclePieces are the queries that pg_query's own reader of PL/pgSQL finds; not ok
// where it refuses the body.
func oraclePieces(body string) (queries []string, ok bool) {
	text := "do " + dollars(body)
	if beyond([]byte(text)) != "" {
		return nil, false
	}
	out, err := pgquery.ParsePlPgSqlToJSON(text)
	if err != nil {
		return nil, false
	}
	var tree any
	if err := json.Unmarshal([]byte(out), &tree); err != nil {
		return nil, false
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if q, ok := v["query"].(string); ok {
				queries = append(queries, q)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(tree)
	return queries, true
}

func dollars(body string) string {
	tag := "$b$"
	for i := 0; strings.Contains(body+"$", tag); i++ {
		tag = fmt.Sprintf("$b%d$", i)
	}
	return tag + body + tag
}

// squeeze is a text without what the two readers may write differently.
func squeeze(text string) string {
	text = strings.TrimPrefix(strings.ToLower(text), "select ")
	text = strings.TrimPrefix(text, "concat")
	var b strings.Builder
	l := lexer{text: []byte(text)}
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		b.WriteString(text[t.pos:t.end])
		b.WriteByte(' ')
	}
	return b.String()
}

// agrees checks that every query the other reader finds is part of a piece.
func agrees(t *testing.T, body string) (compared bool) {
	t.Helper()
	queries, ok := oraclePieces(body)
	list, read := plpgsqlPieces(body)
	if !ok || !read {
		return false
	}
	var all []string
	for _, p := range list {
		all = append(all, squeeze(p.text))
	}
	for _, q := range queries {
		if _, in, ok := strings.Cut(q, `__" IN (`); ok { // how CASE x WHEN y, z is run
			q = strings.TrimSuffix(in, ")")
		}
		want := squeeze(q)
		if !slices.ContainsFunc(all, func(have string) bool { return strings.HasSuffix(want, have) || strings.Contains(have, want) }) {
			t.Errorf("%q\nthe query %q is in no piece: %s", body, q, showPieces(list))
		}
	}
	return true
}

// TestPiecesAgree compares with pg_query's own reader, which takes only some of the
// bodies.
func TestPiecesAgree(t *testing.T) {
	compared := 0
	for _, c := range bodies {
		body := c.body
		if agrees(t, body) {
			compared++
		}
	}
	if compared < 8 {
		t.Errorf("only %d bodies were compared", compared)
	}
	t.Logf("%d of %d bodies compared", compared, len(bodies))
}

// TestDeepBodies: no nesting and no length is too much for the reader.
func TestDeepBodies(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for name, body := range map[string]string{
		"blocks":      strings.Repeat("begin ", 40000) + strings.Repeat("end; ", 40000),
		"ifs":         "begin " + strings.Repeat("if a then ", 20000) + strings.Repeat("end if; ", 20000) + "end",
		"a sum":       "begin x := " + strings.Repeat("1+", 50000) + "1; end",
		"brackets":    "begin x := " + strings.Repeat("(", 50000) + strings.Repeat(")", 50000) + "; end",
		"a cast":      "declare x int := 1" + strings.Repeat("::int", 20000) + "; begin end",
		"executes":    "begin " + strings.Repeat("execute 'select 1'; ", 12000) + "end",
		"in executes": "begin execute 'do $a$ begin execute ''do $b$ begin execute ''''delete from t''''; end $b$''; end $a$'; end",
		"long":        "begin " + strings.Repeat("delete from t; ", 17000) + "end",
		"labels":      "begin " + strings.Repeat("<<a>> ", 40000) + "end",
	} {
		if v := judgeText(r, "do "+dollars(body)); v.Action != Hold {
			t.Errorf("%s: %v", name, v.Action)
		}
	}
}

// FuzzPLpgSQL: no bytes make the reader of bodies panic, and what is put between its
// statements is always found.
func FuzzPLpgSQL(f *testing.F) {
	for _, c := range bodies {
		f.Add(c.body)
	}
	for _, body := range broken {
		f.Add(body)
	}
	compare := os.Getenv("HOLDFAST_COMPARE_PLPGSQL") != ""
	f.Fuzz(func(t *testing.T, body string) {
		list, ok := plpgsqlPieces(body)
		if len(list) > maxPieces {
			t.Fatalf("%d pieces", len(list))
		}
		inner, read := plpgsqlPieces("begin delete from events; " + body + "; end")
		if read && (len(inner) == 0 || inner[0].text != "delete from events") {
			t.Fatalf("%q hides what stands before it: %s", body, showPieces(inner))
		}
		if ok && len(body) < 1000 {
			judgeText(fuzzReader, "do "+dollars(body))
			if compare {
				agrees(t, body)
			}
		}
	})
}

var fuzzReader = NewReader(ReaderOptions{})
