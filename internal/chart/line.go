package chart

import (
	"strconv"
	"strings"
)

// Line is a small chart of a line in a list, as data of two SVG paths (SVG 1.1, 8.3)
// in a box of Width by Height: the page's own style sheet colours them, so that one
// drawing is right in light and dark. A path of nothing is empty.
type Line struct {
	Width, Height int
	Others, Actor string
}

// Line draws the rows of v without axes, words, band and marks. Without steps it is
// empty.
func (v Volume) Line(width, tall int) Line {
	l := Line{Width: width, Height: tall}
	if v.check() != nil {
		return l
	}
	var others, actor path
	high := float64(tall)
	scale := high / (1.05 * v.most())
	step := float64(width) / float64(len(v.Others))
	for i := range v.Others {
		x := float64(i) * step
		loud, quiet := v.rows(i)
		others.bar(x+step/8, 3*step/4, high, scale*quiet)
		actor.bar(x+step/8, 3*step/4, high-scale*quiet, scale*loud)
	}
	l.Others, l.Actor = others.String(), actor.String()
	return l
}

// path is the data of one path.
type path struct{ strings.Builder }

// bar adds a rectangle that stands on a line. One row is seen beside thousands.
func (p *path) bar(x, width, bottom, high float64) {
	if high <= 0 {
		return
	}
	high = max(high, leastBar)
	p.WriteString("M" + tenth(x) + " " + tenth(bottom) + "v" + tenth(-high) + "h" + tenth(width) + "v" + tenth(high) + "z")
}

// tenth is a length, to a tenth of a pixel.
func tenth(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
