package rules

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// lexAll gives the places of all tokens, comments included.
func lexAll(text string) (tokens []token, l lexer) {
	l = lexer{text: []byte(text), comments: true}
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		tokens = append(tokens, t)
	}
	return tokens, l
}

// sameAsScan compares our tokens with those of PostgreSQL's own scanner, where
// that accepts the text.
func sameAsScan(t *testing.T, text string) {
	t.Helper()
	if bytes.IndexByte([]byte(text), 0) >= 0 || !utf8.ValidString(text) {
		return
	}
	scan, err := pgquery.Scan(text)
	if err != nil {
		return // an error to the server too
	}
	ours, l := lexAll(text)
	if l.junk || unlikeServer(text, ours) {
		return
	}
	describe := func(start, end int) string { return fmt.Sprintf("%d-%d %q", start, end, text[start:end]) }
	var want, got []string
	for _, s := range scan.Tokens {
		want = append(want, describe(int(s.Start), int(s.End)))
	}
	for _, o := range ours {
		got = append(got, describe(o.pos, o.end))
	}
	if fmt.Sprint(want) != fmt.Sprint(got) {
		t.Errorf("%q:\nserver %v\nours   %v", text, want, got)
	}
}

// unlikeServer says where pg_query's scanner is not the server's: it gives wrong
// ends for U& literals, knows no \v, and does not join strings over a comment
// (servers 15 and 18 answer ab to "select 'a' -- c" and, on the next line, 'b').
func unlikeServer(text string, tokens []token) bool {
	if strings.Contains(text, "\v") || strings.Contains(strings.ToUpper(text), "U&") {
		return true
	}
	for _, t := range tokens {
		literal := t.kind == kindString || t.kind == kindEscape || t.kind == kindBits
		if literal && strings.Contains(text[t.pos:t.end], "--") {
			return true
		}
	}
	return false
}

var lexerTexts = []string{
	"", " ", "select 1", "select 'it''s' || E'a\\'b' /* a /* b */ c */ -- end\n, $1",
	"select 'a'\n'b'", "select 'a' 'b'", "select 'a' -- c\n 'b'", "select 'a' /* c */\n 'b'", "select E'a'\n'b\\''",
	"select 'a'\n -- x\n 'b'", "select 'a'\r'b'", "select 'a'\n-- x", "select U&'d\\0061t' UESCAPE '!'", "select U&\"x\\0061\" from t",
	"select b'01''10', x'1F', X'', B'1'\n'0'", "select n'abc', N'x''y'",
	"select $$a'b$$, $t$ $$ $t$, $_1é$x$_1é$", "select a$b, $1, $2::int", "select $a", "$", "$ $",
	"select 1.5, .5, 1., 1e5, 1.e-3, 1e, 0x1F, 0o17, 0b11, 1_000, 1__0, 0x, 0x_1, 1..2, 1.5.2, 1_000.5_5e1_0",
	"select a.b.c, a[1][2:3], (a).b, a::int, f(x => 1, y := 2)", "select 1+-1, 1 - -1, a@-b, a*-b, a<>-b, a!=-1, a||-b, @-1, +-+-1",
	"select a <-- comment\n b", "select a +/* c */ b", "select a */* c */ b", "select a @/* c */- b", "select -/**/-1",
	"select \"a\"\"b\", \"c d\"", "select é, ñ_1, \"ü\"", "a=>b, a<=b, a>=b, a->b, a->>b, a#>b, a?|b, a&&b, a^b, a%b, a~*b, a!~*b",
	"-- only a comment", "/* only */", "/* not closed", "'not closed", "\"not closed", "$$not closed", "E'\\", "select 1;;select 2",
	"\fselect\t1\r\n", "e 'x'", "u & 'x'", "u&x", "U&", "x''", "select 'a'\v'b'", "select 1 \\ 2", "{}", "select `a`",
}

func TestLexerIsTheServers(t *testing.T) {
	for _, text := range lexerTexts {
		sameAsScan(t, text)
	}
}

func TestLexerKinds(t *testing.T) {
	for _, c := range []struct {
		text string
		kind kind
	}{
		{"drop", kindWord}, {`"drop"`, kindQuoted}, {`U&"drop"`, kindQuoted}, {"'drop'", kindString}, {`e'dr\'op'`, kindEscape},
		{"b'1'", kindBits}, {"u&'drop'", kindUnicode}, {"$x$ drop $x$", kindDollar}, {"1e5", kindNumber}, {"$12", kindParam},
		{"<@>", kindOp}, {"::", kindSelf}, {"-- drop", kindComment}, {"/* /* drop */ */", kindComment}, {"'drop", kindBad},
		{"\x00", kindBad}, {"\\", kindBad},
	} {
		tokens, _ := lexAll(c.text)
		if len(tokens) != 1 || tokens[0].kind != c.kind || tokens[0].end != len(c.text) {
			t.Errorf("%q: %v, want one token of kind %d", c.text, tokens, c.kind)
		}
	}
}

func TestLexerSeesWordsBesideVerticalTab(t *testing.T) {
	tokens, _ := lexAll("drop\vtable x")
	if len(tokens) != 3 {
		t.Errorf("drop<VT>table x: %v, want three words", tokens)
	}
}

// What the server does where the scanner of the tests differs.
func TestLexerJoinsStrings(t *testing.T) {
	for text, want := range map[string]int{
		"'a' -- c\n 'b'":      1,
		"'a'\n-- x\n 'b'":     1,
		"e'a' -- c\n 'b\\'c'": 1,
		"e'a'\v\n'b\\'c'":     1, // on 16 and later; an error on 15
		"'a' /* c */\n 'b'":   2,
		"'a' 'b'":             2,
		"U&'a'\n'b''c'":       1,
		"U&\"a\"\"b\"":        1,
		"'a'\n -- not closed": 1,
	} {
		l := lexer{text: []byte(text)}
		n := 0
		for l.next().kind != kindEnd {
			n++
		}
		if n != want {
			t.Errorf("%q: %d tokens, want %d", text, n, want)
		}
	}
}

func FuzzLexer(f *testing.F) {
	for _, text := range lexerTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sameAsScan(t, text)
		end := 0
		tokens, _ := lexAll(text)
		for _, tok := range tokens {
			if tok.pos < end || tok.end <= tok.pos || tok.end > len(text) {
				t.Fatalf("%q: token %v behind %d", text, tok, end)
			}
			end = tok.end
		}
	})
}
