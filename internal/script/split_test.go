package script_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/holdfast-db/holdfast/internal/script"
)

var update = flag.Bool("update", false, "write what Split says into testdata")

// TestGolden has one file a case: a script, and what psql would send.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(script.Split(archive.Files[0].Data))
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(archive.Files[1].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func describe(s script.Script) string {
	var b strings.Builder
	for _, st := range s.Statements {
		fmt.Fprintf(&b, "%d:%d", st.Line, st.Column)
		if st.NewSession {
			b.WriteString(" in a new session")
		}
		if st.SQL != nil {
			fmt.Fprintf(&b, " %q", st.SQL)
		}
		for _, v := range st.Variables {
			fmt.Fprintf(&b, " with %s", st.SQL[v.Pos:v.End])
			if v.Value != "" {
				fmt.Fprintf(&b, " = %s", v.Value)
			}
		}
		if st.Doubt != "" {
			fmt.Fprintf(&b, " doubt: %s", st.Doubt)
		}
		b.WriteString("\n")
	}
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "%d:%d note: %s\n", n.Line, n.Column, n.Text)
	}
	return b.String()
}
