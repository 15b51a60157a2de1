package rules

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"  select   1 ;\n", "select 1 ;"}, {"select 1", "select 1"},
		{"/* app:web,trace:1 */ delete  from t -- why\nwhere id = 1 /* x */", "delete from t where id = 1"},
		{"select 'a  b',\n\t$$ c -- d $$, \"e  f\"", "select 'a  b', $$ c -- d $$, \"e  f\""},
		{"select a<--b\n c", "select a< c"}, {"select 1/**/+/* */-1", "select 1 + -1"},
		{"select 'a'\n'b'", "select 'a'\n'b'"}, {"select 'a' 'b'", "select 'a' 'b'"}, {"select 'a' /* x */ \n 'b'", "select 'a' 'b'"},
		{"select E'a\\\\b' /* x */", `select E'a\\b'`}, {`select '\d+'  /* x */`, `select '\d+'`},
		// What is not certain stays.
		{"select  '\\' /* x */ , ''", "select  '\\' /* x */ , ''"}, {"select  E'\\'' /* x */", "select  E'\\'' /* x */"},
		{"select  /* x", "select  /* x"}, {"select  'x", "select  'x"}, {"drop\v table  t", "drop\v table  t"}, {"select  1\x00", "select  1\x00"},
	} {
		text := []byte(c.text)
		if got := string(Normalize(text)); got != c.want {
			t.Errorf("Normalize(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// Two texts that normalise alike must have the same tokens.
func FuzzNormalize(f *testing.F) {
	for _, text := range append(goldenSQL(f), lexerTexts...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := string(Normalize([]byte(text)))
		if got == text {
			return
		}
		sameTokens(t, text, got)
		if again := string(Normalize([]byte(got))); again != got {
			t.Errorf("%q becomes %q and then %q", text, got, again)
		}
	})
}

func sameTokens(t *testing.T, a, b string) {
	t.Helper()
	l, m := lexer{text: []byte(a)}, lexer{text: []byte(b)}
	for {
		x, y := l.next(), m.next()
		if x.kind != y.kind || a[x.pos:x.end] != b[y.pos:y.end] {
			t.Fatalf("%q and %q: %q is not %q", a, b, a[x.pos:x.end], b[y.pos:y.end])
		}
		if x.kind == kindEnd {
			return
		}
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"select 1", "select 1"},
		{"ALTER ROLE ana PASSWORD 'secret' VALID UNTIL 'x'", "ALTER ROLE ana PASSWORD '***' VALID UNTIL 'x'"},
		{"create user u encrypted password /* x */ E'sec''ret'", "create user u encrypted password /* x */ '***'"},
		{"create role r password $x$sec'ret$x$ login", "create role r password '***' login"},
		{"alter role r password null", "alter role r password null"},
		{"create user mapping for ana server s options (user 'ana', password 'secret')", "create user mapping for ana server s options (user 'ana', password '***')"},
		{`alter user mapping for ana server s options (set "password" 'secret', add sslpassword U&'secret')`, `alter user mapping for ana server s options (set "password" '***', add sslpassword '***')`},
		{"create subscription s connection 'host=a password=secret' publication p", "create subscription s connection '***' publication p"},
		{"select dblink_connect('postgres://ana:secret@host/db')", "select dblink_connect('***')"},
		{"select dblink('password = secret', 'select 1')", "select dblink('***', 'select 1')"},
		{"do $$ begin execute 'alter role r password ''secret'''; end $$", "do $$ begin execute '***'; end $$"},
		{"do $$ begin alter role r password 'secret'; end $$", "do $$ begin alter role r password '***'; end $$"},
		{"alter system set primary_conninfo = 'host=a password=secret'", "alter system set primary_conninfo = '***'"},
		{"update users set password = 'hash' where id = 1", "update users set password = '***' where id = 1"},
		{"alter rol ana pasword 'x' password 'secret", "alter rol ana pasword 'x' password '***'"},
		{"select 'https://example.com/a?b=c'", "select 'https://example.com/a?b=c'"},
		{"select 'the password is long', 'x'", "select 'the password is long', 'x'"},
		{`alter role r password 'a\'secret'; select 1`, `alter role r password '***' ...`},
		{"alter role r password 'sec'\n'ret'", "alter role r password '***'"},
		{"comment on role r is 'password: none'", "comment on role r is 'password: none'"},
	} {
		if got := Mask(c.sql); got != c.want {
			t.Errorf("Mask(%q)\n got %q\nwant %q", c.sql, got, c.want)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, text := range append(goldenSQL(f), lexerTexts...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		Mask(text)
		// Whatever stands before it, a password behind the word does not get out.
		secret := "s3cretX9"
		l := lexer{text: []byte(text)}
		for l.next().kind != kindEnd {
		}
		if l.broken || strings.Contains(text, secret) {
			return // then what follows is no literal of its own
		}
		if got := Mask(text + "\n; alter role r password '" + secret + "'"); strings.Contains(got, secret) {
			t.Errorf("%q: %q", text, got)
		}
	})
}

func TestDisplay(t *testing.T) {
	for _, c := range []struct {
		text     string
		settings Settings
		want     string
	}{
		{"select 1\n\tfrom t", Settings{}, "select 1\n\tfrom t"}, {"select 'é'", safe, "select 'é'"},
		{"a\x00b\r\x7f\x1b[31m", safe, `a\x00b\x0D\x7F\x1B[31m`}, {"x\u202edrop\u2066", safe, `x\u202Edrop\u2066`},
		{"\xe9", Settings{"LATIN1", "on"}, "é"}, {"\xe9", Settings{}, `\xE9`}, {"\xe9", safe, `\xE9`}, {"a\u200bb\ufeff", safe, `a\u200Bb\uFEFF`},
		{"a\U000E0001b", safe, `a\U000E0001b`},
	} {
		got := Display([]byte(c.text), c.settings)
		if got != c.want || !utf8.ValidString(got) {
			t.Errorf("Display(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestNamesForPeople(t *testing.T) {
	for _, c := range []struct {
		r    Relation
		want string
	}{
		{Relation{Name: "events"}, "events"}, {Relation{"c", "s", "t"}, "c.s.t"}, {Relation{Name: "Odd"}, `"Odd"`},
		{Relation{Name: `a"b c`}, `"a""b c"`}, {Relation{Name: "a\nNOTICE: b\x1b"}, `"a\nNOTICE: b\x1B"`}, {Relation{Name: "käse"}, "käse"}, {Relation{}, ""},
	} {
		if got := c.r.String(); got != c.want {
			t.Errorf("%#v: %q, want %q", c.r, got, c.want)
		}
	}
}

func TestReadKeepsNoText(t *testing.T) {
	text := []byte("delete from events where name = 'x'")
	f := NewReader(ReaderOptions{}).Read(text, Settings{})
	copy(text, bytes.Repeat([]byte{'#'}, len(text)))
	if got := f.Statements[0].Effects[0].String(); got != "DELETE events" {
		t.Errorf("after the text was overwritten: %q", got)
	}
}
