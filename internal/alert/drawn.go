package alert

import (
	"github.com/holdfast-db/holdfast/internal/chart"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// Drawn is a series ready to be drawn, the rows of an actor apart from those of the
// others. The zero actor is nobody.
func (s Series) Drawn(actor volume.Actor) chart.Volume {
	v := chart.Volume{From: s.From, Step: s.Step}
	steps := len(s.Usual)
	for _, l := range s.Actors {
		steps = max(steps, len(l.Deleted))
	}
	if len(s.Usual) == steps {
		v.Usual = s.Usual
	}
	v.Others = make([]float64, steps)
	if actor != (volume.Actor{}) {
		v.Actor = make([]float64, steps)
	}
	for _, l := range s.Actors {
		to := v.Others
		if v.Actor != nil && l.Actor == actor {
			to = v.Actor
		}
		for i, rows := range l.Deleted {
			to[i] += rows
		}
	}
	for _, l := range s.Lost {
		v.Lost = append(v.Lost, chart.Span(l))
	}
	for _, a := range s.Alerts {
		v.Marks = append(v.Marks, chart.Mark{At: a.Since, Label: a.label(), Open: a.State == Open})
	}
	return v
}

// label is what stands beside the mark of an alert.
func (a Alert) label() string {
	name := a.Actor.Application
	if name == "" {
		name = a.Actor.User
	}
	switch {
	case a.Kind == Behind:
		name = "not through holdfast"
	case name == "":
		name = "everybody"
	}
	text := a.Since.UTC().Format("Mon 15:04") + ", " + short(name)
	if a.State != Open {
		text += ", " + a.Word()
	}
	return text
}

// short keeps a long name from pushing the words of other marks away.
func short(name string) string {
	const most = 24 // characters
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}
