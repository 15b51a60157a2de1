package main

// style is how a piece of text stands out on a terminal that has colours;
// nothing depends on it. The values are those of ECMA-48, SGR.
type style string

// The styles of ui/terminal.md.
const (
	plain  style = ""
	bold   style = "1"  // ids in lists
	dim    style = "2"  // headings, rules, times
	red    style = "31" // production, refused, data that goes
	yellow style = "33" // held
)

// paint puts text that was measured and padded already in a style.
func (s *screen) paint(st style, text string) string {
	if !s.colour || st == plain || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}
