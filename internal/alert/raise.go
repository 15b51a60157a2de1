package alert

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// maxActors is how many actors an alert names.
const maxActors = 10

// live is an alert in memory.
type live struct {
	Kept
	unwritten bool      // it has changed since it was kept
	grown     bool      // only its numbers have
	touched   time.Time // when rows were added to it last
}

// told takes what the watch tells, from within one of its methods: counting is locked.
func (d *Desk) told(v volume.Alert) {
	d.state.Lock()
	defer d.state.Unlock()
	at := place{v.Host, v.Database, v.Table}
	l := d.followed(v, at)
	switch {
	case l == nil && v.State == volume.Resolved: // it was answered, and is over for people
	case l == nil:
		d.raise(v, at)
	case v.State == volume.Resolved:
		d.resolve(l, v.Reason)
	default:
		l.Watched = v.ID
		if d.relearning && v.State == volume.Raised {
			return // it was told before the crash
		}
		l.Deleted = max(l.Deleted, v.Deleted)
		l.Reason = l.First + "; " + v.Reason
		d.changed(l, event.AlertUpdated, nil)
	}
}

// followed is the alert that the watch means: the one of that id, or one of the same
// actor that it does not know any more since holdfast crashed.
func (d *Desk) followed(v volume.Alert, at place) *live {
	var lost *live
	for _, l := range d.live {
		switch {
		case !l.Lasts() || l.Kind == Behind:
		case l.Watched == v.ID:
			return l
		case l.Watched == 0 && l.is(at) && l.Actor == v.Who && v.Who != (volume.Actor{}):
			lost = l
		}
	}
	return lost
}

func (k *Kept) is(at place) bool {
	return k.Host == at.host && k.Database == at.database && k.Table == at.table
}

// raise makes a new alert of what the watch tells.
func (d *Desk) raise(v volume.Alert, at place) {
	a := Alert{
		Kind: v.Kind, Host: v.Host, Database: v.Database, Table: v.Table, Actor: v.Who,
		Deleted: v.Deleted, Usual: v.Usual, Rows: v.Rows, Since: v.Since, Reason: v.Reason,
	}
	a.Actors = d.actorsOf(at, a.Since)
	for _, who := range a.Actors {
		if a.Actor == (volume.Actor{}) || a.Actor == who.Actor {
			a.Examples = append(a.Examples, d.textsOf(actorOn{at, who.Actor})...)
		}
	}
	a.Examples = a.Examples[:min(len(a.Examples), maxExamples)]
	watched := v.ID
	if v.Kind == volume.ShareDay || v.Kind == volume.ShareWeek {
		watched = 0 // it is told once, and not followed
	}
	d.open(a, watched)
}

// open puts a new alert on the desk.
func (d *Desk) open(a Alert, watched uint64) {
	if len(d.live) >= maxLive {
		d.dropped++
		d.options.Log.Error().Str("table", a.Table).Msg("there are more alerts than are kept, so this one was only logged: " + a.Reason)
		return
	}
	id, err := hold.NewID(d.options.Random)
	if err != nil {
		d.dropped++
		d.options.Log.Error().Err(err).Msg("an alert got no id, so it was only logged: " + a.Reason)
		return
	}
	now := d.last
	a.ID, a.State, a.Environment, a.Raised = id, Open, d.options.Environments[a.Host], now
	if math.IsNaN(a.Usual) || math.IsInf(a.Usual, 0) {
		a.Usual = 0
	}
	a.Silenced = d.silencedUntil(&a, now)
	d.unlearned = true
	l := &live{Kept: Kept{Alert: a, Watched: watched, First: a.Reason, Told: a.Deleted}, touched: now}
	d.live[id] = l
	at := place{a.Host, a.Database, a.Table}
	d.on[at] = append(d.on[at], l)
	d.brake(l)
	d.changed(l, event.AlertRaised, nil)
}

// resolve ends an alert that is over by itself.
func (d *Desk) resolve(l *live, why string) {
	l.State, l.Ended, l.Watched = Resolved, d.last, 0
	l.Reason = l.First + "; " + why
	d.changed(l, event.AlertResolved, nil)
}

// grow adds rows to the alerts on their table that last.
func (d *Desk) grow(c *volume.Count) {
	at := place{c.Host, c.Database, c.Table}
	if c.Deleted == 0 || d.on[at] == nil {
		return
	}
	d.state.Lock()
	defer d.state.Unlock()
	for _, l := range d.on[at] {
		if !l.Lasts() || l.Kind == Behind {
			continue
		}
		l.Actors = added(l.Actors, c.Actor, c.Deleted)
		if l.Actor != (volume.Actor{}) && l.Actor != c.Actor {
			continue
		}
		l.Deleted += c.Deleted
		l.Examples = d.examplesOf(l, actorOn{at, c.Actor})
		l.touched, l.Updated, l.grown = c.At, c.At, true
		d.news.id(l.ID)
	}
}

// index finds alerts by their table, for a second of counts.
func (d *Desk) index() {
	d.state.Lock()
	defer d.state.Unlock()
	d.on = make(map[place][]*live, len(d.live))
	for _, l := range d.live {
		at := place{l.Host, l.Database, l.Table}
		d.on[at] = append(d.on[at], l)
	}
}

func (d *Desk) examplesOf(l *live, who actorOn) []string {
	all := l.Examples
	for _, text := range slices.Backward(d.textsOf(who)) {
		all = withText(all, text)
	}
	return all
}

func (d *Desk) textsOf(who actorOn) []string {
	texts, _ := d.texts.Peek(who)
	return texts
}

// actorsOf is who deleted from a table since then, the most first.
func (d *Desk) actorsOf(at place, since time.Time) (list []ActorRows) {
	sums := map[volume.Actor]int64{}
	d.counters.Each(since, d.last.Add(time.Minute), func(_ time.Time, _ time.Duration, k volume.Key, deleted, _ uint32) {
		if deleted > 0 && at == (place{k.Host, k.Database, k.Table}) && k.Actor != behindActor {
			sums[k.Actor] += int64(deleted)
		}
	})
	for who, rows := range sums {
		list = append(list, ActorRows{who, rows})
	}
	slices.SortFunc(list, mostFirst)
	return list[:min(len(list), maxActors)]
}

func mostFirst(a, b ActorRows) int {
	return cmp.Or(cmp.Compare(b.Deleted, a.Deleted), cmp.Compare(a.String(), b.String()))
}

// added is a list in which an actor has deleted more.
func added(list []ActorRows, who volume.Actor, rows int64) []ActorRows {
	list = slices.Clone(list)
	switch i := slices.IndexFunc(list, func(a ActorRows) bool { return a.Actor == who }); {
	case i >= 0:
		list[i].Deleted += rows
	case len(list) < maxActors:
		list = append(list, ActorRows{who, rows})
	}
	slices.SortFunc(list, mostFirst)
	return list
}
