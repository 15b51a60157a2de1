package rules

import (
	"fmt"
	"testing"
)

func TestSafeSetting(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"standard_conforming_strings", "on", true}, {"Standard_Conforming_Strings", "TRUE", true}, {"standard_conforming_strings", "t", true},
		{"standard_conforming_strings", "yes", true}, {"standard_conforming_strings", "1", true}, {"standard_conforming_strings", "off", false},
		{"standard_conforming_strings", "0", false}, {"standard_conforming_strings", "", false}, {"standard_conforming_strings", "o", false},
		{"standard_conforming_strings", "nonsense", false}, {"standard_conforming_strings", "true ", false},
		{"client_encoding", "UTF8", true}, {"client_encoding", "utf-8", true}, {"CLIENT_ENCODING", "Unicode", true}, {"client_encoding", "LATIN1", true},
		{"client_encoding", "iso-8859-15", true}, {"client_encoding", "WIN1252", true}, {"client_encoding", "SQL_ASCII", true},
		{"client_encoding", "EUC_JIS_2004", true}, {"client_encoding", "koi8", true}, {"client_encoding", "tcvn-5712", true},
		{"client_encoding", "SJIS", false}, {"client_encoding", "Shift_JIS", false}, {"client_encoding", "MsKanji", false}, {"client_encoding", "S_J_I_S", false},
		{"client_encoding", "WIN932", false}, {"client_encoding", "Windows-932", false}, {"client_encoding", "WIN936", false},
		{"client_encoding", "WIN949", false}, {"client_encoding", "WIN950", false}, {"client_encoding", "BIG5", false}, {"client_encoding", "GBK", false},
		{"client_encoding", "UHC", false}, {"client_encoding", "GB18030", false}, {"client_encoding", "JOHAB", false},
		{"client_encoding", "SHIFT_JIS_2004", false}, {"client_encoding", "MULE_INTERNAL", false}, {"client_encoding", "", false}, {"client_encoding", "klingon", false},
		{"search_path", "evil", true}, {"session_replication_role", "replica", true},
	} {
		if got := SafeSetting(c.name, c.value); got != c.want {
			t.Errorf("SafeSetting(%q, %q) = %v", c.name, c.value, got)
		}
	}
}

func TestStartupSettings(t *testing.T) {
	for _, c := range []struct {
		params map[string]string
		want   string
	}{
		{nil, "[]"},
		{map[string]string{"user": "ana", "database": "shop", "replication": "true", "_pq_.x": "1"}, "[]"},
		{map[string]string{"user": "ana", "Client_Encoding": "SJIS", "application_name": "psql"}, "[{client_encoding SJIS true} {application_name psql true}]"},
		{map[string]string{"options": "-c standard_conforming_strings=off"}, "[{standard_conforming_strings off true}]"},
		{map[string]string{"options": "-cstandard_conforming_strings=off"}, "[{standard_conforming_strings off true}]"},
		{map[string]string{"options": "--client-encoding=SJIS"}, "[{client_encoding SJIS true}]"},
		{map[string]string{"options": `  --Client_Encoding=S\ J\\IS  -c a=b\=c `}, `[{client_encoding S J\IS true} {a b=c true}]`},
		{map[string]string{"options": "-e -F -B 5 -S 10 -cclient_encoding=big5"}, "[{client_encoding big5 true}]"},
		{map[string]string{"options": "-eFc client_encoding=big5"}, "[{client_encoding big5 true}]"},
		{map[string]string{"options": "-d c -c x"}, "[{x  false}]"},
		{map[string]string{"options": "-"}, "[]"},
		{map[string]string{"options": "-c"}, "[{  false}]"},
		{map[string]string{"options": "-c a=1\t-c\nb=2"}, "[{a 1 true} {b 2 true}]"},
		{map[string]string{"options": "-c client_encoding=UTF8", "client_encoding": "GBK"}, "[{client_encoding UTF8 true} {client_encoding GBK true}]"},
	} {
		if got := fmt.Sprint(StartupSettings(c.params)); got != c.want {
			t.Errorf("StartupSettings(%q) = %s, want %s", c.params, got, c.want)
		}
	}
}

func FuzzStartupSettings(f *testing.F) {
	f.Add("-c client_encoding=SJIS --a=b -eFc x=y \\")
	f.Fuzz(func(t *testing.T, options string) {
		StartupSettings(map[string]string{"options": options})
	})
}
