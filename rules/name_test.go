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
