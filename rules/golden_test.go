package rules

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what the reader and the policy say into testdata")

// TestGolden reads testdata/*.txtar, one case a file: what it is about, the
// statement (in.sql), the facts and the verdict of the default policy.
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) < 50 {
		t.Fatalf("%d cases in testdata, expected more than 50", len(files))
	}
	reader, policy := NewReader(ReaderOptions{}), DefaultPolicy()
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := section(t, archive, "in.sql")
			sql := strings.TrimSuffix(string(in.Data), "\n")
			f := reader.Read([]byte(sql), Settings{"UTF8", "on"})
			for _, part := range []struct{ name, got string }{
				{"facts", showFacts(sql, f)},
				{"verdict", showVerdict(policy.Judge(Origin{}, f, nil))},
			} {
				s := section(t, archive, part.name)
				if *update {
					s.Data = []byte(part.got)
				} else if string(s.Data) != part.got {
					t.Errorf("%s\n%s of %s:\n%s\nwant:\n%s", sql, part.name, file, part.got, s.Data)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func section(t *testing.T, a *txtar.Archive, name string) *txtar.File {
	for i := range a.Files {
		if a.Files[i].Name == name {
			return &a.Files[i]
		}
	}
	if !*update {
		t.Fatalf("no section %q", name)
	}
	a.Files = append(a.Files, txtar.File{Name: name})
	return &a.Files[len(a.Files)-1]
}

func showVerdict(v Verdict) string {
	words := map[Action]string{Allow: "allow", Warn: "warn", Measure: "measure", Hold: "hold", Refuse: "refuse"}
	var b strings.Builder
	b.WriteString(words[v.Action])
	for _, part := range []struct{ label, text string }{
		{"rule", v.Rule}, {"sqlstate", v.SQLState}, {"reason", v.Reason}, {"why", v.Why},
	} {
		if part.text != "" {
			fmt.Fprintf(&b, "\n%s: %s", part.label, part.text)
		}
	}
	return b.String() + "\n"
}

func showFacts(sql string, f *Facts) string {
	var b strings.Builder
	if f.Harmless {
		b.WriteString("harmless to the prefilter\n")
	}
	if f.Unreadable != "" {
		fmt.Fprintf(&b, "unreadable: %s; suspect: %v\n", f.Unreadable, f.Suspect)
	}
	for i := range f.Statements {
		st := &f.Statements[i]
		if len(f.Statements) > 1 {
			fmt.Fprintf(&b, "%s\n", strings.ReplaceAll(sql[st.Pos:st.End], "\n", " "))
		}
		showStatement(&b, st, "")
	}
	if f.ChangesSettings {
		b.WriteString("may change how later text is read\n")
	}
	return b.String()
}

func showStatement(b *strings.Builder, st *Statement, indent string) {
	line := func(format string, args ...any) {
		fmt.Fprintf(b, indent+format+"\n", args...)
	}
	tx := [...]string{TxNone: "", TxBegin: ", begins", TxCommit: ", commits", TxRollback: ", rolls back", TxOther: ", inside or beside a transaction"}[st.Tx]
	if st.NoTransaction {
		tx += ", not inside a transaction"
	}
	if st.Savepoint != "" {
		tx += ", savepoint " + st.Savepoint
	}
	line("%s%s", st.Command, tx)
	if r := st.Rows; r != nil {
		line("  tag: %s", strings.TrimSuffix(fmt.Sprintf("%s %s rows of %s, for example: %s", st.Command, r.Verb, r.Table, r.Example), ", for example: "))
	}
	for _, e := range st.Effects {
		line("  effect: %s", showEffect(e))
	}
	for _, e := range st.Plants {
		line("  plants: %s", showEffect(e))
	}
	for _, f := range st.Functions {
		line("  calls: %s", f)
	}
	for _, f := range st.Extensions {
		line("  calls of an extension: %s", f)
	}
	for _, t := range st.Touches {
		line("  touches: %s %s", t.Command, t.Relation)
	}
	for i := range st.Defines {
		showDefinition(line, &st.Defines[i])
	}
	for _, s := range st.Settings {
		line("  sets: %q to %q, known: %v", s.Name, s.Value, s.Known)
	}
	for _, name := range st.Executes {
		line("  executes: %s", name)
	}
	for _, n := range st.Names {
		kind := [...]string{"", "prepares", "deallocates", "deallocates all", "declares", "closes", "closes all", "discards all"}[n.Kind]
		line("  %s: %s", kind, n.Name)
		if n.Body != nil {
			showStatement(b, n.Body, indent+"    ")
		}
	}
}

func showDefinition(line func(string, ...any), d *Definition) {
	kind := [...]string{"", "function", "trigger on", "rule on", "relation", "domain", "unnamed"}[d.Kind]
	fires := ""
	if len(d.Fires) > 0 {
		fires = ", fires on " + strings.Join(d.Fires, ", ")
	}
	line("  defines: %s %s%s, known: %v", kind, d.Name, fires, d.Known)
	for _, e := range d.Effects {
		line("    effect: %s", showEffect(e))
	}
	for _, c := range d.Calls {
		line("    calls: %s", c)
	}
	for _, t := range d.Touches {
		line("    touches: %s %s", t.Command, t.Relation)
	}
	for _, t := range d.Types {
		line("    has a column of: %s", t)
	}
}

func showEffect(e Effect) string {
	parts := []string{string(e.Verb)}
	for _, s := range []string{e.Object, e.Target.String(), e.Column} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	switch e.Verb {
	case VerbDelete, VerbUpdate, VerbMerge:
		parts = append(parts, [...]string{"(no filter)", "(constant filter)", "(cross join)", "(filtered)"}[e.Filter])
	}
	if e.Cascade {
		parts = append(parts, "cascade")
	}
	if e.Using {
		parts = append(parts, "using")
	}
	if e.FilterText != "" {
		parts = append(parts, "because "+e.FilterText)
	}
	return strings.Join(parts, " ")
}
