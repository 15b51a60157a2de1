package chart

import (
	"bytes"
	"encoding/xml"
	"flag"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var keep = flag.String("chart.keep", "", "folder for the pictures of the tests, to look at")

// week is seven days of hours with a job at night, office hours, and an actor who
// begins on the last evening.
func week() Volume {
	from := time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)
	v := Volume{From: from, Step: time.Hour, Title: `Rows deleted from "a<b" per hour`}
	for h := range 7 * 24 {
		hour := float64(h % 24)
		bell := 700 * math.Exp(-(hour-13)*(hour-13)/18)
		v.Others = append(v.Others, 60+bell*0.8)
		v.Usual = append(v.Usual, 130+bell)
		actor := 0.0
		if h >= 6*24+18 {
			actor = 2000 + 200*float64(h-6*24-18)
		}
		v.Actor = append(v.Actor, actor)
	}
	v.Marks = []Mark{
		{At: from.Add(9 * time.Hour), Label: "x<y\x00\u202e\xff"},
		{At: from.Add(86 * time.Hour), Label: "Fri 14:22, ana, acknowledged"},
		{At: from.Add((6*24 + 18) * time.Hour), Label: "Mon 18:00, cleanup-worker", Open: true},
	}
	v.Lost = []Span{{from.Add(40 * time.Hour), from.Add(44 * time.Hour)}}
	return v
}

func show(t *testing.T, name string, content []byte) {
	t.Helper()
	if *keep == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*keep, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSVGIsXMLWithItsWords(t *testing.T) {
	for name, style := range map[string]Style{
		"light": {}, "dark": {Dark: true}, "phone": {Width: 358, Height: 220},
	} {
		svg, err := week().SVG(style)
		if err != nil {
			t.Fatal(err)
		}
		show(t, name+".svg", svg)
		if all, fits := bytes.Count(svg, []byte("<text ")), bytes.Count(svg, []byte("<text textLength=")); all == 0 || fits != all {
			t.Errorf("%s: %d of %d texts keep their width in another font", name, fits, all)
		}
		words := texts(t, svg)
		if !strings.Contains(words, `Rows deleted from "a<b" per hour`) {
			t.Errorf("%s: its title is not in %q", name, words)
		}
		for _, want := range []string{"Mon 18:00, cleanup-worker", "4,000", "Tue 17", "x<y\ufffd\ufffd\ufffd"} {
			if name != "phone" && !strings.Contains(words, want) {
				t.Errorf("%s: %q is not in %q", name, want, words)
			}
		}
	}
}

// texts reads the whole document, so that what is no XML is found.
func texts(t *testing.T, svg []byte) string {
	t.Helper()
	var words strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return words.String()
		}
		if err != nil {
			t.Fatalf("the SVG is no XML: %v", err)
		}
		if text, ok := token.(xml.CharData); ok {
			words.Write(text)
			words.WriteByte(' ')
		}
	}
}

// TestRedIsOnlyTheActors compares pixels: red is for rows of an alert, and for
// nothing else.
func TestRedIsOnlyTheActors(t *testing.T) {
	v := week()
	red := func(v Volume) (count int) {
		content, err := v.PNG(Style{Scale: 1})
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if size := picture.Bounds().Size(); size.X != DefaultWidth || size.Y != DefaultHeight {
			t.Errorf("the picture is %v", size)
		}
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				if color.NRGBAModel.Convert(picture.At(x, y)) == light.loud {
					count++
				}
			}
		}
		return count
	}
	with := red(v)
	for name, style := range map[string]Style{"page.png": {}, "dark.png": {Dark: true}, "phone.png": {Width: 358, Height: 220}} {
		content, err := v.PNG(style)
		if err != nil {
			t.Fatal(err)
		}
		show(t, name, content)
	}
	v.Marks, v.Actor = nil, nil
	if without := red(v); with < 500 || without != 0 {
		t.Errorf("%d red pixels with an alert, %d without", with, without)
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	hour := Volume{Step: time.Hour, Others: []float64{1}}
	for name, change := range map[string]func(*Volume){
		"no step":      func(v *Volume) { v.Step = 0 },
		"nothing":      func(v *Volume) { v.Others = nil },
		"too many":     func(v *Volume) { v.Others = make([]float64, maxSteps+1) },
		"short actor":  func(v *Volume) { v.Actor = []float64{} },
		"longer usual": func(v *Volume) { v.Usual = []float64{1, 2} },
	} {
		v := hour
		change(&v)
		if _, err := v.SVG(Style{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestOddNumbers: what no axis can show is drawn as nothing.
func TestOddNumbers(t *testing.T) {
	v := Volume{
		Step: time.Minute, Others: []float64{math.NaN(), -5, math.Inf(1), 0}, Actor: []float64{0, 0, 0, 0},
		Usual: []float64{math.NaN(), -1, 3, math.Inf(1)},
	}
	for _, s := range []Style{{}, {Width: 1, Height: 1}, {Width: 1 << 20, Height: -4, Scale: 99}} {
		svg, err := v.SVG(s)
		if err != nil || bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
			t.Errorf("%+v: %v, %.200s", s, err, svg)
		}
	}
}

// TestLine: a line of a list stays in its box, shows one row beside thousands, and
// keeps the actor apart.
func TestLine(t *testing.T) {
	v := Volume{Step: time.Hour, Others: []float64{1000, 1, 0, math.NaN()}, Actor: []float64{0, 0, 500, 0}}
	l := v.Line(40, 28)
	if bars := strings.Count(l.Others, "M"); bars != 2 {
		t.Errorf("%d bars of others in %q, want 2", bars, l.Others)
	}
	if !strings.Contains(l.Others, "v-1.5h") {
		t.Errorf("one row is not seen in %q", l.Others)
	}
	if l.Actor != "M21.2 28.0v-13.3h7.5v13.3z" {
		t.Errorf("the actor is %q", l.Actor)
	}
	if l := (Volume{}).Line(40, 28); l.Others != "" || l.Width != 40 {
		t.Errorf("of nothing: %+v", l)
	}
}

func TestRowTicksAreRoundAndFew(t *testing.T) {
	for _, most := range []float64{1, 2, 3, 7, 10, 42, 99, 770, 3370, 30000, 123456, 9e9} {
		r := newRowTicks(most)
		ticks := r.Ticks(0, 0)
		if len(ticks) < 2 || len(ticks) > 7 || r.top < most || r.top > 2*most+1 {
			t.Errorf("%v: %d ticks up to %v", most, len(ticks), r.top)
		}
	}
}

func TestDaysWhenTheClockChanges(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	v := Volume{From: time.Date(2026, 10, 22, 0, 0, 0, 0, berlin), Step: time.Hour, Zone: berlin, Others: make([]float64, 7*24)}
	var names []string
	for _, tick := range (dayTicks{v}).Ticks(0, 7*24) {
		names = append(names, tick.Label)
	}
	if got := strings.Join(names, ", "); got != "Thu 22, Fri 23, Sat 24, Sun 25, Mon 26, Tue 27, Wed 28" {
		t.Error(got)
	}
}

func BenchmarkSVG(b *testing.B) {
	v := week()
	for b.Loop() {
		if _, err := v.SVG(Style{}); err != nil {
			b.Fatal(err)
		}
	}
}
