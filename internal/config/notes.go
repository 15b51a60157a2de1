package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// place is where something was said: a position in the file, or the flag or
// variable named by where.
type place struct {
	where               string
	line, column, width int
}

// notes are what is found while reading: where every value stands, and what is
// wrong. Paths are written as in "hosts[1].listen[0]".
type notes struct {
	file     string
	lines    []string
	places   map[string]place
	faults   Faults
	warnings Faults

	// slack is true when people can answer in Slack.
	slack bool

	// console is true when they can in the web console, and oidc when they can sign in
	// there by e-mail address.
	console, oidc bool

	// passkeys is who can sign in there with one; it looks when it is first called.
	passkeys func() []string

	members map[string][]Person // of groups that were looked at
	shown   map[int]shownLine   // of lines that were shown

	// unreadable is set when there is no tree to look at: then nothing else is
	// worth saying.
	unreadable bool
}

func newNotes(file string, text []byte) *notes {
	return &notes{file: file, lines: strings.Split(string(text), "\n"), places: map[string]place{}, members: map[string][]Person{}, shown: map[int]shownLine{}}
}

// fault notes what is wrong at a path. The path, or the nearest one above it
// that was given, says where that is.
func (n *notes) fault(path, format string, args ...any) {
	n.faultAt(n.placeOf(path), format, args...)
}

// maxFaults bounds what is said of one file: nobody reads more, and finding them may
// take long.
const maxFaults = 1000

// full is true when no more faults are taken.
func (n *notes) full() bool { return len(n.faults) > maxFaults }

func (n *notes) faultAt(p place, format string, args ...any) {
	if n.full() {
		return
	}
	if len(n.faults) == maxFaults {
		p, format, args = place{}, "there are more faults than the %d that are listed here", []any{maxFaults}
	}
	n.faults = append(n.faults, n.at(p, fmt.Sprintf(format, args...)))
}

// warn notes what works and will probably surprise.
func (n *notes) warn(path, format string, args ...any) {
	n.warnings = append(n.warnings, n.at(n.placeOf(path), fmt.Sprintf(format, args...)))
}

func (n *notes) at(p place, text string) Fault {
	if p.where != "" {
		return Fault{Where: p.where, Text: text}
	}
	f := Fault{Where: n.file, Line: p.line, Column: p.column, Text: text}
	if p.line < 1 || p.line > len(n.lines) {
		return f
	}
	shown, ready := n.shown[p.line]
	if !ready { // a file of one line may have a thousand faults
		shown = shownOf(n.lines[p.line-1])
		n.shown[p.line] = shown
	}
	f.Excerpt = excerpt(shown, p.line, p.column, p.width)
	return f
}

func (n *notes) placeOf(path string) place {
	for path != "" {
		if p, ok := n.places[path]; ok {
			return p
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return place{}
}

// hasFaultAt is true when this very value already has a fault, so that a check
// of the whole does not complain about it a second time.
func (n *notes) hasFaultAt(path string) bool {
	p, given := n.places[path]
	if !given {
		return false
	}
	for _, f := range n.faults {
		if f.Line == p.line && f.Column == p.column && (f.Where == p.where || p.where == "") {
			return true
		}
	}
	return false
}

func placeOfToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{}
	}
	width := utf8.RuneCountInString(strings.TrimSpace(t.Origin))
	if strings.Contains(strings.TrimSpace(t.Origin), "\n") {
		width = 1
	}
	return place{line: t.Position.Line, column: t.Position.Column, width: width}
}
