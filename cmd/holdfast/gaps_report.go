package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/gaps"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// gapsListed is how many gaps are listed without --all: a screen full.
const gapsListed = 20

// largest keeps the largest gaps of any number of them.
type largest struct {
	most int
	kept []gaps.Gap
	left uint64 // gaps that are not kept
}

// take is an Options.Each.
func (l *largest) take(g gaps.Gap) error {
	if len(l.kept) < l.most {
		l.kept = append(l.kept, g)
		return nil
	}
	l.left++
	least := 0
	for i := range l.kept {
		if l.kept[i].Missing < l.kept[least].Missing {
			least = i
		}
	}
	if g.Missing > l.kept[least].Missing {
		l.kept[least] = g
	}
	return nil
}

// inOrder are the gaps that were kept, ids ascending. Which of many single ids were
// kept is chance, so they are left out beside larger gaps.
func (l *largest) inOrder() []gaps.Gap {
	single := func(g gaps.Gap) bool { return g.Missing == 1 }
	if l.left > 0 && !allOf(l.kept, single) {
		l.kept = slices.DeleteFunc(l.kept, single)
	}
	slices.SortFunc(l.kept, func(a, b gaps.Gap) int { return cmp.Compare(a.From, b.From) })
	return l.kept
}

func allOf(list []gaps.Gap, is func(gaps.Gap) bool) bool {
	return !slices.ContainsFunc(list, func(g gaps.Gap) bool { return !is(g) })
}

// printGap prints one of many as soon as it was found.
func (a *app) printGap(g gaps.Gap) error {
	_, err := fmt.Fprintf(a.out, "%19d  %19d  %9s  %-6s  %s\n", g.From, g.To, wording.Number(g.Missing), g.Kind, gapMade(g))
	return err
}

// printGaps prints the list, unless all were printed already, and what they come to.
func (a *app) printGaps(s gaps.Summary, listed []gaps.Gap) {
	if len(listed) > 0 {
		rows := make([][]string, len(listed))
		for i, g := range listed {
			rows[i] = []string{strconv.FormatInt(g.From, 10), strconv.FormatInt(g.To, 10), wording.Number(g.Missing), string(g.Kind), gapMade(g)}
		}
		a.out.table([]column{{head: "FROM", right: true}, {head: "TO", right: true}, {head: "MISSING", right: true}, {head: "GAP"}, {head: "MADE", style: dim}}, rows)
		if left := gapsBeside(s) - uint64(len(listed)); left > 0 {
			fmt.Fprintf(a.out, "The largest ones. For the other %s add --all.\n", wording.Number(left))
		}
		fmt.Fprintln(a.out)
	}
	a.paragraph(gapsTotal(s))
	for _, line := range gapsMeaning(s) {
		fmt.Fprintln(a.out)
		a.paragraph(line)
	}
}

// gapsBeside is how many gaps there are, those at the ends included.
func gapsBeside(s gaps.Summary) uint64 {
	n := s.Gaps
	for _, end := range []*gaps.Gap{s.Head, s.Tail} {
		if end != nil {
			n++
		}
	}
	return n
}

// gapMade is between when the missing rows were made.
func gapMade(g gaps.Gap) string {
	switch after, before := g.MadeAfter, g.MadeBefore; {
	case after != nil && before != nil:
		return momentText(*after) + " to " + momentText(*before)
	case after != nil:
		return "after " + momentText(*after)
	case before != nil:
		return "before " + momentText(*before)
	}
	return "not known"
}

// momentText has whole seconds, and UTC where the column has a zone.
func momentText(m gaps.Moment) string {
	text := m.At.Format(time.DateTime)
	if m.Zoned {
		return text + "Z"
	}
	return text
}

// gapsTotal says what is missing of what.
func gapsTotal(s gaps.Summary) string {
	what := fmt.Sprintf("%s, column %s", s.Table, s.Column)
	if s.Sequence != nil {
		what += ", filled by " + s.Sequence.Name
	}
	if s.First == nil {
		return what + ": the table is empty."
	}
	what += fmt.Sprintf(": %s with ids from %d to %d.", countOf(s.Rows, "row"), *s.First, *s.Last)
	if s.Gaps == 0 {
		return what + " None is missing between them."
	}
	return fmt.Sprintf("%s Between them %s missing, %s, in %s.", what, are(s.Missing, "id"), percent(s.Share()), countOf(s.Gaps, "gap"))
}

func are(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return wording.Number(n) + " " + noun + "s are"
}

func percent(share float64) string {
	if share > 0 && share < 0.001 {
		return "less than 0.1 %"
	}
	return strings.TrimSuffix(strconv.FormatFloat(share*100, 'f', 1, 64), ".0") + " %"
}
