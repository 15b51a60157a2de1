package alert

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// behindActor stands in the counters for whoever deletes without holdfast. No session
// has an empty user.
var behindActor = volume.Actor{Application: "behind holdfast"}

// toldAgain is how many times as large an alert must be to be told again while it
// lasts, as in package volume.
const toldAgain = 4

// Surplus is rows that the server says were deleted and that no session of holdfast
// deleted.
type Surplus struct {
	Host, Database, Table string
	Rows                  int64     // found since the last time
	Since                 time.Time // of which the server says so
	Reason                string    // explains it in one sentence
}

// Behind takes a surplus: one alert a table, which grows while it lasts. Nothing is
// learned of it.
func (d *Desk) Behind(s Surplus) {
	if s.Rows <= 0 {
		return
	}
	d.counting.Lock()
	now := d.clock()
	d.counters.Add(&volume.Count{At: now, Host: s.Host, Database: s.Database, Table: s.Table, Actor: behindActor, Deleted: s.Rows})
	d.surplus(s, now)
	d.counting.Unlock()
	d.publish()
}

func (d *Desk) surplus(s Surplus, now time.Time) {
	d.state.Lock()
	defer d.state.Unlock()
	at := place{s.Host, s.Database, s.Table}
	for _, l := range d.live {
		if l.Kind == Behind && l.Lasts() && l.is(at) {
			l.Deleted, l.touched, l.Updated, l.Reason, l.grown = l.Deleted+s.Rows, now, now, s.Reason, true
			d.news.id(l.ID)
			if l.Deleted >= toldAgain*l.Told {
				l.Told = l.Deleted
				d.changed(l, event.AlertUpdated, nil)
			}
			return
		}
	}
	d.open(Alert{
		Kind: Behind, Host: s.Host, Database: s.Database, Table: s.Table, Deleted: s.Rows,
		Rows: d.watch.Rows(s.Host, s.Database, s.Table), Since: s.Since.UTC(), Reason: s.Reason,
	}, 0)
}
