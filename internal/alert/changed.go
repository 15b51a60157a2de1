package alert

import (
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/event"
)

// news is what whoever wants to hear is told of, once nothing is locked.
type news struct {
	events []event.AlertChanged
	ids    map[string]bool
	braked bool
}

func (n *news) id(id string) {
	if n.ids == nil {
		n.ids = map[string]bool{}
	}
	n.ids[id] = true
}

// changed notes what happened to an alert. by is whose answer it was, or nil.
func (d *Desk) changed(l *live, change string, by *Answer) {
	l.unwritten, l.Updated = true, d.last
	d.news.id(l.ID)
	d.news.events = append(d.news.events, eventOf(&l.Alert, change, d.last, by))
}

// eventOf is the event of a change.
func eventOf(a *Alert, change string, at time.Time, by *Answer) event.AlertChanged {
	e := event.AlertChanged{
		At: at, Alert: a.ID, Change: change,
		Host: a.Host, Environment: a.Environment, Database: a.Database, Table: a.Table,
		User: a.Actor.User, Application: cut(a.Actor.Application, maxExample),
		Detector: string(a.Kind), Deleted: a.Deleted, Usual: a.Usual, Since: a.Since, Reason: a.Reason, State: string(a.State),
		Silenced: a.Silenced, Braked: a.Braked(),
	}
	if by != nil {
		e.By, e.Via, e.Identity, e.Note = by.By, by.Via, by.Identity, by.Note
		if by.Job != nil {
			e.Job = JobLine(*by.Job)
		}
	}
	return e
}

// publish tells whoever wants to hear what has changed.
func (d *Desk) publish() {
	d.state.Lock()
	n := d.news
	d.news = news{}
	d.state.Unlock()
	if n.braked {
		d.options.Braked()
	}
	for _, e := range n.events {
		d.log(e)
		d.options.Events(e)
	}
	for id := range n.ids {
		d.watching.Tell(id)
	}
}

// log writes one line of what happened. What nobody is to be told of is no warning.
func (d *Desk) log(e event.AlertChanged) {
	level := zerolog.InfoLevel
	if e.Change == event.AlertRaised && e.Silenced.Before(e.At) {
		level = zerolog.WarnLevel
	}
	line := d.options.Log.WithLevel(level).Str("alert", e.Alert).Str("host", e.Host).Str("database", e.Database).Str("table", e.Table)
	if e.User != "" {
		line = line.Str("user", e.User).Str("application", e.Application)
	}
	if e.By != "" {
		line = line.Str("by", e.By).Str("via", e.Via)
	}
	line = line.Str("detector", e.Detector).Int64("deleted", e.Deleted).Float64("usual", e.Usual).Time("since", e.Since)
	if e.Braked {
		line = line.Bool("braked", true)
	}
	line.Msg(e.Kind() + ": " + e.Reason)
}
