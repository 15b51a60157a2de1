package alert

import (
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// Fits says whether an answer can be given to an alert as it is, by somebody whose own
// deletes these are not: doors offer no others. It is false for Lift: the desk alone knows
// what stands, see (*Desk).Standing.
func (a Alert) Fits(v Verb) bool {
	switch v {
	case Acknowledge:
		return a.State == Open
	case Silence:
		return a.Lasts()
	case Accept:
		return a.Lasts() && a.Kind != Behind
	case Job:
		return a.State != Accepted && a.mayBeJob()
	case Release:
		return a.Braked()
	}
	return false
}

// mayBeJob says that a job can be declared of it: it is about one actor and one table.
func (a Alert) mayBeJob() bool {
	return a.Kind != Behind && a.ofOne() && a.Table != "" && a.Table != others
}

// Own says whether a person is known to be behind the deletes of an alert, or of one
// about everybody, behind most of them.
func (a Alert) Own(people hold.People, person string) bool {
	who := a.Actor
	if who == (volume.Actor{}) {
		if len(a.Actors) == 0 {
			return false
		}
		who = a.Actors[0].Actor
	}
	var r hold.Request
	r.Host, r.Database, r.User, r.Application = a.Host, a.Database, who.User, who.Application
	return people.IsRequester(person, r)
}
