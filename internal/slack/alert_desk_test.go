package slack

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// alertDesk is a desk of alerts in memory, which takes answers as *alert.Desk does.
type alertDesk struct {
	people   hold.People
	watching hold.Watchers

	mu     sync.Mutex
	alerts map[string]alert.Alert
}

func (d *alertDesk) Watch() *alert.Watch { return d.watching.Watch() }

func (d *alertDesk) Get(_ context.Context, id string) (alert.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, known := d.alerts[id]
	if !known {
		return a, alert.ErrUnknownID
	}
	return a, nil
}

func (d *alertDesk) List(_ context.Context, all bool) (found []alert.Alert, _ error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.alerts {
		if all || a.Lasts() {
			found = append(found, a)
		}
	}
	return found, nil
}

func (d *alertDesk) Answer(_ context.Context, id string, r alert.Answer) (alert.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, known := d.alerts[id]
	switch {
	case !known:
		return a, alert.ErrUnknownID
	case !a.Lasts() && r.Verb != alert.Release:
		return a, alert.ErrEnded{Alert: a}
	case r.Verb == alert.Release && !a.Braked():
		return a, alert.ErrNotAllowed{Reason: "its brake is not on"}
	}
	r.At, r.By, r.Identity = time.Now().UTC(), r.Answerer.Person, "verified"
	switch r.Verb {
	case alert.Acknowledge:
		a.State = alert.Acknowledged
	case alert.Silence:
		a.Silenced = r.Until
	case alert.Accept, alert.Job:
		a.State, a.Ended = alert.Accepted, r.At
	case alert.Release:
		brake := *a.Brake
		brake.Released, brake.By = r.At, r.By
		a.Brake = &brake
	}
	a.Updated, a.Answers = r.At, append(slices.Clone(a.Answers), r)
	d.alerts[id] = a
	return a, nil
}

func (d *alertDesk) Series(_ context.Context, of alert.SeriesOf) (alert.Series, error) {
	s := alert.Series{From: of.From, Step: of.Step}
	rows := make([]float64, int(of.To.Sub(of.From)/of.Step))
	for i := range rows {
		rows[i] = 100 * float64(i)
		s.Usual = append(s.Usual, math.NaN())
	}
	s.Actors = []alert.Line{{Actor: worker, Deleted: rows}}
	return s, nil
}

func (d *alertDesk) put(a alert.Alert) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.alerts[a.ID] = a
}

var worker = volume.Actor{User: "app", Application: "cleanup-worker"}

// flood is an alert whose brake is on.
func flood() alert.Alert {
	now := time.Now().UTC()
	return alert.Alert{
		ID: "v3nc8x5d", State: alert.Open, Kind: volume.Bulk, Host: "shop-prod", Environment: "production", Database: "shop", Table: "public.order_items",
		Actor: worker, Deleted: 17010, Usual: 640, Rows: 512877, Since: now.Add(-6 * time.Hour), Raised: now.Add(-5 * time.Hour), Updated: now,
		Reason:   "17,010 rows in six hours; the most that it ever deleted in an hour is 130",
		Examples: []string{"DELETE FROM order_items WHERE order_id = $1 AND note < $2"},
		Actors:   []alert.ActorRows{{Actor: worker, Deleted: 17010}, {Actor: volume.Actor{User: "ana", Application: "psql"}, Deleted: 640}},
		Brake:    &alert.Brake{Set: now.Add(-18 * time.Minute)},
	}
}
