package main

import (
	"fmt"
	"strings"
)

// column is one column of a table.
type column struct {
	head  string
	style style
	right bool // numbers and times
	most  int  // columns at most; 0 is no bound. The last column takes what is left.
}

// table prints rows of escaped text below dim headings, two blanks between
// columns. The last column is cut to the width of the screen.
func (s *screen) table(columns []column, rows [][]string) {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = cells(c.head)
		for _, r := range rows {
			widths[i] = max(widths[i], cells(r[i]))
		}
		if c.most > 0 {
			widths[i] = min(widths[i], max(c.most, cells(c.head)))
		}
	}
	last := len(widths) - 1
	used := 0
	for _, w := range widths[:last] {
		used += w + 2
	}
	widths[last] = max(min(widths[last], s.width-used), cells(columns[last].head))

	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	fmt.Fprintln(s, s.paint(dim, strings.TrimRight(s.row(columns, widths, heads, false), " ")))
	for _, r := range rows {
		fmt.Fprintln(s, strings.TrimRight(s.row(columns, widths, r, true), " "))
	}
}

func (s *screen) row(columns []column, widths []int, values []string, painted bool) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString("  ")
		}
		text := cut(values[i], widths[i])
		fill := strings.Repeat(" ", widths[i]-cells(text))
		if painted {
			text = s.paint(c.style, text)
		}
		if c.right {
			text = fill + text
		} else {
			text += fill
		}
		b.WriteString(text)
	}
	return b.String()
}
