package simulate

import (
	"math"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// kinds of actors.
const (
	app = iota
	worker
	nightly
	weekly
	monthly
	human
	stranger
)

// actor is one who deletes from a table.
type actor struct {
	kind    int
	name    volume.Actor
	perDay  float64 // rows of an application
	batch   float64 // mean rows of an event
	bursts  float64 // of a worker or a person, a day
	burst   float64 // rows of a burst or a job
	at      int     // second of the day a job begins
	weekday int
	from    int // day since which it is there

	deployed int     // second since which the rate is changed
	change   float64 // and how much
	renamed  int     // second since which it has another name; 0: never
	newName  volume.Actor
}

func exp(x float64) float64 { return math.Exp(x) }

// populate decides who deletes from the table.
func (t *table) populate() {
	t.some(0.75, t.newApp("api"))
	t.some(0.25, t.newApp("web"))
	t.some(0.30, &actor{kind: worker, name: volume.Actor{User: "worker", Application: "sidekiq"}, bursts: between(t.Rand, 0.5, 12), burst: min(between(t.Rand, 5, 400), t.size/20)})
	t.some(0.30, t.newJob(nightly, "purge"))
	t.some(0.15, t.newJob(weekly, "archive"))
	t.some(0.30, &actor{kind: human, name: volume.Actor{User: "ana", Application: "psql"}, bursts: between(t.Rand, 0.1, 1.5), burst: 3})
}

func (t *table) some(chance float64, a *actor) {
	if t.Float64() < chance {
		t.actors = append(t.actors, a)
	}
}

func (t *table) newApp(name string) *actor {
	a := &actor{kind: app, name: volume.Actor{User: "app", Application: name}, batch: between(t.Rand, 1, 6), change: 1}
	a.perDay = between(t.Rand, 0.5, max(2, min(20000, t.size/10)))
	if t.IntN(8) == 0 {
		a.deployed = Learning*day + t.IntN((Days-Learning)*day)
		a.change = between(t.Rand, 0.5, 1.5)
	}
	if t.IntN(10) == 0 {
		a.renamed = Learning*day + t.IntN((Days-Learning)*day)
		a.newName = volume.Actor{User: "app", Application: name + "-v2"}
	}
	return a
}

func (t *table) newJob(kind int, name string) *actor {
	return &actor{
		kind: kind, name: volume.Actor{User: "batch", Application: name}, at: t.IntN(day),
		burst: max(5, t.size*between(t.Rand, 0.001, 0.1)), weekday: t.IntN(7),
	}
}

// nameAt is the actor's name at a second.
func (a *actor) nameAt(second int) volume.Actor {
	if a.renamed != 0 && second >= a.renamed {
		return a.newName
	}
	return a.name
}

// live adds what every actor does in all the days.
func (t *table) live() {
	for _, a := range t.actors {
		for d := a.from; d < Days; d++ {
			t.liveDay(a, d)
		}
	}
	t.sort()
}

func (t *table) liveDay(a *actor, d int) {
	switch a.kind {
	case app:
		for h := range 24 {
			t.appHour(a, d*day+h*hour)
		}
	case worker, human:
		t.bursts(a, d)
	case nightly:
		t.runJob(a, d)
	case weekly:
		if d%7 == a.weekday {
			t.runJob(a, d)
		}
	case monthly:
		if start.AddDate(0, 0, d).Day() == 1 {
			t.runJob(a, d)
		}
	}
}

// natural is the most rows of one batch or burst: what comes to a bulk is done on
// purpose only.
func (t *table) natural() int { return max(3, int(t.size/15)) }

// level is that of the table at a second: its day, the weekend, growth.
func (t *table) level(second int) float64 {
	l := t.days[second/day] * (1 + t.growth*float64(second)/(7*day))
	if second/day%7 >= 5 {
		l *= t.style.weekend
	}
	if date := start.AddDate(0, 0, second/day); t.style.monthEnd > 0 && (date.Day() == 1 || date.AddDate(0, 0, 1).Day() == 1) {
		l *= t.style.monthEnd
	}
	return l
}

func (t *table) appHour(a *actor, second int) {
	mean := a.perDay / 24 * t.level(second) * t.style.hours(second%day/hour)
	if a.deployed != 0 && second >= a.deployed {
		mean *= a.change
	}
	events := t.style.count(t.Rand, mean/a.batch)
	each := 1 + events/150 // so that a world stays small, several at once
	for ; events > 0; events -= each {
		rows := 0
		for range min(each, events) {
			rows += min(t.style.batch(t.Rand, a.batch), t.natural())
		}
		at := second + t.IntN(hour)
		t.add(at, a.nameAt(at), rows)
	}
}

// bursts are those of a worker, at all hours, or of a person, by day.
func (t *table) bursts(a *actor, d int) {
	for range poisson(t.Rand, a.bursts*t.level(d*day)) {
		at := d*day + t.IntN(day)
		if a.kind == human {
			at = d*day + 9*hour + t.IntN(9*hour)
		}
		rows := min(int(a.burst*lognormal(t.Rand, 0.6)), t.natural())
		for rows > 0 {
			n := min(rows, 1+t.IntN(50))
			t.add(at, a.name, n)
			rows -= n
			at += t.IntN(20)
		}
	}
}

// runJob is one run: in batches over some minutes, a little early or late.
func (t *table) runJob(a *actor, d int) {
	noise, jitter := t.style.jobNoise, t.style.jobJitter
	if noise == 0 {
		noise = 0.2
	}
	if jitter == 0 {
		jitter = 600
	}
	rows := int(a.burst * lognormal(t.Rand, noise) * (1 + t.growth*float64(d)/7))
	at := d*day + a.at + t.IntN(jitter)
	each := max(1, rows/(1+t.IntN(40)))
	for rows > 0 {
		t.add(at, a.name, min(each, rows))
		rows -= each
		at += 1 + t.IntN(30)
	}
}
