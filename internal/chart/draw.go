package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"image/color"
	"regexp"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// fontSize is that of labels in the console, in pixels.
const fontSize = 12

// SVG draws v as a picture of its own. A pixel of the style is a unit of it.
func (v Volume) SVG(s Style) ([]byte, error) {
	s = s.withDefaults()
	canvas := vgsvg.New(vg.Length(s.Width), vg.Length(s.Height))
	if err := v.draw(s, canvas); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("writing a chart: %w", err)
	}
	return titled(fitted(out.Bytes()), v.Title)
}

var words = regexp.MustCompile(`<text ([^>]*)>([^<]*)</text>`)

// fitted says of every text how wide it was taken for and which fonts do (SVG 1.1,
// 10.4, textLength): where Liberation Sans and its likes are missing, another font must
// not run into what stands beside it.
func fitted(svg []byte) []byte {
	style := draw.TextStyle{Font: label(), Handler: text.Plain{Fonts: plot.DefaultTextHandler.Cache()}}
	svg = words.ReplaceAllFunc(svg, func(all []byte) []byte {
		parts := words.FindSubmatch(all)
		width := style.Width(html.UnescapeString(string(parts[2])))
		return fmt.Appendf(nil, `<text textLength="%.1f" lengthAdjust="spacingAndGlyphs" %s>%s</text>`, width.Points(), parts[1], parts[2])
	})
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}

// PNG draws v with the colour of the page behind it.
func (v Volume) PNG(s Style) ([]byte, error) {
	s = s.withDefaults()
	canvas := vgimg.NewWith(
		vgimg.UseWH(vg.Length(s.Width), vg.Length(s.Height)),
		vgimg.UseDPI(int(vg.Inch)*s.Scale), vgimg.UseBackgroundColor(s.colours().page))
	if err := v.draw(s, canvas); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&out); err != nil {
		return nil, fmt.Errorf("writing a chart: %w", err)
	}
	return out.Bytes(), nil
}

// titled puts the words for those who do not see it into an SVG.
func titled(svg []byte, title string) ([]byte, error) {
	if title == "" {
		return svg, nil
	}
	head := bytes.Index(svg, []byte("<svg"))
	if head < 0 {
		return nil, fmt.Errorf("writing a chart: the drawing has no svg element")
	}
	end := head + bytes.IndexByte(svg[head:], '>') + 1
	var words bytes.Buffer
	words.WriteString("\n<title>")
	if err := xml.EscapeText(&words, []byte(title)); err != nil {
		return nil, fmt.Errorf("writing the title of a chart: %w", err)
	}
	words.WriteString("</title>")
	return append(append(append([]byte{}, svg[:end]...), words.Bytes()...), svg[end:]...), nil
}

func (v Volume) draw(s Style, canvas vg.CanvasSizer) error {
	if err := v.check(); err != nil {
		return err
	}
	c := s.colours()
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = 0, float64(len(v.Others))
	p.Y.Min, p.Y.Max = 0, v.most()
	v.axes(p, c)
	p.Y.Max = p.Y.Tick.Marker.(rowTicks).top
	p.Add(layers{v, c})
	p.Draw(draw.Crop(draw.New(canvas), 0, -vg.Length(rightEdge), 0, -vg.Length(headRoom)))
	return nil
}

const (
	axisGap   = 6  // pixels between an axis and its words
	rightEdge = 8  // pixels, for half of the last label
	headRoom  = 24 // pixels above the chart, for the marks and their labels
)

func (v Volume) axes(p *plot.Plot, c colours) {
	p.X.Padding, p.Y.Padding = vg.Length(axisGap), vg.Length(axisGap)
	p.X.Tick.Marker = dayTicks{v}
	p.Y.Tick.Marker = newRowTicks(v.most())
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.LineStyle.Width = 0
		axis.Tick.LineStyle.Width = 0
		axis.Tick.Length = vg.Length(4)
		axis.Tick.Label.Color = c.text
		axis.Tick.Label.Font = label()
	}
}

func label() font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(fontSize)}
}

// layers is the chart itself: grid, band, bars, marks, in this order.
type layers struct {
	v Volume
	c colours
}

// Plot implements plot.Plotter.
func (l layers) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	l.grid(c, p, y)
	l.lost(c, x, y, p)
	l.usual(c, x, y)
	l.bars(c, x, y)
	l.marks(c, x, y, p)
}

func (l layers) grid(c draw.Canvas, p *plot.Plot, y func(float64) vg.Length) {
	line := draw.LineStyle{Color: l.c.grid, Width: 1}
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		c.StrokeLine2(line, c.Min.X, y(tick.Value), c.Max.X, y(tick.Value))
	}
}

// usual is a step for each value: what is usual holds for an hour as a whole.
func (l layers) usual(c draw.Canvas, x, y func(float64) vg.Length) {
	edge := draw.LineStyle{Color: l.c.edge, Width: 1, Dashes: []vg.Length{3, 3}}
	var line []vg.Point
	end := func() {
		if len(line) > 1 {
			c.StrokeLines(edge, line)
		}
		line = nil
	}
	for i, most := range l.v.Usual {
		if height(most) == 0 {
			end()
			continue
		}
		left, right, top := x(float64(i)), x(float64(i+1)), y(most)
		c.FillPolygon(l.c.band, []vg.Point{{X: left, Y: y(0)}, {X: left, Y: top}, {X: right, Y: top}, {X: right, Y: y(0)}})
		line = append(line, vg.Point{X: left, Y: top}, vg.Point{X: right, Y: top})
	}
	end()
}

func (l layers) bars(c draw.Canvas, x, y func(float64) vg.Length) {
	for i := range l.v.Others {
		actor, others := l.v.rows(i)
		left, right := x(float64(i)), x(float64(i+1))
		if gap := (right - left) / 5; gap > 0.4 {
			left, right = left+gap/2, right-gap/2
		}
		l.bar(c, l.c.bar, left, right, y(0), y(others))
		l.bar(c, l.c.loud, left, right, y(others), y(others+actor))
	}
}

// leastBar is how high the smallest bar is, in pixels: one row must be seen beside
// thousands.
const leastBar = 1.5

func (l layers) bar(c draw.Canvas, of color.Color, left, right, from, to vg.Length) {
	if to <= from {
		return
	}
	to = max(to, from+leastBar)
	c.FillPolygon(of, []vg.Point{{X: left, Y: from}, {X: left, Y: to}, {X: right, Y: to}, {X: right, Y: from}})
}
