package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// Story is the second story of the README: some 2,500 of 30,000 rows gone, one
// qualified DELETE at a time, over days, by somebody new to the table or known to
// it, beside usual deletes or none.
type Story struct {
	Days     int
	Known    bool // the actor deletes a few rows now and then
	Usual    int  // rows an application deletes a day; 0: none
	SameName bool // it is the application itself that leaks
	Nights   bool // only from 8 to 20 o'clock if false
}

func (s Story) String() string {
	return fmt.Sprintf("%d days, known %t, usual %d a day, itself %t, nights %t", s.Days, s.Known, s.Usual, s.SameName, s.Nights)
}

const (
	storyRows  = 2500
	storyTable = 30000
)

// World plays the story from the fifteenth day on, among other tables.
func (s Story) World(seed uint64) *World {
	style := Styles[0]
	w := &World{Style: style, Seed: seed, Tables: 1}
	r := rand.New(rand.NewPCG(seed, 99))
	t := &table{Rand: r, style: &style, name: "public.orders", size: storyTable, days: levels(r, style.dayNoise, 0)}
	api := &actor{kind: app, name: volume.Actor{User: "app", Application: "api"}, batch: 1, perDay: float64(s.Usual), change: 1}
	if s.Usual > 0 {
		t.actors = append(t.actors, api)
	}
	leaker := &actor{kind: human, name: volume.Actor{User: "bob", Application: "psql"}, bursts: 0.5, burst: 3}
	if s.Known {
		t.actors = append(t.actors, leaker)
	}
	if s.SameName {
		leaker = api
	}
	t.live()
	w.Truths = []Truth{s.leak(t, leaker.name)}
	w.take(t)
	for i := range 5 { // others, so that the clock runs
		o := newTable(&style, rand.New(rand.NewPCG(seed, uint64(i))), i, levels(r, 0, 0))
		o.actors = append(o.actors, &actor{kind: app, name: api.name, batch: 1, perDay: 100, change: 1})
		o.live()
		w.take(o)
	}
	w.sort()
	return w
}

// leak deletes one row at a time.
func (s Story) leak(t *table, a volume.Actor) Truth {
	truth := Truth{What: Steady, Table: t.name, Actor: a, From: Learning*day + 8*hour + t.IntN(6*hour)}
	for truth.Rows < storyRows {
		at := truth.From + t.IntN(s.Days*day)
		if h := at % day / hour; !s.Nights && (h < 8 || h >= 20) {
			continue
		}
		t.add(at, a, 1)
		truth.Rows++
		truth.Seconds = append(truth.Seconds, at)
	}
	slices.Sort(truth.Seconds)
	truth.To = truth.From + s.Days*day
	return truth
}
