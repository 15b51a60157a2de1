package rules

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	long := strings.Repeat("n", 70)
	for _, c := range []struct {
		raw, client, server, want string
		certain                   bool
	}{
		{"", "", "", "", true},
		{"plain", "", "", "plain", true}, // ASCII is the same under every setting
		{long, "", "", long[:63], true},
		{long + "other", "UTF8", "UTF8", long[:63], true},
		{"é", "UTF8", "UTF8", "é", true},
		{"\xe9", "LATIN1", "UTF8", "é", true},
		{"\xe4", "win1251", "UTF8", "д", true},
		{strings.Repeat("é", 40), "UTF8", "UTF8", strings.Repeat("é", 31) + "\xc3", true}, // by bytes
		{"\xe9", "UTF8", "UTF8", "", false},                                               // no UTF-8: the server refuses it
		{"é", "", "UTF8", "", false},                                                      // settings in the air
		{"é", "UTF8", "LATIN1", "", false},
		{"é", "UTF8", "SQL_ASCII", "", false},
		{"é", "SQL_ASCII", "UTF8", "", false},
		{"\xa4\xa2", "EUC_TW", "UTF8", "", false},
		{"\xa4\xa2", "EUC_JP", "UTF8", "", false},
		{"\x81", "WIN1252", "UTF8", "", false}, // no character
	} {
		got, certain := Settings{ClientEncoding: c.client, StandardConformingStrings: "on"}.Name([]byte(c.raw), c.server)
		if string(got) != c.want || certain != c.certain {
			t.Errorf("%q from %s to %s: %q, %v; want %q, %v", c.raw, c.client, c.server, got, certain, c.want, c.certain)
		}
	}
}

// TestNamesOfInexactEncodings: what the server takes them for is not known, nor that
// two of one text are the same.
func TestNamesOfInexactEncodings(t *testing.T) {
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	for _, encoding := range []string{"SQL_ASCII", "EUC_JP", "KOI8U"} {
		s := Settings{ClientEncoding: encoding, StandardConformingStrings: "on"}
		f := r.Read([]byte("prepare \"\xae\xbe\" as select 1; prepare x as select 1; execute x; execute \"\xae\xae\""), s)
		if v := p.Judge(Origin{}, f, nil); v.Action != Hold || strings.Contains(v.Reason, UnclearName) {
			t.Errorf("%s: verdict %+v of %+v", encoding, v, f)
		}
		if f.Statements[1].Names[0].Name != "x" || f.Statements[0].Names[0].Name != UnclearName {
			t.Errorf("%s: names of %+v", encoding, f)
		}
		if _, certain := s.Name([]byte("\xae\xbe"), "UTF8"); certain {
			t.Errorf("%s: the name is certain", encoding)
		}
	}
}
