package web_test

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// alertDesk is a desk of alerts in memory, which counts what it is given and takes
// answers as *alert.Desk does.
type alertDesk struct {
	people   hold.People
	watching hold.Watchers

	mu     sync.Mutex
	alerts []alert.Alert
	stands []alert.Standing
	rows   []deleted
	sizes  map[string]int64
	usual  map[string]func(time.Time) float64 // in an hour
}

type deleted struct {
	host, database, table string
	by                    volume.Actor
	at                    time.Time
	rows                  int64
}

func (d *alertDesk) Watch() *alert.Watch { return d.watching.Watch() }

func (d *alertDesk) Get(_ context.Context, id string) (alert.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.find(id); a != nil {
		return *a, nil
	}
	return alert.Alert{}, alert.ErrUnknownID
}

func (d *alertDesk) find(id string) *alert.Alert {
	for i := range d.alerts {
		if d.alerts[i].ID == id {
			return &d.alerts[i]
		}
	}
	return nil
}

func (d *alertDesk) List(_ context.Context, all bool) (found []alert.Alert, _ error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.alerts {
		if all || a.Lasts() {
			found = append(found, a)
		}
	}
	slices.SortStableFunc(found, func(a, b alert.Alert) int { return b.Raised.Compare(a.Raised) })
	return found, nil
}

func (d *alertDesk) Answer(_ context.Context, id string, r alert.Answer) (alert.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(id)
	switch {
	case a == nil:
		return alert.Alert{}, alert.ErrUnknownID
	case r.Verb == alert.Lift && !d.stand(id):
		return *a, alert.ErrNotAllowed{Reason: "nothing stands"}
	case !a.Lasts() && r.Verb != alert.Release && r.Verb != alert.Lift:
		return *a, alert.ErrEnded{Alert: *a}
	case r.Verb == alert.Release && !a.Braked():
		return *a, alert.ErrNotAllowed{Reason: "its brake is not on"}
	}
	r.At, r.By, r.Identity = time.Now().UTC(), r.Answerer.OS, "unverified"
	if d.people.Configured() {
		p, known := d.people.ByName(r.Answerer.Person)
		if !known {
			return *a, alert.ErrNotAllowed{Reason: "nobody of people asked"}
		}
		r.By, r.Identity = p.Name, "verified"
	}
	switch r.Verb {
	case alert.Acknowledge:
		a.State = alert.Acknowledged
	case alert.Silence:
		a.Silenced = r.Until
		d.stands = append(d.stands, alert.Standing{Alert: id, Until: r.Until, By: r.By, At: r.At})
	case alert.Lift:
		a.Silenced = time.Time{}
		d.stands = slices.DeleteFunc(d.stands, func(s alert.Standing) bool { return s.Alert == id })
	case alert.Accept, alert.Job:
		if r.Verb == alert.Job {
			r.Job = &volume.Expected{Cron: "@daily"}
			d.stands = append(d.stands, alert.Standing{Alert: id, Job: r.Job, By: r.By, At: r.At})
		}
		a.State, a.Ended = alert.Accepted, r.At
	case alert.Release:
		brake := *a.Brake
		brake.Released, brake.By = r.At, r.By
		a.Brake = &brake
	}
	a.Updated, a.Answers = r.At, append(slices.Clone(a.Answers), r)
	return *a, nil
}

func (d *alertDesk) stand(id string) bool {
	return slices.ContainsFunc(d.stands, func(s alert.Standing) bool { return s.Alert == id })
}

func (d *alertDesk) Standing() []alert.Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.stands)
}

func (d *alertDesk) Tables(_ context.Context, from, to time.Time) ([]alert.Table, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := map[[3]string]*alert.Table{}
	for _, r := range d.rows {
		if r.at.Before(from) || !r.at.Before(to) {
			continue
		}
		key := [3]string{r.host, r.database, r.table}
		t := all[key]
		if t == nil {
			t = &alert.Table{Host: r.host, Environment: "production", Database: r.database, Table: r.table, Usual: math.NaN(),
				Rows: d.sizes[r.table], Steps: make([]float64, alert.TableSteps)}
			if usual := d.usual[r.table]; usual != nil {
				t.Usual = 0
				for at := from; at.Before(to); at = at.Add(time.Hour) {
					t.Usual += usual(at)
				}
			}
			all[key] = t
		}
		t.Deleted += r.rows
		t.Steps[int(r.at.Sub(from)*alert.TableSteps/to.Sub(from))] += float64(r.rows)
	}
	var found []alert.Table
	for _, t := range all {
		found = append(found, *t)
	}
	slices.SortFunc(found, func(a, b alert.Table) int { return cmp.Compare(b.Deleted, a.Deleted) })
	return found, nil
}

func (d *alertDesk) Series(_ context.Context, of alert.SeriesOf) (alert.Series, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	steps := int(of.To.Sub(of.From) / of.Step)
	s := alert.Series{From: of.From, Step: of.Step}
	lines := map[volume.Actor][]float64{}
	for _, r := range d.rows {
		if r.host != of.Host || r.database != of.Database || r.table != of.Table || r.at.Before(of.From) || !r.at.Before(of.To) {
			continue
		}
		if lines[r.by] == nil {
			lines[r.by] = make([]float64, steps)
		}
		lines[r.by][int(r.at.Sub(of.From)/of.Step)] += float64(r.rows)
	}
	for i := range steps {
		most := math.NaN()
		if usual := d.usual[of.Table]; usual != nil {
			most = usual(of.From.Add(time.Duration(i)*of.Step)) * of.Step.Hours()
		}
		s.Usual = append(s.Usual, most)
	}
	for by, rows := range lines {
		s.Actors = append(s.Actors, alert.Line{Actor: by, Deleted: rows, Updated: make([]float64, steps)})
	}
	slices.SortFunc(s.Actors, func(a, b alert.Line) int { return cmp.Compare(sum(b.Deleted), sum(a.Deleted)) })
	for _, a := range d.alerts {
		if a.Host == of.Host && a.Database == of.Database && a.Table == of.Table && !a.Since.Before(of.From) && a.Since.Before(of.To) {
			s.Alerts = append(s.Alerts, a)
		}
	}
	slices.SortFunc(s.Alerts, func(a, b alert.Alert) int { return a.Since.Compare(b.Since) })
	return s, nil
}

func sum(all []float64) (n float64) {
	for _, one := range all {
		n += one
	}
	return n
}

// The alerts of volumeScene, and who they are about.
const (
	flood  = "v3nc8x5d" // cleanup-worker empties order_items; its brake is on
	leak   = "k7wd2m9q" // checkout leaks from customers
	before = "h4rt6z8b" // ana, last Friday, acknowledged and over
	behind = "b9fk3c7x" // coupons lose rows that did not pass
)

var worker, checkout = volume.Actor{User: "app", Application: "cleanup-worker"}, volume.Actor{User: "app", Application: "checkout"}

// volumeScene is a shop with five weeks of deletes.
func (d *alertDesk) volumeScene(now time.Time) {
	now = now.UTC().Truncate(time.Minute)
	hour := now.Truncate(time.Hour)
	d.sizes = map[string]int64{"public.order_items": 512877, "public.customers": 40875, "public.carts": 306700, "public.coupons": 3444}
	bell := func(at time.Time, high float64) float64 {
		h := float64(at.Hour()) + float64(at.Minute())/60
		return high * math.Exp(-(h-13)*(h-13)/18)
	}
	d.usual = map[string]func(time.Time) float64{
		"public.order_items": func(at time.Time) float64 { return 130 + bell(at, 640) },
		"public.customers":   func(at time.Time) float64 { return 2 + bell(at, 18) },
		"public.carts":       func(at time.Time) float64 { return 300 + bell(at, 1200) },
	}
	add := func(table string, by volume.Actor, at time.Time, rows float64) {
		if rows >= 1 && at.Before(now) {
			d.rows = append(d.rows, deleted{"shop-prod", "shop", table, by, at, int64(rows)})
		}
	}
	psql := volume.Actor{User: "ana", Application: "psql"}
	for at := hour.Add(-34 * 24 * time.Hour); !at.After(hour); at = at.Add(15 * time.Minute) {
		noise := 0.75 + 0.2*math.Sin(float64(at.Unix()/900*7919%97))
		add("public.order_items", checkout, at, noise*(15+bell(at, 110)))
		add("public.customers", checkout, at, noise*bell(at, 4))
		add("public.carts", checkout, at, noise*(70+bell(at, 260)))
		add("public.sessions", volume.Actor{User: "web"}, at, noise*(200+bell(at, 700)))
		if at.After(now.Add(-6 * time.Hour)) {
			add("public.order_items", worker, at, 640+80*noise)
		}
		if at.After(now.Add(-55 * time.Hour)) {
			add("public.customers", checkout, at, 14)
		}
		if back := now.Sub(at); back > 4*24*time.Hour && back < 4*24*time.Hour+2*time.Hour {
			add("public.order_items", psql, at, 300)
		}
	}
	add("public.coupons", volume.Actor{User: `o'neil <script>`, Application: "DataGrip 2026.2 \u202e with a very long name that goes on"}, now.Add(-7*time.Hour), 31)
	where := func(a alert.Alert) alert.Alert {
		a.Host, a.Environment, a.Database = "shop-prod", "production", "shop"
		return a
	}
	d.stands = append(d.stands, alert.Standing{Alert: behind, Until: now.Add(15 * time.Hour), By: "cy"})
	d.alerts = append(d.alerts,
		where(alert.Alert{
			ID: flood, State: alert.Open, Kind: volume.Bulk, Table: "public.order_items", Actor: worker, Deleted: 17010, Usual: 640, Rows: 512877,
			Since: now.Add(-6 * time.Hour), Raised: now.Add(-6*time.Hour + 4*time.Minute), Updated: now.Add(-18 * time.Minute),
			Reason:   "17,010 rows in six hours, up to 720 in fifteen minutes; the most that it ever deleted in an hour is 130",
			Examples: []string{"DELETE FROM order_items WHERE order_id = $1 AND created_at < $2", "DELETE FROM order_items USING orders o WHERE o.id = order_items.order_id AND o.state = $1 AND o.updated_at < now() - $2::interval"},
			Actors:   []alert.ActorRows{{Actor: worker, Deleted: 17010}, {Actor: checkout, Deleted: 640}},
			Brake:    &alert.Brake{Set: now.Add(-18 * time.Minute)},
		}),
		where(alert.Alert{
			ID: leak, State: alert.Open, Kind: volume.Leak, Table: "public.customers", Actor: checkout, Deleted: 3106, Usual: 310, Rows: 40875,
			Since: now.Add(-55 * time.Hour), Raised: now.Add(-47 * time.Hour), Updated: now.Add(-2 * time.Hour),
			Reason: "more than is usual at these hours, in 55 hours of 55",
			Actors: []alert.ActorRows{{Actor: checkout, Deleted: 3106}},
		}),
		where(alert.Alert{
			ID: before, State: alert.Resolved, Kind: volume.NewActor, Table: "public.order_items", Actor: psql, Deleted: 2400, Usual: 0, Rows: 512877,
			Since: now.Add(-4*24*time.Hour - 2*time.Hour), Raised: now.Add(-4*24*time.Hour - 118*time.Minute), Updated: now.Add(-3 * 24 * time.Hour), Ended: now.Add(-3 * 24 * time.Hour),
			Reason:  "its first delete here was ten minutes before",
			Answers: []alert.Answer{{Verb: alert.Acknowledge, At: now.Add(-4*24*time.Hour - 90*time.Minute), By: "ana", Via: "slack", Identity: "verified", Note: "that is me, OPS-2274"}},
		}),
		where(alert.Alert{
			ID: behind, State: alert.Acknowledged, Kind: alert.Behind, Table: "public.coupons", Deleted: 212, Rows: 3444,
			Since: now.Add(-9 * time.Hour), Raised: now.Add(-8 * time.Hour), Updated: now.Add(-8 * time.Hour), Silenced: now.Add(15 * time.Hour),
			Reason: "the server counted 243 deleted rows, of which 31 passed holdfast",
			Answers: []alert.Answer{
				{Verb: alert.Acknowledge, At: now.Add(-7 * time.Hour), By: "cy", Via: "console", Identity: "verified"},
				{Verb: alert.Silence, At: now.Add(-7 * time.Hour), By: "cy", Via: "console", Identity: "verified", Until: now.Add(15 * time.Hour)},
			},
		}),
	)
}
