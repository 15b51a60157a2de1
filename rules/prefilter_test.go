package rules

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// goldenSQL gives the statements of testdata, as seeds and samples.
func goldenSQL(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	var list []string
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name == "in.sql" {
				list = append(list, string(bytes.TrimSuffix(f.Data, []byte("\n"))))
			}
		}
	}
	return list
}

func TestPrefilter(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"", true}, {";;", true}, {"select 1", true}, {"(select 1) union (select 2)", true},
		{"select 'it''s', E'a\\'b', \"x\"\"y\" from t -- drop", true}, {"select 'drop /*' /* /* drop */ */", true},
		{`insert into "public"."Users" ("id", "Name") values ($1, upper($2)) returning "id"`, true},
		{"insert into s.t(a) select b from c", true}, {"select a.b, pg_catalog.now()", true},
		{"select sum(x) filter (where y) over (partition by (z)) from t group by (a)", true},
		{"select x[1], y::numeric(10,2), interval '1 day' from t where a in (1,2) for update", true},
		{"with a as (select 1) select * from a", true}, {"select * from t for no key update", true},
		{"show all", true}, {"select 1; select 2", true},

		{"select f(1)", false}, {"select f (1)", false}, {"select f/**/(1)", false}, {"select f--x\n(1)", false},
		{`select "f"(1)`, false}, {`select U&"f"(1)`, false}, {"select public.lower('x')", false}, {"select x.pg_catalog.now()", false},
		{`select "x".now()`, false}, {"select set_config('a','b',true)", false}, {"select SET_CONFIG('a','b',true)", false},
		{"select lo_unlink(1)", false}, {"select query_to_xml('', true, true, '')", false}, {"select over(1)", false},
		{"select filter(1)", false}, {"select by(1)", false}, {"with d as (delete from t) select 1", false},
		{"with d as (update t set a=1) select 1", false}, {"select 1; drop table t", false}, {"select 1;begin", false},
		{"begin", false}, {"end", false}, {"set a=1", false}, {"explain analyze execute p", false}, {"explain (analyze) select 1", false},
		{"select 1\v", false}, {"drop\vtable t", false}, {"select '", false}, {"select \"", false}, {"select /*", false}, {"select $$ $$", false},
		{"select 1\x00", false}, {"\\", false}, {"1drop", false}, {"select 1;1drop table t", false}, {"fetch 1 from c", false},
		{"insert into t values (1) on conflict do nothing", false}, {"select E'\\", false}, {"'a' drop table t", false}, {"\"a\" drop", false},
		{"insert into t select f(1)", false}, {"insert into \"t\" select f(1)", false}, {"select i into f(1)", true},
	} {
		if got := harmless([]byte(c.text)); got != c.want {
			t.Errorf("harmless(%q) = %v", c.text, got)
		}
	}
}

// prefilterAgrees checks one text: what the prefilter passes, the parser must
// find to do nothing that facts would tell.
func prefilterAgrees(t *testing.T, r *Reader, text string) {
	t.Helper()
	if _, why := certain([]byte(text), charsetOf([]byte(text)), Settings{"UTF8", "on"}); why != "" || !harmless([]byte(text)) {
		return
	}
	if beyond([]byte(text)) != "" {
		return
	}
	f := r.parse([]byte(text))
	if f.Suspect {
		t.Errorf("%q passed the prefilter and is suspect", text)
	}
	for _, st := range f.Statements {
		if len(st.Effects)+len(st.Functions)+len(st.Names)+len(st.Executes)+len(st.Settings)+len(st.Plants) > 0 ||
			st.Tx != TxNone || st.NoTransaction || f.ChangesSettings && f.Read {
			t.Errorf("%q passed the prefilter: %+v", text, st)
		}
	}
}

func FuzzPrefilter(f *testing.F) {
	for _, text := range append(goldenSQL(f), lexerTexts...) {
		f.Add(text)
		f.Add("select 1;" + text)
		f.Add("with x as (" + text + ") select 1")
		f.Add("insert into t " + text)
	}
	r := NewReader(ReaderOptions{})
	f.Fuzz(func(t *testing.T, text string) { prefilterAgrees(t, r, text) })
}
