package web

import (
	"strings"
	"testing"
)

// shown is what a reader sees of a text: every span, and where lines break.
func shown(bs []block) string {
	var b strings.Builder
	for i, block := range bs {
		for j, l := range block.Lines {
			if i > 0 || j > 0 {
				b.WriteByte('\n')
			}
			for _, s := range l.Spans {
				b.WriteString(s.Text)
			}
		}
	}
	return b.String()
}

func marked(bs []block) string {
	var out []string
	for _, block := range bs {
		for _, l := range block.Lines {
			for _, s := range l.Spans {
				if s.Class != "" {
					out = append(out, s.Class+":"+s.Text)
				}
			}
		}
		out = append(out, "/")
	}
	return strings.Join(out, " ")
}

func TestBlocks(t *testing.T) {
	for sql, want := range map[string]string{
		"DELETE FROM t WHERE id = 1":                          "d:DELETE k:FROM k:WHERE n:1 /",
		"delete from t; drop table x;":                        "d:delete k:from / d:drop k:table /",
		"select 'DROP TABLE x; --'":                           "k:select s:'DROP TABLE x; --' /",
		"select E'it\\'s; drop', 'a''; drop'":                 "k:select s:E'it\\'s; drop' s:'a''; drop' /",
		`drop table "a;b"`:                                    `d:drop k:table q:"a;b" /`,
		"-- drop\ntruncate t":                                 "c:-- drop d:truncate /",
		"/* a /* drop */ ; */ truncate t":                     "c:/* a /* drop */ ; */ d:truncate /",
		"do $x$ delete; $y$ $x$; drop table t":                "k:do s:$x$ delete; $y$ $x$ / d:drop k:table /",
		"select 1 from t for update":                          "k:select n:1 k:from k:for k:update /",
		"alter table t add foreign key (a) on delete set":     "k:alter k:table k:add k:foreign k:key k:on k:delete k:set /",
		"insert into t values (1) on conflict do update":      "k:insert k:into k:values n:1 k:on k:do k:update /",
		"select a$1$b from t; 'open":                          "k:select k:from / s:'open /",
		"select \u202e1":                                      `k:select x:\u202e /`,
		"create function f() begin atomic delete from t; end": "k:create k:function k:begin k:atomic d:delete k:from k:end /",
	} {
		if got := marked(blocks(sql)); got != want {
			t.Errorf("%q: %s, want %s", sql, got, want)
		}
	}
}

func TestBlocksNumberLines(t *testing.T) {
	bs := blocks("BEGIN;\n\nDELETE\n  FROM t; -- all\nCOMMIT")
	var lines []int
	for _, b := range bs {
		for _, l := range b.Lines {
			lines = append(lines, l.Number)
		}
	}
	if len(bs) != 3 || bs[1].Lines[1].Number != 3 || !bs[1].Lines[1].Hit || bs[0].Lines[0].Hit {
		t.Errorf("%v in %+v", lines, bs)
	}
}

func TestLongTextIsPlain(t *testing.T) {
	bs := blocks(strings.Repeat("drop table t;\n", maxColoured/10))
	if len(bs) != 1 || len(bs[0].Lines[0].Spans) != 1 {
		t.Errorf("%d blocks, %+v", len(bs), bs[0].Lines[0])
	}
}

// FuzzBlocks: whatever the text, all of it is shown, and nothing that hides.
func FuzzBlocks(f *testing.F) {
	for _, s := range []string{"select 1; drop table t -- x", "'a''b", "$a$ $b$", "/* /* */", "e'\\", "\xff\u202e\u00a0", "a\r\nb\rc", "\";\n;;\n  ;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\uFFFD")
		squeeze := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r == ' ' || r == '\n' || r == '\t' {
					return -1
				}
				return r
			}, s)
		}
		var want strings.Builder
		for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
			if l := (painter{done: []block{{Lines: []line{{}}}}}); r != '\n' {
				l.addInLine("", string(r))
				want.WriteString(shown(l.done))
			}
		}
		if got := squeeze(shown(blocks(text))); got != squeeze(want.String()) {
			t.Errorf("%q is shown as %q", text, got)
		}
	})
}
