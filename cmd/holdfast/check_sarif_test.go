package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/sarif"
	"github.com/holdfast-db/holdfast/rules"
)

// scanned is the document on some scripts, by name.
func scanned(t *testing.T, all bool, scripts map[string]string, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	a := &app{out: &screen{Writer: &out, width: maxWidth}}
	judge := &check.Judge{Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy()}
	r := checkReport{a: a, checking: checking{sarif: true, all: all}, scan: scan{folder: "/work"}}
	for _, name := range names {
		text := []byte(scripts[name])
		list, notes := judge.Script(text)
		for _, n := range notes {
			if err := r.note(name, n); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range list {
			if err := r.statement(name, text[f.Pos:f.End], f); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.printSARIF(r.scan); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// scanScripts have every verdict, a note, and two statements that are equal.
var scanScripts = map[string]string{
	"a.sql": "CREATE TABLE t (a int);\nDROP TABLE t;\nDROP TABLE t;\n\\i b.sql\n",
	"moved": "-- a comment\n\nCREATE TABLE t (a int);\n\n  DROP  TABLE /* it */ t;\nDROP TABLE t;\n",
	"b.sql": "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'TRUNCATE t'; DELETE FROM t WHERE a = 1;\nSET standard_conforming_strings = off;",
	"none":  "SELECT 1;",
}

func runOf(t *testing.T, document []byte) sarif.Run {
	t.Helper()
	var log sarif.Log
	if err := json.Unmarshal(document, &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("%v, %d runs: %s", err, len(log.Runs), document)
	}
	return log.Runs[0]
}

// What is printed is what the standard's schema asks for. .ci/setup fetches it.
func TestSARIFKeepsToItsSchema(t *testing.T) {
	file := filepath.Join(pgtest.CacheFolder(), "sarif-schema-2.1.0.json")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the schema of SARIF is not there: run .ci/setup test: %v", err)
	}
	schema, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{{}, {"none"}, {"a.sql", "b.sql"}} {
		for _, all := range []bool{false, true} {
			document, err := jsonschema.UnmarshalJSON(bytes.NewReader(scanned(t, all, scanScripts, names...)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(document); err != nil {
				t.Errorf("%v, all %v: %v", names, all, err)
			}
		}
	}
	broken := strings.Replace(string(scanned(t, false, scanScripts, "a.sql")), `"level": "error"`, `"level": "bad"`, 1)
	document, _ := jsonschema.UnmarshalJSON(strings.NewReader(broken))
	if schema.Validate(document) == nil {
		t.Error("the schema takes anything")
	}
}

func TestSARIFResults(t *testing.T) {
	run := runOf(t, scanned(t, false, scanScripts, "a.sql", "b.sql"))
	var got []string
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("the index of %s names %s", r.RuleID, run.Tool.Driver.Rules[r.RuleIndex].ID)
		}
		got = append(got, r.Locations[0].Physical.Artifact.URI+" "+r.RuleID+" "+r.Level)
	}
	want := []string{"a.sql drops error", "a.sql drops error", "b.sql truncates note", "b.sql settings error"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if r := run.Results[0].Locations[0].Physical.Region; r != (sarif.Region{StartLine: 2, StartColumn: 1, EndLine: 2, EndColumn: 14}) {
		t.Errorf("the region of the first DROP is %+v", r)
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || n[0].Locations[0].Physical.Region.StartLine != 4 {
		t.Errorf("notifications are %+v", n)
	}
	all := runOf(t, scanned(t, true, scanScripts, "a.sql", "b.sql")).Results
	if len(all) != 6 || all[0].Kind != sarif.KindPass || all[4].Kind != sarif.KindOpen || all[4].Level != sarif.LevelNone {
		t.Errorf("with --all: %+v", all)
	}
	if none := runOf(t, scanned(t, false, scanScripts, "none")); none.Results == nil || len(none.Results) > 0 {
		t.Errorf("results of what passes: %+v", none.Results)
	}
}

// A result keeps its fingerprint when its lines, white space and comments change,
// and equal statements have different ones.
func TestSARIFFingerprintsSurviveMoving(t *testing.T) {
	prints := func(text string) (list []string) {
		for _, r := range runOf(t, scanned(t, false, map[string]string{"a.sql": text}, "a.sql")).Results {
			list = append(list, r.Fingerprints[fingerprintName])
		}
		return list
	}
	before, after := prints(scanScripts["a.sql"]), prints(scanScripts["moved"])
	if len(before) != 2 || before[0] == before[1] {
		t.Fatalf("fingerprints of equal statements: %v", before)
	}
	if strings.Join(before, " ") != strings.Join(after, " ") {
		t.Errorf("got %v, and after moving %v", before, after)
	}
	if other := prints("DROP TABLE u;"); other[0] == before[0] {
		t.Error("another statement has the same fingerprint")
	}
}

func TestSARIFLeavesOutWhatIsTooMuch(t *testing.T) {
	var s scan
	s.results = make([]sarif.Result, maxResults+1)
	for i := range s.results {
		s.results[i].Level = sarif.LevelNote
	}
	s.results[maxResults].Level = sarif.LevelError
	limited := s.limited()
	if len(limited) != maxResults || limited[0].Level != sarif.LevelError || len(s.notes) != 1 {
		t.Errorf("%d results, the first %q, %d notes", len(limited), limited[0].Level, len(s.notes))
	}
}
