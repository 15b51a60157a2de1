package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// refreshVolume is how often the page asks again, in seconds: rows are counted by the
// minute.
const refreshVolume = 60

// place is a table. The one that no text names has no name; without a database it is
// any table.
type place struct{ host, database, table string }

// placeIn is the table in an address.
func placeIn(r *http.Request) place {
	at := place{r.PathValue("host"), r.PathValue("database"), r.PathValue("table")}
	if at.table == unnamed {
		at.table = ""
	}
	return at
}

func placeOf(t alert.Table) place { return place{t.Host, t.Database, t.Table} }

// showVolume is one table in detail and all of its host: the table in the address, or
// the one with the newest alert, or the one that lost the most.
func (s *Server) showVolume(w http.ResponseWriter, r *http.Request, who session) {
	ctx, cancel := context.WithTimeout(r.Context(), drawWait)
	defer cancel()
	q, now := r.URL.Query(), time.Now()
	read, err := s.readVolume(ctx, periodNamed(q.Get("period")), now)
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	at := placeIn(r)
	if at.host == "" {
		at.host = read.host(clip(q.Get("host")))
	}
	p := read.page(at.host)
	p.choose(at)
	if p.Table != nil {
		actor := volume.Actor{User: clip(q.Get("user")), Application: clip(q.Get("application"))}
		if err := s.detail(ctx, &p, actor, now); err != nil {
			s.unavailable(w, r, err)
			return
		}
	}
	p.Back = r.URL.RequestURI()
	p.Periods = periodChoices(p.Period, r)
	p.Hosts = hostChoices(at.host, s.hostNames(ctx, read), p.Period)
	s.showTo(w, r, http.StatusOK, who, "volume", frame{Title: p.title(), Current: "volume", Refresh: refreshVolume, Every: refreshVolume}, p)
}

// counts is what the desk says of all tables.
type counts struct {
	period  period
	day     []alert.Table // of the last 24 hours
	whole   []alert.Table // of the period
	lasting []alertView   // newest first
}

func (s *Server) readVolume(ctx context.Context, of period, now time.Time) (counts, error) {
	c := counts{period: of}
	var err error
	if c.day, err = s.tables(ctx, periods[0], now); err != nil {
		return c, err
	}
	if c.whole, err = s.tables(ctx, of, now); err != nil {
		return c, err
	}
	lasting, err := s.Alerts.List(ctx, false)
	for _, a := range lasting {
		c.lasting = append(c.lasting, alertViewOf(a, now))
	}
	slices.SortStableFunc(c.lasting, alertView.before)
	return c, err
}

// before is the order of alerts on a page: those that nobody has said anything about
// first, then the newest.
func (v alertView) before(other alertView) int {
	if v.Loud() != other.Loud() {
		return first(v.Loud())
	}
	return other.Raised.Compare(v.Raised)
}

// host is the one to show: that which was asked for, that of the first alert, or of
// the table that lost the most. Empty where there is none.
func (c counts) host(asked string) string {
	switch {
	case asked != "":
		return asked
	case len(c.lasting) > 0:
		return c.lasting[0].Host
	case len(c.whole) > 0:
		return slices.MaxFunc(c.whole, func(a, b alert.Table) int { return cmp.Compare(a.Deleted, b.Deleted) }).Host
	}
	return ""
}

// hostNames are those of the configuration, and those that were counted before.
func (s *Server) hostNames(ctx context.Context, c counts) (names []string) {
	for _, h := range s.Status(ctx).Hosts {
		names = append(names, h.Name)
	}
	for _, t := range c.whole {
		if !slices.Contains(names, t.Host) {
			names = append(names, t.Host)
		}
	}
	return names
}

// choice is a link of which one is where the page is.
type choice struct {
	Text, Path string
	Here       bool
}

// periodChoices lead to the same table in another period.
func periodChoices(here period, r *http.Request) (all []choice) {
	for _, s := range periods {
		u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}
		q := r.URL.Query()
		q.Set("period", s.Word)
		u.RawQuery = q.Encode()
		all = append(all, choice{s.Text, u.RequestURI(), s.Word == here.Word})
	}
	return all
}

func hostChoices(here string, names []string, in period) (all []choice) {
	for _, name := range names {
		all = append(all, choice{name, "/volume?" + url.Values{"host": {name}, "period": {in.Word}}.Encode(), name == here})
	}
	return all
}

// detail fills in the table that is looked at, with an actor's rows in red: the one
// that was asked for, or that of its first alert.
func (s *Server) detail(ctx context.Context, p *volumePage, actor volume.Actor, now time.Time) error {
	of := p.Period.series(p.Table.Host, p.Table.Database, p.Table.Table.Table, now)
	series, err := s.Alerts.Series(ctx, of.asked(of.step))
	if err != nil {
		return err
	}
	if actor == (volume.Actor{}) && len(p.Table.Alerts) > 0 {
		actor = p.Table.Alerts[0].Actor
	}
	p.Chart = pictureOf(of, series, actor, false)
	p.Actors = actorsOf(series, p.Table, actor, p.Period)
	return nil
}
