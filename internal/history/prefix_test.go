package history

import (
	"strings"
	"testing"
)

// rendered is a line's beginning as the server writes it.
func rendered(prefix string) string {
	return strings.NewReplacer(
		"%m", "2026-11-24 01:16:28.500 UTC", "%t", "2026-11-24 01:16:28 UTC", "%p", "77", "%q", "", "%u", "ana", "%d", "shop", "%a", "Airflow 2.9",
		"%h", "10.1.2.3", "%r", "10.1.2.3(5432)", "%l", "12", "%e", "00000", "%s", "2026-11-24 01:00:00 UTC", "%v", "3/12", "%x", "0", "%c", "6921.4d",
	).Replace(prefix)
}

// Each usual prefix is found out among all others, and read as itself.
func TestUsualPrefixesAreToldApart(t *testing.T) {
	for _, text := range usualPrefixes {
		var got []Statement
		line := rendered(text) + "LOG:  statement: SELECT 'user=x,db=y [5] a@b '\n"
		seen, err := ReadLog(strings.NewReader(strings.Repeat(line, 3)), "", func(st Statement) { got = append(got, st) })
		if err != nil || len(got) != 3 || seen.Foreign > 0 {
			t.Errorf("%q: %v, %d statements, %+v", text, err, len(got), seen)
			continue
		}
		want := Sender{}
		for escape, to := range map[string]*string{"%u": &want.User, "%d": &want.Database, "%a": &want.Application} {
			if strings.Contains(text, escape) {
				*to = map[string]string{"%u": "ana", "%d": "shop", "%a": "Airflow 2.9"}[escape]
			}
		}
		if strings.Contains(text, "%h") || strings.Contains(text, "%r") {
			want.Client = "10.1.2.3"
		}
		st := got[0]
		if st.Sender != want || st.At.IsZero() != (text == "") || (st.Session == "") != !strings.ContainsAny(text, "pc") {
			t.Errorf("%q: got %+v, want %+v", text, st, want)
		}
	}
}
