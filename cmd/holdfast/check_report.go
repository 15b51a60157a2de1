package main

import (
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/script"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

// checkReport tells what check found, and counts it.
type checkReport struct {
	a *app
	checking
	opinion

	sha256 string // of the file that is read
	counts map[rules.Action]int
	notes  int
	scan   scan // what --sarif prints at the end
}

// input judges one input, or all of a folder, and tells of it.
func (r *checkReport) input(judge *check.Judge, name string) error {
	switch {
	case r.lines:
		return r.objects(judge, name)
	case !isFolder(name):
		return r.file(judge, name)
	}
	files, err := inFolder(name)
	if err != nil {
		return err
	}
	if !r.json && !r.sarif {
		fmt.Fprintf(r.a.out, "%s: %s, in the order of their names\n\n", escape(name), wording.Count(len(files), "SQL file"))
	}
	for _, file := range files {
		if err := r.file(judge, file); err != nil {
			return err
		}
	}
	return nil
}

// file judges a file or standard input.
func (r *checkReport) file(judge *check.Judge, name string) error {
	text, err := r.a.readInput(name)
	if err != nil {
		return err
	}
	r.sha256 = event.TextHash(string(text))
	list, notes := judge.Script(text)
	for _, found := range list {
		for len(notes) > 0 && before(notes[0].Place, found.Place) {
			if err := r.note(name, notes[0]); err != nil {
				return err
			}
			notes = notes[1:]
		}
		if err := r.statement(name, text[found.Pos:found.End], found); err != nil {
			return err
		}
	}
	for _, n := range notes {
		if err := r.note(name, n); err != nil {
			return err
		}
	}
	return nil
}

func before(a, b script.Place) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

// counted takes a verdict into the sum.
func (r *checkReport) counted(v rules.Verdict) {
	if r.counts == nil {
		r.counts = map[rules.Action]int{}
	}
	r.counts[v.Action]++
}

// end prints the sum; its error says that something would stop.
func (r *checkReport) end() error {
	switch {
	case r.sarif:
		if err := r.a.printSARIF(r.scan); err != nil {
			return err
		}
	case !r.json && !r.lines:
		fmt.Fprintln(r.a.out, r.sum())
	}
	if r.counts[rules.Hold]+r.counts[rules.Refuse] > 0 {
		return errWouldStop
	}
	return nil
}

// sum is the last line: 7 statements: 5 pass, 1 would be held, 1 would be refused.
func (r *checkReport) sum() string {
	total := 0
	for _, n := range r.counts {
		total += n
	}
	var parts []string
	for _, action := range rules.Actions() {
		switch n := r.counts[action]; {
		case n == 0:
		case action == rules.Allow && n == total:
			parts = append(parts, allPass(n))
		case action == rules.Allow:
			parts = append(parts, wording.Number(uint64(n))+" "+plural(n, "passes", "pass"))
		default:
			parts = append(parts, wording.Number(uint64(n))+" "+sumWord(action, n))
		}
	}
	text := wording.Count(total, "statement")
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	if r.notes > 0 {
		text += "; " + wording.Count(r.notes, "note")
	}
	return text
}

func (r *checkReport) note(name string, n script.Note) error {
	r.notes++
	switch {
	case r.sarif:
		r.scan.note(name, n)
		return nil
	case r.json:
		return r.a.printJSON(checkedNote{File: name, Line: n.Line, Column: n.Column, Note: n.Text})
	}
	_, err := fmt.Fprintf(r.a.out, "%s:%d:%d: note: %s\n\n", inputName(name), n.Line, n.Column, escape(n.Text))
	return err
}

// statement tells of one statement, of which source is what stands in the file,
// unless it passes and nobody asked.
func (r *checkReport) statement(name string, source []byte, f check.Found) error {
	r.counted(f.Verdict)
	switch {
	case r.json:
		c := checkedStatement(name, f)
		c.FileSHA256 = r.sha256
		return r.a.printJSON(c)
	case r.sarif:
		r.scan.add(name, source, f, r.all, r.nowText(f.Verdict))
		return nil
	case f.Verdict.Action == rules.Allow && !r.all:
		return nil
	}
	s, v := r.a.out, f.Verdict
	head := fmt.Sprintf("%s:%d:%d: %s", inputName(name), f.Line, f.Column, s.paint(checkStyle(v.Action), checkWord(v.Action)))
	if v.Reason != "" {
		head += ": " + escape(v.Reason)
	}
	fmt.Fprintln(s, head)
	r.excerpt(source, f)
	if v.Action != rules.Allow {
		r.pair("why", r.whyText(v))
	}
	if now := r.nowText(v); now != "" {
		r.pair("now", now)
	}
	fmt.Fprintln(s)
	return nil
}

// excerpt shows the first line of a statement with a caret where it begins, cut
// to the screen: the rest is in the file.
func (r *checkReport) excerpt(source []byte, f check.Found) {
	s := r.a.out
	line, _, more := strings.Cut(rules.Mask(string(source)), "\n")
	line = escapeLine(strings.TrimRight(line, "\r"))
	if more {
		line += " …"
	}
	head, below := fmt.Sprintf("%5d | ", f.Line), "      | "
	fmt.Fprintln(s, s.paint(dim, head)+cut(line, s.width-cells(head)))
	fmt.Fprintln(s, s.paint(dim, below)+s.paint(checkStyle(f.Verdict.Action), "^"))
}

// pair is a word and a text beside it, folded.
func (r *checkReport) pair(word, text string) {
	const indent = "      "
	for i, line := range fold(escape(text), r.a.out.width-len(indent)-len("why  ")) {
		if i > 0 {
			word = "   "
		}
		fmt.Fprintln(r.a.out, indent+r.a.out.paint(dim, word)+"  "+line)
	}
}
