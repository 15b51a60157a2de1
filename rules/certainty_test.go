package rules

import (
	"bytes"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func encode(t *testing.T, e encoding.Encoding, s string) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCertainty has the texts of facts/postgres.md 5.1, and what must stay usable.
func TestCertainty(t *testing.T) {
	latin1 := encode(t, charmap.ISO8859_1, "select 'é'")
	for _, c := range []struct {
		name     string
		text     string
		settings Settings
		want     Action
	}{
		{"ASCII under no setting", "select 1", Settings{}, Allow},
		{"ASCII DELETE under no setting", "delete from t", Settings{}, Hold},
		{"ASCII under an unsafe setting", "select 'a''b' from t where id = 1", Settings{"SJIS", "off"}, Allow},
		{"DROP in a literal, strings off", `select '\' , '; drop table vic; --'`, Settings{"UTF8", "off"}, Hold},
		{"DROP in a literal, strings not known", `select '\' , '; drop table vic; --'`, Settings{"UTF8", ""}, Hold},
		{"DROP in a literal, strings on", `select '\' , '; drop table vic; --'`, Settings{"UTF8", "on"}, Allow},
		{"DROP behind a SJIS character", "select E'\x95\\' ; drop table vic; --'", Settings{"SJIS", "on"}, Hold},
		{"DROP right behind a SJIS character", "select '\x95'\x83drop table vic", Settings{"SJIS", "on"}, Hold},
		{"DROP whose first letter may be a character's", "select '\x95'\x83Adrop table vic", Settings{"SJIS", "on"}, Hold},
		{"BIG5", "select E'\xa5\\' ; delete from vic; --'", Settings{"BIG5", "on"}, Hold},
		{"GB18030", "select E'\x95\\' ; truncate vic; --'", Settings{"GB18030", "on"}, Hold},
		{"an alias of SJIS", "select E'\x95\\' ; drop table vic; --'", Settings{"WIN932", "on"}, Hold},
		{"a name unknown", "select '\xe9' ; call p()", Settings{"", "on"}, Hold},
		{"a function under no setting", "select 'é', bomb()", Settings{}, Hold},
		{"a function by another name", "select 'é', U&\"b\\006fmb\"()", Settings{}, Hold},
		{"a function behind a comment", "select 'é', bomb--\n()", Settings{}, Hold},
		{"harmless under no setting", "select 'é', lower('x') from t where id in (1)", Settings{}, Allow},
		{"UTF-8", "select 'é' from \"Müller\"", safe, Allow},
		{"UTF-8 DELETE", "delete from müller", safe, Hold},
		{"broken UTF-8 with DELETE", "select '\xff'; delete from t", safe, Hold},
		{"Latin-1", string(latin1), Settings{"LATIN1", "on"}, Allow},
		{"Latin-1 as UTF-8", string(latin1), safe, Allow},
		{"NUL", "select 1\x00; drop table t", safe, Hold},
		{"NUL alone", "select 1\x00", safe, Hold},
		{"vertical tab", "drop\vtable vic", safe, Hold},
		{"vertical tab in a harmless text", "select\v1", safe, Allow},
	} {
		f := NewReader(ReaderOptions{}).Read([]byte(c.text), c.settings)
		if v := DefaultPolicy().Judge(Origin{}, f, nil); v.Action != c.want {
			t.Errorf("%s: %q: %+v, want action %d; facts %+v", c.name, c.text, v, c.want, f)
		}
	}
}

// TestTranscoded: names come out in UTF-8, places are those of the bytes sent.
func TestTranscoded(t *testing.T) {
	for _, c := range []struct {
		encoding string
		codec    encoding.Encoding
		table    string
	}{
		{"LATIN1", charmap.ISO8859_1, "käse"}, {"WIN1251", charmap.Windows1251, "сыр"}, {"koi8-r", charmap.KOI8R, "сыр"},
		{"EUC_JP", japanese.EUCJP, "表東京"}, {"EUC_CN", simplifiedchinese.GBK, "表"}, {"latin9", charmap.ISO8859_15, "prix_€"},
	} {
		text := encode(t, c.codec, "/* "+c.table+" */ delete from "+c.table+" ; select '"+c.table+"', 1 as "+c.table+" ")
		f := NewReader(ReaderOptions{}).Read(text, Settings{c.encoding, "on"})
		if len(f.Statements) != 2 || len(f.Statements[0].Effects) != 1 {
			t.Fatalf("%s: %+v", c.encoding, f)
		}
		if got := f.Statements[0].Effects[0].Target.Name; got != c.table {
			t.Errorf("%s: table %q, want %q", c.encoding, got, c.table)
		}
		for i, want := range []string{"delete from " + c.table, "select '" + c.table + "', 1 as " + c.table} {
			st := f.Statements[i]
			if got := string(text[st.Pos:st.End]); got != string(encode(t, c.codec, want)) {
				t.Errorf("%s: statement %d is %q, want %q", c.encoding, i, got, want)
			}
		}
	}
}

func TestSameASCII(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"abc", "abc", true}, {"a\xe9b", "aéb", true}, {"\xe9", "", true},
		{"a\xe9b", "aé", false}, {"a", "ab", false}, {"ab\xe9", "aéc", false},
	} {
		if got := sameASCII([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("sameASCII(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestNeedsSettings(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for text, want := range map[string]bool{"": false, "select 1": false, `select '\d'`: true, "select 'é'": true} {
		if got := r.NeedsSettings([]byte(text)); got != want {
			t.Errorf("NeedsSettings(%q) = %v", text, got)
		}
	}
}

// TestCharset has each byte that matters at each place of texts of any length.
func TestCharset(t *testing.T) {
	for n := range 80 {
		text := bytes.Repeat([]byte("a"), n)
		if c := charsetOf(text); c != (charset{}) {
			t.Errorf("%d letters: %+v", n, c)
		}
		for i := range text {
			for b, want := range map[byte]charset{0: {nul: true}, '\\': {backslash: true}, 0x80: {high: true}, 0xFF: {high: true}, 0x7F: {}, 1: {}} {
				text[i] = b
				if c := charsetOf(text); c != want {
					t.Errorf("%q: %+v", text, c)
				}
			}
			text[i] = 'a'
		}
	}
}
