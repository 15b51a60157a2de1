// Package sarif has as much of the Static Analysis Results Interchange Format 2.1.0
// (OASIS standard) as check writes: one run of one tool, its rules, results in text
// files, and notifications. The types marshal to its JSON; names and meanings are
// the standard's, section 3.
package sarif

// The version of the standard, and where its schema lies.
const (
	Version = "2.1.0"
	Schema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// Log is a whole document.
type Log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []Run  `json:"runs"`
}

// Run is one run of the tool. Results must not be nil: null would say that the run
// never got to look for any.
type Run struct {
	Tool        Tool         `json:"tool"`
	Invocations []Invocation `json:"invocations,omitempty"`
	ColumnKind  string       `json:"columnKind"`
	Results     []Result     `json:"results"`
}

// UnicodeCodePoints is the ColumnKind of columns in characters.
const UnicodeCodePoints = "unicodeCodePoints"

// Tool is what ran.
type Tool struct {
	Driver Driver `json:"driver"`
}

// Driver is the program itself.
type Driver struct {
	Name           string `json:"name"`
	Version        string `json:"version,omitempty"`
	InformationURI string `json:"informationUri,omitempty"`
	Rules          []Rule `json:"rules"`
}

// Rule describes one kind of result.
type Rule struct {
	ID               string         `json:"id"`
	ShortDescription Text           `json:"shortDescription"`
	FullDescription  Text           `json:"fullDescription"`
	Help             Text           `json:"help"`
	Default          *Configuration `json:"defaultConfiguration,omitempty"`
}

// Configuration is how a rule reports.
type Configuration struct {
	Level string `json:"level"`
}

// Text is for people. Markdown, where it is not empty, says the same.
type Text struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

// Result is one finding. RuleIndex is the place of its rule in Driver.Rules.
type Result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Kind         string            `json:"kind,omitempty"`
	Level        string            `json:"level"`
	Message      Text              `json:"message"`
	Locations    []Location        `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints,omitempty"`
}

// The levels of results.
const (
	LevelError = "error"
	LevelNote  = "note"
	LevelNone  = "none" // of every Kind but fail
)

// The kinds of results; empty is fail.
const (
	KindFail = "fail"
	KindPass = "pass"
	KindOpen = "open" // the tool could not tell
)

// Location is a place in a file.
type Location struct {
	Physical Physical `json:"physicalLocation"`
}

// Physical is a file and a stretch of it.
type Physical struct {
	Artifact Artifact `json:"artifactLocation"`
	Region   Region   `json:"region"`
}

// Artifact is a file.
type Artifact struct {
	URI string `json:"uri"`
}

// Region is a stretch of text, from 1; its end is behind its last character.
type Region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

// Invocation is how the run went.
type Invocation struct {
	Successful    bool           `json:"executionSuccessful"`
	Notifications []Notification `json:"toolExecutionNotifications,omitempty"`
}

// Notification is something about the run that is no finding.
type Notification struct {
	Level     string     `json:"level"`
	Message   Text       `json:"message"`
	Locations []Location `json:"locations,omitempty"`
}
