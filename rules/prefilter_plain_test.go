package rules

import (
	"math/rand"
	"strings"
	"testing"
	"time"
)

// plainTexts are texts at the borders of the short cut.
var plainTexts = []string{
	"select 1a", "select 12345drop", "select $1", "select $a", "select a$1", "select $1a", "select $", "select 1$1", "select e'x'", "select n'x'", "select u&'x'", "select u &'x'", `select U&"x"`,
	"select f (1)", "select lower\t(\n'x')", "select a.lower(x)", "select a . lower(x)", "select a./**/lower(x)", "select lower/**/(x)", "select lower--\n(x)", "select f--.\n(x)",
	"insert into t(a) select 1", "insert into s.t (a) select 1", `insert into "s" . "t"("a") select 1`, "insert into 5.t(a)", "insert into a b(c)", "insert -- into\n t(a)", "insert into -- x\n t(a)",
	`insert 'x into' "t"(a)`, `insert into "a""b"(c)`, "select sum(a) over (x)", "select over (x)", "select 1 over (x)", "select a] over (x)", "select 1 (2)", "select $1 (2)", "select 'a' (2)",
	"select desc, dropped, drops", "select adrop, _drop, drop_, d\xc3\xa9lete", "select 'drop'; ", "select 1;;", "select 1; select 2", "select 'it''s drop'", "select 'a' 'drop'", "select 'a''",
	"select \"drop\" from t", "select a - -1, a -- drop\n, b", "select a /b, a/ *b /* drop */", "select /*", "select --", "select a&b, u&b", "select {", "select \\", "select 1\x01", "select '\x01\\'",
	"select d", "select do", "select 1drop", "select t.drop", "select SET", " \n\tselect 1", "\vselect 1", "(select 1)", "select", "selecta", "", " ", "insert into(a)", "insert into t.(a)", "select a.into t(b)",
}

// plainAgrees checks that what the short cut passes the whole prefilter passes.
func plainAgrees(t *testing.T, text string) (passed bool) {
	t.Helper()
	passed = plainlyHarmless([]byte(text))
	if passed && !harmlessByTokens([]byte(text)) {
		t.Errorf("%q passed the short cut alone", text)
	}
	return passed
}

func TestPlainAgrees(t *testing.T) {
	texts := append(goldenSQL(t), append(lexerTexts, plainTexts...)...)
	random := rand.New(rand.NewSource(4))
	for _, text := range texts {
		plainAgrees(t, text)
		for shift := range blockSize + 2 { // each border of blocks falls on each byte
			plainAgrees(t, "select "+strings.Repeat("x", shift)+" ,"+text)
			plainAgrees(t, strings.Repeat(" ", shift)+text)
			plainAgrees(t, "select '"+strings.Repeat("x", shift)+"'"+text)
			plainAgrees(t, "select "+strings.Repeat(" ", shift)+texts[random.Intn(len(texts))]+" "+text)
		}
	}
}

// TestPlainPasses: the short cut is of use for ordinary statements.
func TestPlainPasses(t *testing.T) {
	for _, text := range []string{
		string(longSelect(1000)), "SELECT abalance FROM pgbench_accounts WHERE aid = 71234;", "select 1", " select $1::int, 'it''s', now() -- drop",
		`INSERT INTO "public"."users" ("id", "name") VALUES ($1, lower($2)), (3, 'drop') RETURNING "id" /* trace='12' */`,
		"with a as (select count(*) from t where x in (1, 2) and d > '2020-01-01' group by y) select sum(z) over (partition by y) from a;\n",
	} {
		if !plainAgrees(t, text) {
			t.Errorf("%q is not plain", text)
		}
	}
}

func TestWordTableHasTheWordsOfItsSets(t *testing.T) {
	for _, set := range []map[string]struct{}{harmlessCalls, notCallable} {
		for w := range set {
			if !bracketWords.has([]byte(w)) || !bracketWords.has([]byte(strings.ToUpper(w))) {
				t.Errorf("%q is not found", w)
			}
		}
	}
	for _, w := range append([]string{"", "f", "lowe", "lowerr", "lo_unlink", "set_config", "pg_\x7fsleep", "now\x00", "in\xc0"}, strings.Fields(strings.Join(plainTexts, " "))...) {
		_, harmless := harmlessCalls[strings.ToLower(w)]
		_, keyword := notCallable[strings.ToLower(w)]
		if bracketWords.has([]byte(w)) != (harmless || keyword) {
			t.Errorf("%q: found %v", w, bracketWords.has([]byte(w)))
		}
	}
}

// TestPlainTakesItsTime: comments and operators do not cost their square. It says
// how long it took; only a hang fails.
func TestPlainTakesItsTime(t *testing.T) {
	for _, step := range []string{"/**/", "+/**/", "-", "/ *", "a.a (", "''", "\"a\".", "   (", "$1", "&", "into a.", "-- \n"} {
		text := []byte("select 1 " + strings.Repeat(step, 1<<20/len(step)))
		start := time.Now()
		plainlyHarmless(text)
		t.Logf("%q: %v", step, time.Since(start))
	}
}

func FuzzPlain(f *testing.F) {
	for _, text := range append(goldenSQL(f), append(lexerTexts, plainTexts...)...) {
		f.Add(text)
		f.Add("select lower('x')," + text)
	}
	f.Fuzz(func(t *testing.T, text string) { plainAgrees(t, text) })
}
