package check_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/rules"
)

func newJudge() *check.Judge {
	return &check.Judge{Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy()}
}

// verdicts are those of a script, "hold deletes" with the rule.
func verdicts(t *testing.T, text string) string {
	t.Helper()
	var list []string
	found, _ := newJudge().Script([]byte(text))
	for _, f := range found {
		list = append(list, strings.TrimSpace(f.Verdict.Action.String()+" "+f.Verdict.Rule))
		if f.Facts == nil || f.Statements == nil {
			t.Errorf("%q: facts or statements are nil", f.SQL)
		}
	}
	return strings.Join(list, ", ")
}

// Each script with the verdicts on its statements.
var scripts = []struct{ name, text, want string }{
	{"pieces", `SELECT 1; DROP TABLE t; DELETE FROM t WHERE id = 1; TRUNCATE`, "allow, hold drops, measure limits, hold unreadable"},
	{"joined", `SELECT 1\; DROP TABLE t\; SELECT 2; SELECT 3`, "hold drops, allow"},

	{"prepared", `PREPARE p AS SELECT 1; EXECUTE p; DEALLOCATE p; EXECUTE p`, "allow, allow, allow, hold opaque"},
	{"prepared twice", `PREPARE p AS DELETE FROM t; PREPARE p AS SELECT 1; EXECUTE p`, "allow, allow, hold deletes"},
	{"prepared before", `PREPARE p AS DELETE FROM t; DISCARD ALL; PREPARE p AS SELECT 1; EXECUTE p`, "allow, allow, allow, allow"},
	{"another session", "PREPARE p AS SELECT 1;\n\\c other\nEXECUTE p;", "allow, hold opaque"},

	{"settings", `SET client_encoding = 'SJIS'; SET standard_conforming_strings = off; SELECT '\'; DROP TABLE t`, "refuse settings, refuse settings, allow, hold drops"},
	{"unsafe encoding by command", "\\encoding SJIS\nSELECT 1;", "refuse settings, allow"},
	{"latin1", "SET client_encoding = 'LATIN1'; DELETE FROM \"\xe4\" WHERE a = 1; DROP TABLE \"\xe4\"", "allow, measure limits, hold drops"},
	{"latin1 of another session", "SET client_encoding = 'LATIN1';\n\\c\nDELETE FROM \"\xe4\" WHERE a = 1;", "allow, hold unreadable"},
	{"not UTF-8", "DELETE FROM \"\xe4\" WHERE a = 1", "hold unreadable"},

	{"raw variable", `SELECT :n`, "hold unreadable"},
	{"raw variable that is known", "\\set n 10\n\\set t public.t\nSELECT :n; DELETE FROM :t; DELETE FROM t WHERE id = :n", "allow, hold deletes, measure limits"},
	{"known variable as a literal and a name", "\\set n 1\nDELETE FROM :\"n\" WHERE :'n' = '1'", "hold deletes"},
	{"literal", `SELECT :'x'; DELETE FROM t WHERE a = :'x'; ALTER ROLE r PASSWORD :'x'`, "allow, measure limits, allow"},
	{"literal that decides", `DELETE FROM t WHERE :'x' = 'y'; DELETE FROM t WHERE :'x' = :'x'`, "hold deletes, hold deletes"},
	{"literal as a setting", `SET client_encoding TO :'x'; SET standard_conforming_strings = :'x'`, "hold settings, hold settings"},
	{"literal as code", `DO :'x'; COPY t TO :'x'; COPY t TO PROGRAM :'x'; SELECT dblink_exec(:'x')`, "hold opaque, hold opaque, hold opaque, hold opaque"},
	{"name", `SELECT * FROM :"t"; DROP TABLE :"t"; DELETE FROM :"t" WHERE id = 1; SELECT :"f"(1)`, "allow, hold drops, measure limits, measure opaque"},
	{"literal in no grammar", `DELETE FROM (:'x'; SELECT 1`, "hold unreadable"},

	{"generated", `SELECT 'DROP TABLE ' || relname FROM pg_class \gexec`, "allow, hold unreadable"},
	{"across a branch", "DELETE FROM t \\if :x\nWHERE id = 1\n\\endif\n;", "hold unreadable"},
	{"both branches", "\\if :x\nDROP TABLE t;\n\\else\nSELECT 1;\n\\endif", "hold drops, allow"},
	{"large object", `\lo_unlink 4711`, "hold opaque"},
	{"copy", "\\copy (DELETE FROM t RETURNING *) to x\n\\copy t from x\n\\copy t from program 'x'\n", "hold deletes, allow, allow"},
	{"copy data without an end", "COPY t FROM stdin;\nDROP TABLE t;\n", "hold unreadable"},
	{"copy data", "COPY t FROM stdin;\nDROP TABLE t;\n\\.\nSELECT 1;", "allow, allow"},
}

func TestScript(t *testing.T) {
	for _, c := range scripts {
		t.Run(c.name, func(t *testing.T) {
			if got := verdicts(t, c.text); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.want)
			}
		})
	}
}

// What a text prepares is known to its own later statements, and to later texts.
func TestDescribed(t *testing.T) {
	s := newJudge().NewSession()
	r := s.Text([]byte(`PREPARE p AS DELETE FROM a; SELECT f(); EXECUTE p; DROP TABLE b, c.d; DROP SCHEMA e`))
	var got []string
	for _, d := range r.Statements {
		got = append(got, strings.Join([]string{d.Command, d.Verb, strings.Join(d.Tables, " "), d.Filter, strings.Join(d.Functions, " "), d.Verdict}, "|"))
	}
	want := []string{
		"PREPARE|||||allow", "SELECT||||f|measure", "EXECUTE|delete|a|none||hold",
		"DROP TABLE|drop-table|b c.d|||hold", "DROP SCHEMA|drop-schema||||hold",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if v := s.Text([]byte(`EXECUTE p`)).Verdict; v.Rule != "deletes" {
		t.Errorf("EXECUTE of a statement of an earlier text: %v %s", v.Action, v.Rule)
	}
}

// What a session had prepared before it came into sight decides what EXECUTE does;
// what it is seen to prepare counts.
func TestOpenSession(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"EXECUTE p", "measure opaque"},
		{"EXPLAIN ANALYZE EXECUTE p", "measure opaque"},
		{"EXECUTE p; EXECUTE q; DELETE FROM t", "hold deletes"},
		{"PREPARE p AS DELETE FROM t; EXECUTE p", "hold deletes"},
		{"PREPARE p AS SELECT 1; EXECUTE p", "allow "},
		{"PREPARE p AS SELECT 1; DEALLOCATE p; EXECUTE p", "measure opaque"},
		{"CALL p()", "hold opaque"},
	} {
		v := newJudge().OpenSession().Text([]byte(c.text)).Verdict
		if got := v.Action.String() + " " + v.Rule; got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}
