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

	// fit writes the value of a row, counted from 0, in so many columns, where it is
	// wider; nil cuts it.
	fit func(row, width int) string
}

const (
	// lastLeast is what the last column gets where others can give way: the beginning of
	// a statement, or of a reason.
	lastLeast = 16

	// giveWay is how narrow a column with a bound becomes for that: names are still told
	// apart.
	giveWay = 10
)

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
	s.narrow(columns, widths)

	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	fmt.Fprintln(s, s.paint(dim, strings.TrimRight(s.row(columns, widths, heads, headRow), " ")))
	for i, r := range rows {
		fmt.Fprintln(s, strings.TrimRight(s.row(columns, widths, r, i), " "))
	}
}

// narrow makes widths fit the screen: the last column takes what is left, and the widest
// of those with a bound give way until that is enough to read.
func (s *screen) narrow(columns []column, widths []int) {
	last := len(widths) - 1
	least := cells(columns[last].head)
	if columns[last].fit == nil {
		least = max(min(widths[last], lastLeast), least)
	}
	left := max(s.width, s.tables)
	for _, w := range widths[:last] {
		left -= w + 2
	}
	for left < least {
		widest := -1
		for i, c := range columns[:last] {
			if c.most > 0 && widths[i] > max(giveWay, cells(c.head)) && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		left++
	}
	widths[last] = max(min(widths[last], left), cells(columns[last].head))
}

// headRow is the index of the row of the heads of columns.
const headRow = -1

// row is one row, of that index among the rows.
func (s *screen) row(columns []column, widths []int, values []string, index int) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString("  ")
		}
		text := cut(values[i], widths[i])
		if c.fit != nil && index != headRow && cells(values[i]) > widths[i] {
			text = c.fit(index, widths[i])
		}
		fill := strings.Repeat(" ", widths[i]-cells(text))
		if index != headRow {
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
