package chart

import "image/color"

// Style is how large a chart is, and its colours. The zero value is a light chart
// of a page's width.
type Style struct {
	Width, Height int // pixels; 0 is DefaultWidth and DefaultHeight

	Dark bool

	// Scale is how many dots a pixel of a PNG has; 0 is 2, for dense screens.
	Scale int
}

// The size of a chart that fills the column of a page.
const (
	DefaultWidth  = 1112
	DefaultHeight = 272
)

// The bounds of what a caller may ask for: a chart is made for whoever asks.
const (
	maxSide   = 4000
	minWidth  = 160
	minHeight = 96
	maxScale  = 4
)

func (s Style) withDefaults() Style {
	if s.Width == 0 {
		s.Width = DefaultWidth
	}
	if s.Height == 0 {
		s.Height = DefaultHeight
	}
	if s.Scale == 0 {
		s.Scale = 2
	}
	s.Width, s.Height = min(max(s.Width, minWidth), maxSide), min(max(s.Height, minHeight), maxSide)
	s.Scale = min(max(s.Scale, 1), maxScale)
	return s
}

// colours of one scheme; those of the console's style sheet.
type colours struct {
	page, grid, text, ink, bar, loud, band, edge color.Color
}

var light = colours{
	page: rgb(0xffffff), grid: rgb(0xe5e5e1), text: rgb(0x696c73), ink: rgb(0x1a1b1e),
	bar: rgb(0x6f7d94), loud: rgb(0xb3261e), band: rgb(0xdfe3e9), edge: rgb(0x85878c),
}

var dark = colours{
	page: rgb(0x17181b), grid: rgb(0x2a2c30), text: rgb(0x9296a0), ink: rgb(0xededef),
	bar: rgb(0x8593ab), loud: rgb(0xff8f82), band: rgb(0x2b2f36), edge: rgb(0x757981),
}

func (s Style) colours() colours {
	if s.Dark {
		return dark
	}
	return light
}

func rgb(hex uint32) color.Color {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}
