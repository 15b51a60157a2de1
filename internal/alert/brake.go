package alert

import (
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/rules"
)

// BrakeRule says which alerts set a brake. What is empty matches all. An alert about
// everybody sets none, nor does one about what bypassed holdfast.
type BrakeRule struct {
	Hosts  []rules.Pattern
	Tables []rules.Pattern // of the name as it is counted, "public." before a bare one or not
	Kinds  []volume.Kind
}

func (r *BrakeRule) matches(a *Alert) bool {
	return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, a.Kind)) && anyMatches(r.Hosts, a.Host) &&
		(anyMatches(r.Tables, a.Table) || !strings.Contains(a.Table, ".") && anyMatches(r.Tables, "public."+a.Table))
}

func anyMatches(patterns []rules.Pattern, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p rules.Pattern) bool { return p.Matches(name) })
}

// brake sets the brake of a new alert, if a rule says so. One actor is braked, and no
// sum of many that found no place of their own.
func (d *Desk) brake(l *live) {
	one := l.Actor.User != "" && l.Actor != volume.Actor{User: others} && l.Table != "" && l.Table != others
	if !one || l.Kind == Behind || !slices.ContainsFunc(d.rules.Brake, func(r BrakeRule) bool { return r.matches(&l.Alert) }) {
		return
	}
	l.Brake = &Brake{Set: d.last}
	d.setBrakes()
}

// setBrakes has the brakes that are on count from now on.
func (d *Desk) setBrakes() {
	var on []rules.Brake
	for _, l := range d.live {
		if l.Braked() {
			on = append(on, rules.Brake{
				Alert: l.ID, Host: l.Host, Database: l.Database, User: l.Actor.User, Application: l.Actor.Application, Table: l.Table,
			})
		}
	}
	slices.SortFunc(on, func(a, b rules.Brake) int { return strings.Compare(a.Alert, b.Alert) })
	d.brakes.Store(&on)
	d.news.braked = true
}

// Brakes are those that are on, for rules.Policy.WithBrakes; the caller owns the slice.
func (d *Desk) Brakes() []rules.Brake {
	if on := d.brakes.Load(); on != nil {
		return slices.Clone(*on)
	}
	return nil
}
