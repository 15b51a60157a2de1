package simulate

import (
	"fmt"
	"math"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// What is done on purpose.
const (
	Bulk   = "bulk"
	Steady = "steady leak"
	Ramp   = "ramping leak"
	Bursty = "bursty leak"
	Job    = "new, moved or monthly job"
)

// Truth is one thing done in a world. Times are seconds from its start.
type Truth struct {
	What     string
	Table    string
	Actor    volume.Actor
	By       string // the kind of actor
	From, To int
	Crossed  int // when it has to be seen at the latest, of a bulk
	Rows     int
	Seconds  []int  // of each row, of a story
	Cron     string // of a job
}

var kindNames = [...]string{"application", "worker", "nightly job", "weekly job", "monthly job", "person", "stranger"}

// disturb does one thing on the table, or on some nothing.
func (t *table) disturb() (Truth, bool) {
	from := Learning*day + hour + t.IntN((Days-Learning-9)*day)
	switch n := t.IntN(100); {
	case n < 30:
		return t.bulk(t.anybody(), from)
	case n < 50:
		return t.steady(t.anybody(), from)
	case n < 60:
		return t.ramp(t.anybody(), from)
	case n < 68:
		return t.bursty(t.anybody(), from)
	case n < 78:
		return t.job(from/day + 1)
	}
	return Truth{}, false
}

// anybody is one of the table's actors or a stranger.
func (t *table) anybody() *actor {
	i := t.IntN(len(t.actors) + 1)
	if i < len(t.actors) {
		return t.actors[i]
	}
	return &actor{kind: stranger, name: volume.Actor{User: "eve", Application: "DBeaver"}}
}

// most is the most rows an actor deleted within an hour before a second.
func (t *table) most(a volume.Actor, before int) int {
	most, sum, first := 0, 0, 0
	var own []deletion
	for _, l := range t.lines {
		if l.actor != a || l.second >= before {
			continue
		}
		own = append(own, l)
		for sum += l.rows; own[first].second <= l.second-hour; first++ {
			sum -= own[first].rows
		}
		most = max(most, sum)
	}
	return most
}

// usual is the rows an actor deleted in two days, on the average of two weeks.
func (t *table) usual(a volume.Actor, before int) float64 {
	sum := 0
	for _, l := range t.lines {
		if l.actor == a && l.second < before && l.second >= before-14*day {
			sum += l.rows
		}
	}
	return float64(sum) / 7
}

func (t *table) floor() float64 {
	if !t.style.rowsKnown {
		return 500
	}
	return max(20, min(500, 0.1*t.size*(1+5*t.growth)))
}

// bulk deletes, within half an hour, far more than the actor ever did.
func (t *table) bulk(a *actor, from int) (Truth, bool) {
	name := a.nameAt(from)
	bar := max(t.floor(), 3*float64(t.most(name, from))+1)
	rows := int(bar * (1.05 + 3*t.Float64()*t.Float64()))
	truth := Truth{What: Bulk, Table: t.name, Actor: name, By: kindNames[a.kind], From: from, To: from, Rows: rows}
	parts := 1
	if t.IntN(3) > 0 {
		parts = 1 + t.IntN(rows)
	}
	if t.IntN(3) == 0 {
		parts = rows // one row at a time
	}
	span := 1 + t.IntN(1800)
	done := 0
	for i := range parts {
		n := rows*(i+1)/parts - rows*i/parts
		truth.To = from + span*i/parts
		t.add(truth.To, name, n)
		if done += n; truth.Crossed == 0 && float64(done) >= bar {
			truth.Crossed = truth.To
		}
	}
	return truth, true
}

// leak spreads rows over days as the shape of the share of the time says, from 0
// to 1.
func (t *table) leak(what string, a *actor, from, days int, rows float64, shape func(done float64) float64) (Truth, bool) {
	name := a.nameAt(from)
	truth := Truth{What: what, Table: t.name, Actor: name, By: kindNames[a.kind], From: from, To: from + days*day}
	for second := from; second < truth.To; second += 600 {
		share := 600 / float64(days*day) * shape(float64(second-from)/float64(days*day))
		for range poisson(t.Rand, rows*share) {
			at := second + t.IntN(600)
			t.add(at, t.nameOf(a, at), 1)
			truth.Rows++
		}
	}
	return truth, true
}

func (t *table) nameOf(a *actor, second int) volume.Actor { return a.nameAt(second) }

func (t *table) steady(a *actor, from int) (Truth, bool) {
	twoDays := max(40, 1.2*t.usual(a.nameAt(from), from)) * between(t.Rand, 1.05, 3)
	days := 2 + t.IntN(4)
	return t.leak(Steady, a, from, days, twoDays*float64(days)/2, func(float64) float64 { return 1 })
}

func (t *table) ramp(a *actor, from int) (Truth, bool) {
	twoDays := max(40, 1.2*t.usual(a.nameAt(from), from)) * between(t.Rand, 1.05, 2)
	return t.leak(Ramp, a, from, 7, twoDays*3.5, func(done float64) float64 { return 2 * done })
}

// bursty is a leak in bursts of some minutes, a few times a day.
func (t *table) bursty(a *actor, from int) (Truth, bool) {
	name := a.nameAt(from)
	twoDays := max(40, 1.2*t.usual(name, from)) * between(t.Rand, 1.05, 2)
	truth := Truth{What: Bursty, Table: t.name, Actor: name, By: kindNames[a.kind], From: from, To: from + 7*day}
	perDay := between(t.Rand, 2, 12)
	for d := range 7 {
		for range poisson(t.Rand, perDay) {
			at := from + d*day + t.IntN(day)
			for rows := int(math.Ceil(twoDays / 2 / perDay * lognormal(t.Rand, 0.5))); rows > 0; at += t.IntN(30) {
				n := min(rows, 1+t.IntN(20))
				t.add(at, t.nameOf(a, at), n)
				truth.Rows += n
				rows -= n
			}
		}
	}
	return truth, true
}

// job is a new nightly or weekly job, a moved one, or the first of a month.
func (t *table) job(first int) (Truth, bool) {
	for _, a := range t.actors {
		if a.kind == nightly && t.IntN(2) == 0 {
			return t.move(a, first)
		}
	}
	a := t.newJob([]int{nightly, weekly, monthly}[t.IntN(3)], "cleanup")
	a.from = first
	for d := first; d < Days; d++ {
		t.liveDay(a, d)
	}
	return Truth{What: Job, Table: t.name, Actor: a.name, By: kindNames[a.kind], From: first * day, To: Days * day, Cron: a.cron()}, true
}

// cron is when a job is said to run, to the hour and minute.
func (a *actor) cron() string {
	at := fmt.Sprintf("%d %d ", a.at%hour/60, a.at/hour)
	switch a.kind {
	case weekly:
		return at + fmt.Sprintf("* * %d", (a.weekday+1)%7) // the first day is a Monday
	case monthly:
		return at + "1 * *"
	default:
		return at + "* * *"
	}
}

// move lets a nightly job run at another time from a day on.
func (t *table) move(a *actor, first int) (Truth, bool) {
	kept := t.lines[:0]
	for _, l := range t.lines {
		if l.actor != a.name || l.second < first*day {
			kept = append(kept, l)
		}
	}
	t.lines = kept
	a.at = (a.at + 3*hour + t.IntN(18*hour)) % day
	for d := first; d < Days; d++ {
		t.runJob(a, d)
	}
	return Truth{What: Job, Table: t.name, Actor: a.name, By: "moved job", From: first * day, To: Days * day, Cron: a.cron()}, true
}
