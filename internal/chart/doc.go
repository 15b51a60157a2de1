// Package chart draws rows deleted over time, as SVG for pages and as PNG for
// messages.
//
// It knows no store and no alert: Volume has the numbers, Style the size and the
// colours. gonum.org/v1/plot does the axes and the drawing, its Liberation Sans has
// the widths of Arial and Helvetica, which browsers may put in its place.
//
// A picture never says more than the numbers: what was not counted is hatched, and
// where nothing is learned there is no band.
package chart
