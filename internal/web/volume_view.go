package web

import (
	"cmp"
	"math"
	"net/url"
	"slices"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/chart"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// lineWidth and lineHeight are those of the small charts, in pixels.
const lineWidth, lineHeight = 216, 28

// maxListed is how many tables the page lists, and the other one alerts that last. Tables
// with alerts and those that lost the most come first.
const maxListed = 200

// maxBanners is how many alerts stand in front of the charts: who has more of them reads
// the list.
const maxBanners = 20

// volumePage is one table in detail, and all tables of its host.
type volumePage struct {
	Host    string
	Period  period
	Periods []choice
	Hosts   []choice
	Alerts  []alertView // that last on this host, those of the table first
	Table   *tableView  // nil where nothing was counted yet
	Tables  []tableView
	More    int    // tables that are not listed
	Back    string // this page, for forms
	Chart   picture
	Actors  []actorView
}

// tableView is a table as a line of the list. What the desk says of it is of the last
// 24 hours.
type tableView struct {
	alert.Table
	Name       string
	Path       string
	Production bool
	Line       chart.Line
	Here       bool
	Alerts     []alertView // that last
}

// Share is what of the table went within a day.
func (t tableView) Share() string { return alert.Share(t.Deleted, t.Rows) }

// UsualText is what is usual for a day.
func (t tableView) UsualText() string {
	if most := alert.Rows(t.Usual); most != "" {
		return "up to " + most
	}
	return "not learned yet"
}

// Over says that an alert lasts on it about which nobody has said anything.
func (t tableView) Over() bool { return slices.ContainsFunc(t.Alerts, alertView.Loud) }

// actorView is one who deletes from the table.
type actorView struct {
	volume.Actor
	Path    string // where this actor's rows are red
	Line    chart.Line
	Deleted int64       // within the period
	Here    bool        // is red in the chart
	Alerts  []alertView // that last
}

// Name is the application, or the user where it gave none.
func (a actorView) Name() string {
	if a.Application != "" {
		return a.Application
	}
	return a.User
}

// Loud says that an alert is about this actor.
func (a actorView) Loud() bool { return len(a.Alerts) > 0 }

// page has the tables of a host, those with alerts first, then those that lost most.
func (c counts) page(host string) volumePage {
	p := volumePage{Host: host, Period: c.period}
	steps := map[place][]float64{}
	for _, t := range c.whole {
		steps[placeOf(t)] = t.Steps
	}
	for _, a := range c.lasting {
		if a.Host == host {
			p.Alerts = append(p.Alerts, a)
		}
	}
	for _, t := range c.day {
		if t.Host == host {
			p.Tables = append(p.Tables, p.view(t, steps[placeOf(t)]))
		}
	}
	slices.SortStableFunc(p.Tables, func(a, b tableView) int {
		if a.Over() != b.Over() {
			return first(a.Over())
		}
		return cmp.Compare(b.Deleted, a.Deleted)
	})
	p.More = max(len(p.Tables)-maxListed, 0)
	p.Tables = p.Tables[:min(len(p.Tables), maxListed)]
	return p
}

func (p *volumePage) view(t alert.Table, steps []float64) tableView {
	v := tableView{Table: t, Name: alert.TableName(t.Table), Production: production(t.Environment), Path: tablePath(t.Host, t.Database, t.Table) + "?period=" + p.Period.Word}
	for _, a := range p.Alerts {
		if a.Database == t.Database && a.Table == t.Table {
			v.Alerts = append(v.Alerts, a)
		}
	}
	v.Line = chart.Volume{Step: p.Period.step, Others: steps}.Line(lineWidth, lineHeight)
	return v
}

// choose takes the table to look at: that of the address, or the first of the list. One
// of which nothing is counted is shown all the same, empty.
func (p *volumePage) choose(at place) {
	for i := range p.Tables {
		if t := &p.Tables[i]; at.database == "" || placeOf(t.Table) == at {
			t.Here, p.Table = true, t
			break
		}
	}
	if p.Table == nil && at.database != "" {
		v := p.view(alert.Table{Host: at.host, Database: at.database, Table: at.table}, nil)
		p.Table = &v
	}
	if p.Table != nil {
		slices.SortStableFunc(p.Alerts, func(a, b alertView) int {
			if p.Table.has(a) == p.Table.has(b) {
				return 0
			}
			return first(p.Table.has(a))
		})
	}
}

// Banners are the first of the alerts.
func (p volumePage) Banners() []alertView { return p.Alerts[:min(len(p.Alerts), maxBanners)] }

// MoreAlerts is how many have none.
func (p volumePage) MoreAlerts() int { return max(len(p.Alerts)-maxBanners, 0) }

func (t tableView) has(a alertView) bool { return a.Database == t.Database && a.Table == t.Table.Table }

func (p volumePage) title() string {
	switch {
	case p.Table != nil:
		return visible(p.Table.Name) + ", volume"
	case p.Host != "":
		return visible(p.Host) + ", volume"
	}
	return "Volume"
}

// actorsOf are those who deleted in the period, the most first.
func actorsOf(s alert.Series, t *tableView, red volume.Actor, in period) (all []actorView) {
	for _, l := range s.Actors {
		a := actorView{Actor: l.Actor, Here: l.Actor == red}
		sum := 0.0
		for _, rows := range l.Deleted {
			sum += rows
		}
		a.Deleted = int64(math.Round(sum))
		for _, one := range t.Alerts {
			if one.Actor == l.Actor {
				a.Alerts = append(a.Alerts, one)
			}
		}
		if a.Deleted == 0 && !a.Loud() {
			continue
		}
		q := url.Values{"period": {in.Word}, "user": {l.User}, "application": {l.Application}}
		a.Path = tablePath(t.Host, t.Database, t.Table.Table) + "?" + q.Encode()
		v := chart.Volume{Step: s.Step, Others: l.Deleted}
		if a.Loud() {
			v.Others, v.Actor = make([]float64, len(l.Deleted)), l.Deleted
		}
		a.Line = v.Line(lineWidth, lineHeight)
		all = append(all, a)
	}
	return all
}

// first is how one of two compares that are told apart by what is true of it alone.
func first(is bool) int {
	if is {
		return -1
	}
	return 1
}
