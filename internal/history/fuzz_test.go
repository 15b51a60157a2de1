package history_test

import (
	"bytes"
	"testing"

	"github.com/holdfast-db/holdfast/internal/history"
)

// within fails when a statement is larger or lies elsewhere than its input allows.
func within(t *testing.T, input []byte) func(history.Statement) {
	return func(st history.Statement) {
		if len(st.SQL) > len(input) || len(st.SQL) > history.MaxEntry {
			t.Fatalf("a statement of %d bytes in a log of %d", len(st.SQL), len(input))
		}
		if st.Line < 1 || st.Line > bytes.Count(input, []byte("\n"))+1 {
			t.Fatalf("a statement in line %d of %d", st.Line, bytes.Count(input, []byte("\n"))+1)
		}
	}
}

func FuzzReadLog(f *testing.F) {
	f.Add([]byte(stamp+"LOG:  statement: DROP TABLE t\n\tCASCADE\n"), "")
	f.Add([]byte(stamp+"LOG:  execute a/b: EXECUTE d\n"+stamp+"DETAIL:  prepare: PREPARE d AS SELECT 1\n"), "%m [%p] ")
	f.Add([]byte("77|ana LOG:  duration: 1 ms  statement: x\n"), "%p|%5u ")
	f.Add([]byte(`{"timestamp":"2026-11-24 01:16:28.500 UTC","pid":7,"error_severity":"LOG","message":"statement: x"}`), "")
	f.Add([]byte(`2026-11-24 01:16:28.500 UTC,"a","b",7,"[local]",6.4,1,"idle",,3/1,0,LOG,00000,"statement: x",,,,,,,,,"psql"`), "")
	f.Fuzz(func(t *testing.T, log []byte, prefix string) {
		_, err := history.ReadLog(bytes.NewReader(log), prefix, within(t, log))
		_ = err // what the text is, only the fuzzer knows
	})
}

func FuzzReadStatements(f *testing.F) {
	f.Add([]byte("query,calls\n\"DELETE FROM t\nWHERE a = $1\",3\n"))
	f.Add([]byte("toplevel,query\nf,x\nt,\"\"\"\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := history.ReadStatements(bytes.NewReader(text), within(t, text))
		_ = err
	})
}
