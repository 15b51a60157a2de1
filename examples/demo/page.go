package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"
)

const (
	maxWidth = 100 // columns; longer lines are hard to follow
	minWidth = 60  // below it nothing could be laid out

	whoAt  = 3 // column where the one who acts stands
	saysAt = 9 // column where what they type, and its answer, stands
)

// page is where the story is printed.
type page struct {
	io.Writer
	terminal bool
	colour   bool
	width    int
}

func newPage(f *os.File) *page {
	p := &page{Writer: f, terminal: term.IsTerminal(int(f.Fd())), width: maxWidth}
	if !p.terminal {
		return p
	}
	p.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" // no-color.org
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		p.width = max(minWidth, min(w, maxWidth))
	}
	return p
}

// line prints a sentence at the margin.
func (p *page) line(format string, args ...any) {
	for _, part := range fold(fmt.Sprintf(format, args...), p.width) {
		fmt.Fprintln(p, part)
	}
}

// title begins a scene.
func (p *page) title(n int, text string) { fmt.Fprintf(p, "\n%d  %s\n", n, p.paint(bold, text)) }

// types is what somebody types.
func (p *page) types(who, text string) {
	for i, part := range fold(text, p.width-saysAt) {
		if i > 0 {
			who = ""
		}
		fmt.Fprintf(p, "%*s%-*s%s\n", whoAt, "", saysAt-whoAt, who, p.paint(bold, part))
	}
}

// prints is what a program answers, word for word.
func (p *page) prints(lines []string) { p.hears("", lines) }

// hears is prints for an answer to somebody who typed a while ago.
func (p *page) hears(who string, lines []string) {
	for _, line := range trim(lines) {
		for _, part := range fold(line, p.width-saysAt) {
			text := fmt.Sprintf("%*s%-*s%s", whoAt, "", saysAt-whoAt, who, p.highlight(part))
			fmt.Fprintln(p, strings.TrimRight(text, " "))
			who = ""
		}
	}
}

// check is the last line of a scene: what was looked at on the server itself,
// and whether it is as it should be.
func (p *page) check(text string, ok bool) {
	word, style := "ok", plain
	if !ok {
		word, style = "FAILED", red
	}
	lines := fold(text, p.width-saysAt-len("  FAILED"))
	last := len(lines) - 1
	for _, line := range lines[:last] {
		fmt.Fprintf(p, "%*s%s\n", saysAt, "", line)
	}
	fmt.Fprintf(p, "%*s%-*s  %s\n", saysAt, "", p.width-saysAt-2-len(word), lines[last], p.paint(style, word))
}

// yourOwn is what to do after the demo.
func (p *page) yourOwn() {
	p.line("Everything was ended and removed. Now your own database, after make build:")
	fmt.Fprintln(p, "  bin/holdfast serve --listen 127.0.0.1:6432 --server postgres://you@localhost/shop")
}

// style is how text stands out where there are colours; nothing depends on it.
// The values are those of ECMA-48, SGR.
type style string

const (
	plain  style = ""
	bold   style = "1"
	red    style = "31" // refused, failed
	yellow style = "33" // held
)

func (p *page) paint(st style, text string) string {
	if !p.colour || st == plain || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}

var (
	heldWord  = regexp.MustCompile(`\bheld\b`)
	errorWord = regexp.MustCompile(`^ERROR:|^holdfast: not approved:`)
)

// highlight colours the words that tell how it stands.
func (p *page) highlight(line string) string {
	line = errorWord.ReplaceAllStringFunc(line, func(s string) string { return p.paint(red, s) })
	return heldWord.ReplaceAllStringFunc(line, func(s string) string { return p.paint(yellow, s) })
}

// trim takes empty lines off both ends.
func trim(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// fold breaks a line into parts of at most n columns, at blanks where it can. The
// demo prints ASCII only, so that a byte is a column.
func fold(line string, n int) (parts []string) {
	line = strings.TrimRight(line, " ")
	for len(line) > n {
		at := strings.LastIndexByte(line[:n+1], ' ')
		if at <= 0 {
			at = n
		}
		parts = append(parts, strings.TrimRight(line[:at], " "))
		line = strings.TrimLeft(line[at:], " ")
	}
	return append(parts, line)
}
