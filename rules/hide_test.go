package rules_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/rules"
)

func TestHide(t *testing.T) {
	for _, test := range []struct{ sql, want string }{
		{"DELETE FROM users WHERE email = 'ana@example.com'", "DELETE FROM users WHERE email = ?"},
		{"delete from t where id in (1, 2.5, 0x1F, -3)", "delete from t where id in (?, ?, ?, -?)"},
		{"update t set a = E'x', b = U&'\\0061', c = B'01', d = $1", "update t set a = ?, b = ?, c = ?, d = $1"},
		{"drop table t -- of ana@example.com\n;", "drop table t /* ... */\n;"},
		{"drop /* ana */ table t", "drop /* ... */ table t"},
		{`delete from "Users" where t1.c2 = 'x'`, `delete from "Users" where t1.c2 = ?`},
		{"select $q$secret$q$", "select ?"},
		{"DO $$BEGIN DELETE FROM t WHERE a = 'secret'; END$$", "DO $$BEGIN DELETE FROM t WHERE a = ?; END$$"},
		{"create function f() returns text language sql as $f$ select $$secret$$ $f$", "create function f() returns text language sql as $f$ select ? $f$"},
		{"comment on table t is $$secret$$", "comment on table t is ?"},
		{"select 'open and secret", "select ? ..."},
		{`select 'a\', secret, ' or 1'`, `select ? ...`},
		{"select /* never closed secret", "select ? ..."},
		{"", ""},
	} {
		if got := rules.Hide(test.sql); got != test.want {
			t.Errorf("Hide(%q)\n got %q\nwant %q", test.sql, got, test.want)
		}
	}
}

// FuzzHide puts a literal of one word into any text: wherever it is one, it is gone,
// and nothing panics.
func FuzzHide(f *testing.F) {
	f.Add("select ", " from t")
	f.Add("do $$ begin perform ", "; end $$")
	f.Add("select '", "'")
	f.Add(`select E'\`, ` -- x`)
	f.Fuzz(func(t *testing.T, before, behind string) {
		rules.Hide(before + "'hunter2'" + behind)
		whole := rules.Hide("SELECT 'hunter2' " + behind)
		if !strings.Contains(behind, "hunter2") && strings.Contains(whole, "hunter2") {
			t.Errorf("%q shows the value: %q", behind, whole)
		}
	})
}
