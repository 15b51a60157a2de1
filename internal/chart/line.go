package chart

import (
	"strconv"
	"strings"
)

// Line is a small chart of a line in a list, as data of three SVG paths (SVG 1.1, 8.3)
// in a box of Width by Height: the page's own style sheet colours them, so that one
// drawing is right in light and dark. A path of nothing is empty.
type Line struct {
	Width, Height        int
	Usual, Others, Actor string
}

// Line draws v without axes, words and marks. Without steps it is empty.
func (v Volume) Line(width, tall int) Line {
	l := Line{Width: width, Height: tall}
	if v.check() != nil {
		return l
	}
	var usual, others, actor path
	high := float64(tall)
	scale := high / (1.05 * v.most())
	step := float64(width) / float64(len(v.Others))
	for i := range v.Others {
		x := float64(i) * step
		if v.Usual != nil {
			usual.bar(x, step, high, scale*height(v.Usual[i]))
		}
		loud, quiet := v.rows(i)
		least := func(rows float64) float64 {
			if rows == 0 {
				return 0
			}
			return max(scale*rows, leastBar)
		}
		others.bar(x+step/8, 3*step/4, high, least(quiet))
		actor.bar(x+step/8, 3*step/4, high-scale*quiet, least(loud))
	}
	l.Usual, l.Others, l.Actor = usual.String(), others.String(), actor.String()
	return l
}

// path is the data of one path.
type path struct{ strings.Builder }

// bar adds a rectangle that stands on a line.
func (p *path) bar(x, width, bottom, high float64) {
	if high <= 0 {
		return
	}
	p.WriteString("M" + tenth(x) + " " + tenth(bottom) + "v" + tenth(-high) + "h" + tenth(width) + "v" + tenth(high) + "z")
}

// tenth is a length, to a tenth of a pixel.
func tenth(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
