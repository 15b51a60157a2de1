package history_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/history"
)

// all reads a log into the texts of its statements.
func all(t *testing.T, log, prefix string) (list []history.Statement, seen history.Seen) {
	t.Helper()
	seen, err := history.ReadLog(strings.NewReader(log), prefix, func(st history.Statement) { list = append(list, st) })
	if err != nil {
		t.Fatal(err)
	}
	return list, seen
}

func TestPrefixes(t *testing.T) {
	at := time.Date(2026, 11, 24, 1, 16, 28, 500e6, time.UTC)
	second := at.Truncate(time.Second)
	for _, c := range []struct {
		prefix, line string
		given        bool
		want         history.Statement
	}{
		{"%m [%p] ", "2026-11-24 02:16:28.500 CET [77] ", false, history.Statement{At: at, Session: "77"}},
		{"%t [%p]: user=%u,db=%d,app=%a,client=%h ", "2026-11-24 01:16:28 UTC [77]: user=ana,db=shop,app=psql,client=[local] ", false,
			history.Statement{At: second, Session: "77", Sender: history.Sender{User: "ana", Database: "shop", Application: "psql", Client: "local"}}},
		{"%t:%r:%u@%d:[%p]:", "2026-11-23 20:16:28 EST:10.1.2.3(5432):ana@shop:[77]:", false,
			history.Statement{At: second, Session: "77", Sender: history.Sender{User: "ana", Database: "shop", Client: "10.1.2.3"}}},
		{"%m [%p] %q%u@%d ", "2026-11-24 06:46:28.500 +0530 [77] ana@shop ", false,
			history.Statement{At: at, Session: "77", Sender: history.Sender{User: "ana", Database: "shop"}}},
		{"%n %c|%-8u|%8d|%s|%%| ", "1763946988.500 6921.4d|ana     |    shop|2026-11-24 01:00:00 UTC|%| ", true,
			history.Statement{At: at.AddDate(-1, 0, 0), Session: "6921.4d", Sender: history.Sender{User: "ana", Database: "shop"}}},
		{"%p since %s: ", "77 since 2026-11-24 01:00:00 UTC: ", true, history.Statement{Session: "77 2026-11-24 01:00:00 UTC"}},
		{"", "", false, history.Statement{}},
	} {
		prefix := ""
		if c.given {
			prefix = c.prefix
		}
		list, seen := all(t, c.line+"LOG:  statement: DROP TABLE t\n", prefix)
		c.want.SQL, c.want.Line, c.want.Calls = "DROP TABLE t", 1, 1
		if len(list) != 1 || !list[0].At.Equal(c.want.At) {
			t.Errorf("%q: got %+v, seen %+v", c.prefix, list, seen)
			continue
		}
		list[0].At = c.want.At
		if list[0] != c.want {
			t.Errorf("%q: got\n%+v\nwant\n%+v", c.prefix, list[0], c.want)
		}
	}
}

func TestFaultsOfPrefixes(t *testing.T) {
	read := func(log, prefix string) error {
		_, err := history.ReadLog(strings.NewReader(log), prefix, func(history.Statement) {})
		return err
	}
	if err := read("nothing that anybody knows\n", ""); !errors.Is(err, history.ErrPrefix) {
		t.Errorf("a log without a known prefix: %v", err)
	}
	for _, c := range []struct{ prefix, want string }{
		{"%m %", "ends in an escape"}, {"%-12", "ends in an escape"}, {"%z ", "%z is no escape"},
	} {
		if err := read("x\n", c.prefix); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.prefix, err)
		}
	}
	if err := read("", ""); err != nil {
		t.Errorf("an empty log: %v", err)
	}
}

const stamp = "2026-11-24 02:16:28.500 IST [77] "

func TestWhatALogHolds(t *testing.T) {
	list, seen := all(t, strings.Join([]string{
		"\tthe end of something that was cut",
		stamp + "LOG:  statement: DELETE FROM t",
		"\tWHERE a = 'x",
		"\t",
		"\ty'",
		"sh: 1: archive: not found",
		stamp + "ERROR:  relation \"t\" does not exist at character 13",
		stamp + "STATEMENT:  DELETE FROM t",
		"\tWHERE a = 'x",
		stamp + "LOG:  execute p/q: EXECUTE d",
		stamp + "DETAIL:  prepare: PREPARE d AS",
		"\tTRUNCATE t",
		stamp + "LOG:  execute fetch from p/q: SELECT 1",
		stamp + "LOG:  duration: 0.100 ms  parse p: DROP TABLE t",
		stamp + "LOG:  duration: 0.100 ms  bind p: DROP TABLE t",
		stamp + "LOG:  duration: 0.100 ms",
		stamp + "LOG:  duration: 12.5 ms  execute <unnamed>: SELECT 1\r",
		stamp + "LOG:  fastpath function call: \"lo_unlink\" (OID 964)",
		stamp + "LOG:  checkpoint starting: time",
		stamp + "LOG:  statement: " + strings.Repeat("x", history.MaxEntry),
		stamp + "LOG:  statement: SELECT",
		"\t" + strings.Repeat("x", history.MaxEntry+5),
		stamp + "LOG:  statement: COMMIT",
	}, "\n"), "")
	var got []string
	for _, st := range list {
		got = append(got, fmt.Sprintf("%d %s|%s|%d", st.Line, st.SQL, st.Prepared, st.Function))
	}
	want := []string{
		"2 DELETE FROM t\nWHERE a = 'x\n\ny'||0", "10 EXECUTE d|PREPARE d AS\nTRUNCATE t|0", "17 SELECT 1||0", "18 ||964", "23 COMMIT||0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if seen != (history.Seen{Statements: 5, Timed: 1, Rows: true, Reads: true, Foreign: 2, Long: 2, Zone: "IST"}) {
		t.Errorf("seen %+v", seen)
	}
}

// A record that was cut costs itself and what follows up to the bound, and nothing
// behind it.
func TestCSVLogWithALostQuote(t *testing.T) {
	record := func(sql string) string {
		return `2026-11-24 01:16:28.500 UTC,"ana","shop",77,"::1:5432",6921.4d,1,"idle",2026-11-24 01:00:00 UTC,3/12,0,LOG,00000,"statement: ` +
			sql + `",,,,,,,,,"psql","client backend",,0` + "\n"
	}
	cut := record("SELECT 1")[:120] + "\n"
	log := record("DROP TABLE \"\"a\"\"") + cut + strings.Repeat(strings.Repeat("y", 1000)+"\n", 1100) + record("DROP TABLE b") + record("DROP\nTABLE c")
	list, seen := all(t, log, "")
	if len(list) != 3 || list[0].SQL != `DROP TABLE "a"` || list[2].SQL != "DROP\nTABLE c" || list[0].Client != "::1" {
		t.Errorf("got %+v", list)
	}
	if seen.Long != 1 {
		t.Errorf("seen %+v", seen)
	}
}

func TestStatements(t *testing.T) {
	read := func(text string) (list []string, seen history.Seen, err error) {
		seen, err = history.ReadStatements(strings.NewReader(text), func(st history.Statement) {
			list = append(list, fmt.Sprintf("%d %s %s %s", st.Calls, st.User, st.Database, st.SQL))
		})
		return list, seen, err
	}
	list, seen, err := read("\ufeffuserid,Calls,query,dbid,toplevel\r\n10,3,\"DELETE FROM \"\"t\"\"\r\nWHERE $1\",5,t\r\n10,1,SELECT 1,5,f\n10,,<insufficient privilege>,5,t\n10,x,SELECT 2,5,\n")
	want := []string{"3 10 5 DELETE FROM \"t\"\nWHERE $1", "1 10 5 SELECT 2"}
	if err != nil || strings.Join(list, "|") != strings.Join(want, "|") || seen.Nested != 1 || seen.Foreign != 1 {
		t.Errorf("got %q, %+v, %v", list, seen, err)
	}
	for text, want := range map[string]string{"": "it is empty", "a,b\n1,2\n": "no column query"} {
		if _, _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
