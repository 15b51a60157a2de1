package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// looking is what volume was asked for.
type looking struct {
	table  string
	span   time.Duration
	asJSON bool
}

// volume prints what was deleted from each table, or from those of one name by actor.
func (a *app) volume(cmd *cobra.Command, l looking) error {
	if l.span < time.Hour || l.span > alert.CountsKept {
		return misused(fmt.Sprintf("--last is %v; write a time from 1h to %dh", l.span, int(alert.CountsKept.Hours())))
	}
	to := a.now().UTC()
	v, err := a.client().Volume(cmd.Context(), to.Add(-l.span), to)
	if err != nil {
		return a.unreachable(err)
	}
	if l.table != "" {
		v.Tables = slices.DeleteFunc(v.Tables, func(t console.VolumeTable) bool { return t.Table != l.table && "public."+t.Table != l.table })
		if len(v.Tables) == 0 {
			return failed(fmt.Sprintf("nothing was deleted from or updated in a table %s in the last %s", quote(l.table), spanText(l.span)),
				"All tables: holdfast volume")
		}
	}
	switch {
	case l.table == "" && l.asJSON:
		return a.printJSON(v)
	case l.table == "":
		a.printVolume(v, l.span)
		return nil
	}
	for i, t := range v.Tables {
		if err := a.oneTable(cmd, v, t, l, i > 0); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) oneTable(cmd *cobra.Command, v console.Volume, t console.VolumeTable, l looking, gap bool) error {
	of := alert.SeriesOf{Host: t.Host, Database: t.Database, Table: t.Table, From: v.From, To: v.To, Step: stepOf(l.span)}
	s, err := a.client().Series(cmd.Context(), of)
	if err != nil {
		return a.unreachable(err)
	}
	if l.asJSON {
		return a.printJSON(struct {
			console.VolumeTable
			Series console.Series `json:"series"`
		}{t, s})
	}
	if gap {
		fmt.Fprintln(a.out)
	}
	a.printTable(t, s, l.span)
	return nil
}

// stepOf divides a span into steps of whole minutes, as many as Tables has.
func stepOf(span time.Duration) time.Duration {
	return max((span / alert.TableSteps).Truncate(time.Minute), time.Minute)
}

func (a *app) printVolume(v console.Volume, span time.Duration) {
	if len(v.Tables) == 0 {
		fmt.Fprintf(a.out, "Nothing was deleted or updated through holdfast in the last %s.\n", spanText(span))
		return
	}
	fmt.Fprintf(a.out, "Rows deleted in the last %s, the most first\n\n", spanText(span))
	var rows [][]string
	for _, t := range v.Tables {
		rows = append(rows, []string{
			escape(t.Host), escape(t.Database), tableText(t.Table), wording.Number(uint64(max(t.Deleted, 0))), usualUpTo(t.Usual), wording.Number(uint64(max(t.Updated, 0))),
			strings.Join(t.Alerts, " "), sparkline(t.Steps),
		})
	}
	a.out.table([]column{{head: "HOST", most: 16}, {head: "DATABASE", most: 16}, {head: "TABLE", style: bold, most: 24}, {head: "DELETED", right: true},
		{head: "USUAL", style: dim, right: true}, {head: "UPDATED", right: true}, {head: "ALERTS", most: 17},
		{head: "OVER TIME", fit: func(row, width int) string { return sparkline(squeezed(v.Tables[row].Steps, width)) }}}, rows)
}

// squeezed is values in at most n sums, so that the newest is seen on a narrow screen, too.
func squeezed(values []float64, n int) []float64 {
	if len(values) <= n {
		return values
	}
	sums := make([]float64, n)
	for i, v := range values {
		sums[i*n/len(values)] += v
	}
	return sums
}

// spanText is how far back a look goes: "24 hours", "7 days".
func spanText(span time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case span > day && span%day == 0:
		return wording.Count(int(span/day), "day")
	case span > time.Hour && span%time.Hour == 0:
		return wording.Count(int(span/time.Hour), "hour")
	}
	return wording.Took(span)
}

// usualUpTo is the upper end of what is usual.
func usualUpTo(usual *float64) string {
	if usual == nil {
		return "learning"
	}
	return wording.Number(uint64(max(math.Ceil(*usual), 0)))
}

func (a *app) printTable(t console.VolumeTable, s console.Series, span time.Duration) {
	fmt.Fprintf(a.out, "%s  %s / %s\n\n", a.out.paint(bold, tableText(t.Table)), escape(t.Host), escape(t.Database))
	text := fmt.Sprintf("%s deleted in the last %s", wording.Count(int(t.Deleted), "row"), spanText(span))
	if t.Usual != nil {
		text += ", usual are up to " + usualUpTo(t.Usual)
	}
	if t.Updated > 0 {
		text += "; " + wording.Count(int(t.Updated), "row") + " updated"
	}
	if t.Rows > 0 {
		text += "; the table has about " + wording.Number(uint64(t.Rows))
	}
	a.paragraph(text + ".")
	if len(s.Actors) > 0 {
		fmt.Fprintln(a.out)
	}
	var rows [][]string
	for _, l := range s.Actors {
		sum := 0.0
		for _, n := range l.Deleted {
			sum += n
		}
		if sum > 0 {
			rows = append(rows, []string{escape(lineName(l)), wording.Number(uint64(math.Round(sum))), sparkline(l.Deleted)})
		}
	}
	if len(rows) > 0 {
		a.out.table([]column{{head: "ACTOR", most: 40}, {head: "DELETED", right: true}, {head: "OVER TIME"}}, rows)
	}
	if len(s.Lost)+len(s.Alerts) > 0 {
		fmt.Fprintln(a.out)
	}
	for _, l := range s.Lost {
		a.paragraph(fmt.Sprintf("Not counted: %s to %s.", clock(a.now(), l.From), clock(a.now(), l.To)))
	}
	for _, one := range s.Alerts {
		a.paragraph(fmt.Sprintf("%s, %s since %s: %s", one.ID, a.alertState(one), clock(a.now(), one.Since), one.Reason))
	}
}

func lineName(l console.Line) string {
	switch {
	case l.User == "":
		return l.Application
	case l.Application == "":
		return l.User
	}
	return l.User + "/" + l.Application
}

// bars are the heights of a sparkline, from nothing to the most.
var bars = []rune("▁▂▃▄▅▆▇█")

// sparkline is numbers as a line of bars; where there is nothing, a dot.
func sparkline(values []float64) string {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	var b strings.Builder
	for _, v := range values {
		if !(v > 0) {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(bars[min(int(v/most*float64(len(bars))), len(bars)-1)])
	}
	return b.String()
}
