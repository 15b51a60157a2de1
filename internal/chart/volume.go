package chart

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Volume is rows deleted from one table in equal steps of time. The slices have one
// value a step; values below zero and NaN are drawn as none.
type Volume struct {
	From time.Time
	Step time.Duration // more than 0

	// Others are the rows of everybody; without Actor that is all.
	Others []float64

	// Actor are the rows of whom an alert is about, drawn in red on those of the
	// others. Nil is nobody.
	Actor []float64

	// Usual is the upper end of what is usual, NaN where that is not known. Nil is
	// nowhere.
	Usual []float64

	Lost  []Span // times whose counts are lost
	Marks []Mark

	// Zone is whose days are written under the chart; nil is UTC.
	Zone *time.Location

	// Title says the same in words, for those who do not see it. SVG only.
	Title string
}

// Span is a piece of time, up to To and not including it.
type Span struct{ From, To time.Time }

// Mark is an alert, at the time of its beginning.
type Mark struct {
	At    time.Time
	Label string
	Open  bool // filled; otherwise somebody has acknowledged it or it is over
}

// maxSteps bounds what is drawn: five weeks of hours, and as many again. More
// would be thinner than a pixel.
const maxSteps = 2 * 5 * 7 * 24

func (v Volume) check() error {
	switch steps := len(v.Others); {
	case v.Step <= 0:
		return fmt.Errorf("drawing a chart: its step is %v; it must be more than 0", v.Step)
	case steps == 0:
		return errors.New("drawing a chart: it has no steps")
	case steps > maxSteps:
		return fmt.Errorf("drawing a chart: it has %d steps; at most %d can be told apart", steps, maxSteps)
	case v.Actor != nil && len(v.Actor) != steps, v.Usual != nil && len(v.Usual) != steps:
		return fmt.Errorf("drawing a chart: %d steps of everybody, %d of the actor and %d of the usual do not fit", steps, len(v.Actor), len(v.Usual))
	}
	return nil
}

// at is where on the axis a time lies, in steps.
func (v Volume) at(t time.Time) float64 { return float64(t.Sub(v.From)) / float64(v.Step) }

func (v Volume) zone() *time.Location {
	if v.Zone == nil {
		return time.UTC
	}
	return v.Zone
}

// rows of the actor and of the others in a step, as heights to draw.
func (v Volume) rows(step int) (actor, others float64) {
	if v.Actor != nil {
		actor = height(v.Actor[step])
	}
	return actor, height(v.Others[step])
}

// height is a number that can be drawn.
func height(rows float64) float64 {
	if math.IsNaN(rows) || math.IsInf(rows, 0) || rows < 0 {
		return 0
	}
	return rows
}

// most is the highest value of all, at least 1.
func (v Volume) most() float64 {
	most := 1.0
	for i := range v.Others {
		actor, others := v.rows(i)
		most = max(most, actor+others)
		if v.Usual != nil {
			most = max(most, height(v.Usual[i]))
		}
	}
	return most
}
