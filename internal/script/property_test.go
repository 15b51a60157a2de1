package script_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/holdfast-db/holdfast/internal/script"
	"github.com/holdfast-db/holdfast/rules"
)

// hostile are scripts of which nothing but the absence of a crash was to be
// expected.
var hostile = []string{
	"", ";", "\\", "\\\\", "\\;", "\\:", ":", ":'", `:"`, ":{?", ":{?x", "\\copy", "\\copy t from", "\\copy t from stdin", "\\g", "\\gexec",
	"COPY t FROM stdin;", "COPY t FROM stdin;\n", "COPY t FROM stdin\\g\n\\.", "\xEF\xBB\xBF", "\xEF\xBB", "'", "\"", "$$", "/*", "--",
	"(", ")", "))((;", "\\if\\endif\\endif", "a\\p", "\\p a", "\\encoding '", "\\lo_unlink", "\\\x00", "\x00;\x00", "COPY t FROM stdin\\;COPY t FROM stdin;",
	"\\set x 'a\\", "SELECT 1\\", "SELECT :x\\p:y\\;:z", "\xff\xfe;", "create function begin begin case end;", "\\\\\n;",
}

// scripts are all texts at hand: those of the golden cases here and in rules, and
// the hostile ones.
func scripts(t testing.TB) [][]byte {
	var all [][]byte
	for _, pattern := range []string{"testdata/*.txtar", "../../rules/testdata/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no texts: %v", err)
		}
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, archive.Files[0].Data)
		}
	}
	for _, text := range hostile {
		all = append(all, []byte(text))
	}
	return all
}

// wantSound checks what holds for every script.
func wantSound(t *testing.T, text []byte) {
	t.Helper()
	before := bytes.Clone(text)
	s := script.Split(text)
	if !bytes.Equal(text, before) {
		t.Fatalf("%q was changed", before)
	}
	for _, st := range s.Statements {
		if st.Pos < 0 || st.Pos >= st.End || st.End > len(text) {
			t.Fatalf("%q: statement from %d to %d of %d bytes", text, st.Pos, st.End, len(text))
		}
		if len(st.SQL) == 0 && st.Doubt == "" {
			t.Fatalf("%q: nothing is known of the statement at %d, without doubt", text, st.Pos)
		}
		if want := placeOf(text, st.Pos); st.Place != want {
			t.Fatalf("%q: the statement at %d is said to stand at %v, not %v", text, st.Pos, st.Place, want)
		}
		for _, v := range st.Variables {
			if got := string(st.SQL[v.Pos:v.End]); !strings.HasPrefix(got, ":") || !strings.Contains(got, v.Name) {
				t.Fatalf("%q: %q stands where variable %q should", text, got, v.Name)
			}
		}
	}
}

// placeOf counts lines and characters by itself.
func placeOf(text []byte, pos int) script.Place {
	if rest, ok := bytes.CutPrefix(text, []byte("\xEF\xBB\xBF")); ok {
		text, pos = rest, pos-3
	}
	lines := bytes.Split(text[:pos], []byte("\n"))
	return script.Place{Line: len(lines), Column: utf8.RuneCount(lines[len(lines)-1]) + 1}
}

func TestSound(t *testing.T) {
	for _, text := range scripts(t) {
		wantSound(t, text)
	}
}

// Nothing of a text without meta-commands and variables is lost: what is between
// the statements is white space, comments and empty statements.
func TestStatementsJoined(t *testing.T) {
	tried := 0
	for _, text := range scripts(t) {
		if bytes.ContainsAny(text, "\\:") || bytes.Contains(bytes.ToLower(text), []byte("copy")) {
			continue
		}
		tried++
		end := 0
		for _, st := range script.Split(text).Statements {
			if !bytes.Equal(st.SQL, text[st.Pos:st.End]) {
				t.Errorf("%q: %q is sent for %q", text, st.SQL, text[st.Pos:st.End])
			}
			wantNothing(t, text, end, st.Pos)
			end = st.End
		}
		wantNothing(t, text, end, len(text))
	}
	if tried < 50 {
		t.Errorf("only %d texts tried", tried)
	}
}

// wantNothing checks that a stretch of a text has no tokens but semicolons.
func wantNothing(t *testing.T, text []byte, from, to int) {
	t.Helper()
	gap := bytes.TrimPrefix(text[from:to], []byte("\xEF\xBB\xBF"))
	tokens := rules.TokensOf(gap)
	for token := tokens.Next(); token.Kind != rules.TokenEnd; token = tokens.Next() {
		if string(gap[token.Pos:token.End]) != ";" {
			t.Errorf("%q: %q was left out", text, gap)
			return
		}
	}
}

// The parser finds in the pieces what it finds in the whole, in the same places.
func TestAgreesWithParser(t *testing.T) {
	reader := rules.NewReader(rules.ReaderOptions{})
	settings := rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}
	tried := 0
	for _, text := range scripts(t) {
		whole := reader.Read(text, settings)
		if !whole.Read || len(whole.Statements) == 0 || bytes.ContainsAny(text, "\\:") {
			continue
		}
		tried++
		var found [][2]int
		for _, st := range script.Split(text).Statements {
			for _, one := range reader.Read(st.SQL, settings).Statements {
				found = append(found, [2]int{st.Pos + one.Pos, st.Pos + one.End})
			}
		}
		for _, want := range whole.Statements {
			at := [2]int{want.Pos, want.End}
			if !slices.Contains(found, at) && !harmless(reader, text[at[0]:at[1]], settings) {
				t.Errorf("%q: the parser sees %q, the pieces have %v", text, text[at[0]:at[1]], found)
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d texts tried", tried)
	}
}

// harmless says whether a text alone is not even parsed: its piece has no facts then.
func harmless(reader *rules.Reader, text []byte, settings rules.Settings) bool {
	return reader.Read(text, settings).Harmless
}

func FuzzSplit(f *testing.F) {
	for _, text := range scripts(f) {
		f.Add(text)
	}
	if extra, err := os.ReadFile("../../examples/demo/shop.sql"); err == nil {
		f.Add(extra)
	}
	f.Fuzz(func(t *testing.T, text []byte) { wantSound(t, text) })
}
