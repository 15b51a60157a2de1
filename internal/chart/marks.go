package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	markSize = 5 // pixels, half of a mark's width
	hatch    = 6 // pixels between the lines of a hatching
	apart    = 6 // pixels between a mark and its words, and between words
)

// marks draws alerts: a dotted line, a triangle over the chart and its words beside
// it, left of it where there is room. Words that would lie on others are left out:
// the page lists every alert.
func (l layers) marks(c draw.Canvas, x, y func(float64) vg.Length, p *plot.Plot) {
	words := draw.TextStyle{Color: l.c.ink, Font: label(), Handler: text.Plain{Fonts: plot.DefaultTextHandler.Cache()}}
	dots := draw.LineStyle{Color: l.c.ink, Width: 1, Dashes: []vg.Length{1, 3}}
	top := y(p.Y.Max)
	taken := c.Min.X - apart // up to where words lie
	for i, m := range l.v.Marks {
		at := l.v.at(m.At)
		if at < 0 || at > float64(len(l.v.Others)) {
			continue
		}
		m.Label = shown(m.Label)
		middle := x(at)
		c.StrokeLine2(dots, middle, y(0), middle, top)
		l.triangle(c, middle, top+apart, m.Open)
		width := words.Width(m.Label)
		left := middle - markSize - apart - width
		if left < taken+apart {
			left = middle + markSize + apart
		}
		if next := l.after(i, x); m.Label == "" || left < taken+apart || left+width > c.Max.X || left < middle && left+width > middle || left > middle && left+width > next {
			taken = max(taken, middle+markSize)
			continue
		}
		c.FillText(words, vg.Point{X: left, Y: top + apart - 1}, m.Label)
		taken = max(left+width, middle+markSize)
	}
}

// shown is a label without what moves or hides text and without what no XML may have:
// names in it come from strangers.
func shown(label string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, label)
}

// after is where the next mark begins.
func (l layers) after(i int, x func(float64) vg.Length) vg.Length {
	if i+1 < len(l.v.Marks) {
		return x(l.v.at(l.v.Marks[i+1].At)) - markSize - apart
	}
	return x(float64(len(l.v.Others)))
}

func (l layers) triangle(c draw.Canvas, x, y vg.Length, open bool) {
	corners := []vg.Point{{X: x - markSize, Y: y}, {X: x + markSize, Y: y}, {X: x, Y: y + 2*markSize - 1}}
	if open {
		c.FillPolygon(l.c.loud, corners)
		return
	}
	c.FillPolygon(l.c.page, corners)
	c.StrokeLines(draw.LineStyle{Color: l.c.text, Width: 1.5}, append(corners, corners[0]))
}

// lost hatches times whose counts are lost: nothing there is not the same as
// nothing deleted.
func (l layers) lost(c draw.Canvas, x, y func(float64) vg.Length, p *plot.Plot) {
	line := draw.LineStyle{Color: l.c.edge, Width: 0.75}
	top := y(p.Y.Max)
	for _, span := range l.v.Lost {
		left := max(x(max(l.v.at(span.From), 0)), c.Min.X)
		right := min(x(min(l.v.at(span.To), float64(len(l.v.Others)))), c.Max.X)
		for bottom := y(0); right > left && bottom < top; bottom += hatch {
			rise := min(right-left, top-bottom)
			c.StrokeLine2(line, left, bottom, left+rise, bottom+rise)
		}
	}
}
