package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/sarif"
	"github.com/holdfast-db/holdfast/internal/script"
	"github.com/holdfast-db/holdfast/rules"
)

// scan collects what --sarif prints. Its zero value is ready to use.
type scan struct {
	folder  string // paths are relative to
	results []sarif.Result
	notes   []sarif.Notification
	rules   []sarif.Rule
	indexes map[string]int // of rules, by name
	seen    map[string]int // how often a fingerprint came before
}

// maxResults is how many results are printed: GitHub takes no more of one run. What
// stops comes before what does not.
const maxResults = 25_000

// add takes a statement, of which source is what stands in the file. What passes
// and is not known to do harm is taken only when all is wanted. now is what to do.
func (s *scan) add(name string, source []byte, f check.Found, all bool, now string) {
	level, kind := sarif.LevelError, ""
	switch f.Verdict.Action {
	case rules.Allow, rules.Measure:
		if !all {
			return
		}
		level, kind = sarif.LevelNone, sarif.KindPass
		if f.Verdict.Action == rules.Measure {
			kind = sarif.KindOpen
		}
	case rules.Warn:
		level = sarif.LevelNote
	}
	rule := f.Verdict.Rule
	if rule == "" {
		rule = rulePasses
	}
	uri := s.uri(name)
	s.results = append(s.results, sarif.Result{
		RuleID: rule, RuleIndex: s.index(rule), Kind: kind, Level: level,
		Message:      sarif.Text{Text: messageText(f.Verdict, now)},
		Locations:    locations(uri, sarif.Span(f.Line, f.Column, source)),
		Fingerprints: map[string]string{fingerprintName: s.fingerprint(uri, rule, source)},
	})
}

// note takes what was not read.
func (s *scan) note(name string, n script.Note) {
	s.notes = append(s.notes, sarif.Notification{
		Level: sarif.LevelNote, Message: sarif.Text{Text: escape(n.Text)},
		Locations: locations(s.uri(name), sarif.Region{StartLine: n.Line, StartColumn: n.Column}),
	})
}

func (s *scan) uri(name string) string {
	if name == standardInput {
		return "stdin"
	}
	return sarif.URI(s.folder, name)
}

func locations(uri string, r sarif.Region) []sarif.Location {
	return []sarif.Location{{Physical: sarif.Physical{Artifact: sarif.Artifact{URI: uri}, Region: r}}}
}

// messageText is one sentence on a statement.
func messageText(v rules.Verdict, now string) string {
	text := checkWord(v.Action)
	if v.Reason != "" {
		text += ": " + escape(v.Reason)
	}
	if v.Why != "" {
		text += ". Why: " + escape(v.Why)
	}
	if now != "" {
		text += ". Now: " + now
	}
	return text + "."
}

// fingerprintName is what a fingerprint is made from, with a version: a later one
// may be made from something else.
const fingerprintName = "holdfastStatement/v1"

// fingerprint is the same for a statement that moved to other lines, or whose white
// space and comments changed. Statements that are equal are told apart by their
// order.
func (s *scan) fingerprint(uri, rule string, source []byte) string {
	h := sha256.New()
	for _, part := range []string{uri, rule, string(rules.Normalize(source))} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	sum := hex.EncodeToString(h.Sum(nil))[:32]
	if s.seen == nil {
		s.seen = map[string]int{}
	}
	s.seen[sum]++
	return fmt.Sprintf("%s:%d", sum, s.seen[sum])
}

// index is the place of a rule among those that were needed so far.
func (s *scan) index(rule string) int {
	i, known := s.indexes[rule]
	if known {
		return i
	}
	if s.indexes == nil {
		s.indexes = map[string]int{}
	}
	i = len(s.rules)
	s.indexes[rule] = i
	s.rules = append(s.rules, ruleHelp(rule))
	return i
}

// limited are the results, of too many those that do not stop left out first.
func (s *scan) limited() []sarif.Result {
	if len(s.results) <= maxResults {
		return append([]sarif.Result{}, s.results...)
	}
	var stops, others []sarif.Result
	for _, r := range s.results {
		if r.Level == sarif.LevelError {
			stops = append(stops, r)
		} else {
			others = append(others, r)
		}
	}
	s.notes = append(s.notes, sarif.Notification{
		Level: sarif.LevelNote, Message: sarif.Text{Text: fmt.Sprintf("%d results are left out: a run has at most %d.", len(s.results)-maxResults, maxResults)},
	})
	return append(stops, others...)[:maxResults]
}

// printSARIF prints the document.
func (a *app) printSARIF(s scan) error {
	run := sarif.Run{ColumnKind: sarif.UnicodeCodePoints, Results: s.limited()}
	run.Tool.Driver = sarif.Driver{
		Name: "holdfast", Version: versionText(), InformationURI: "https://github.com/holdfast-db/holdfast",
		Rules: append([]sarif.Rule{}, s.rules...),
	}
	run.Invocations = []sarif.Invocation{{Successful: true, Notifications: s.notes}}
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(sarif.Log{Schema: sarif.Schema, Version: sarif.Version, Runs: []sarif.Run{run}})
}
