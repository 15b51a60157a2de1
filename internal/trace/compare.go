package trace

import (
	"fmt"
	"strings"
)

// context is how many equal lines are shown before the first that differs.
const context = 3

// Difference is where two traces part: the first line of each that the other has
// not, which is -1 when there is none left, and the lines before it.
type Difference struct {
	A, B   int // index of the line in what was compared
	Line   [2]string
	Before []string // of the first trace, the last is nearest
}

// Compare finds the first difference of two lists of messages, each as Describe
// wrote it. Nil says that they are equal but for what is ignored.
func Compare(a, b []string, ignore ...Ignore) *Difference {
	i, j := 0, 0
	var before []string
	for {
		one, left := next(a, &i, ignore)
		two, right := next(b, &j, ignore)
		if left != right || one != two {
			return difference(a, b, i, j, before)
		}
		if !left {
			return nil
		}
		before = append(before, a[i])
		before = before[max(0, len(before)-context):]
		i++
		j++
	}
}

// next moves i to the next line that is not ignored and gives what is compared of
// it; ok is false at the end.
func next(lines []string, i *int, ignore []Ignore) (text string, ok bool) {
	for ; *i < len(lines); *i++ {
		if text, ok = without(lines[*i], ignore); ok {
			return text, true
		}
	}
	return "", false
}

func difference(a, b []string, i, j int, before []string) *Difference {
	d := &Difference{A: -1, B: -1, Before: before}
	if i < len(a) {
		d.A, d.Line[0] = i, a[i]
	}
	if j < len(b) {
		d.B, d.Line[1] = j, b[j]
	}
	return d
}

// Print shows the difference of two traces that have these names.
func (d *Difference) Print(a, b string) string {
	var text strings.Builder
	width := max(len(a), len(b), len("both"))
	for _, line := range d.Before {
		fmt.Fprintf(&text, "  %-*s  %s\n", width, "both", line)
	}
	for i, name := range []string{a, b} {
		at, line := []int{d.A, d.B}[i], d.Line[i]
		if at < 0 {
			line = "(ends here)"
		}
		fmt.Fprintf(&text, "  %-*s  %s\n", width, name, line)
	}
	return text.String()
}
