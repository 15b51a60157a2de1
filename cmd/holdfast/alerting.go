package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/metrics"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/proxy"
	"github.com/holdfast-db/holdfast/rules"
)

// judging is the policy that judges, with the brakes that are on. The zero value judges
// nothing yet. Safe for concurrent use.
type judging struct {
	mu     sync.Mutex
	proxy  *proxy.Server
	alerts *alert.Desk
	policy *rules.Policy
}

// by has a policy judge from the next statement on.
func (j *judging) by(s *proxy.Server, alerts *alert.Desk, policy *rules.Policy) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.proxy, j.alerts, j.policy = s, alerts, policy
	s.SetPolicy(policy.WithBrakes(alerts.Brakes()))
}

// braked has the brakes that are on now count.
func (j *judging) braked() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.proxy != nil {
		j.proxy.SetPolicy(j.policy.WithBrakes(j.alerts.Brakes()))
	}
}

func (p *parts) openAlerts(ctx context.Context, now func() time.Time, l zerolog.Logger) error {
	environments := map[string]string{}
	for _, h := range p.config.Hosts {
		environments[h.Name] = h.Environment
	}
	var err error
	p.alerts, err = alert.OpenDesk(ctx, alert.Options{
		Store: p.store, Record: p.audit, People: p.desk.People(), Rules: alertRules(p.config), Environments: environments,
		Events: p.events.Publish, Braked: p.judging.braked, Settle: p.tallies.Settle, Now: now, Log: l,
	})
	return err
}

// alertRules are what a configuration says of alerts.
func alertRules(c *config.Config) alert.Rules {
	r := alert.Rules{Volume: c.Volume.Options}
	for _, b := range c.Volume.Brake {
		r.Brake = append(r.Brake, alert.BrakeRule{Hosts: b.HostPatterns, Tables: b.TablePatterns, Kinds: b.KindNames})
	}
	return r
}

// deleteStatus says how deletes are watched.
func (p *parts) deleteStatus(ctx context.Context, s *console.Status) {
	h := p.alerts.Health()
	s.Lost.Counts = h.Lost
	s.Deletes = &console.DeleteStatus{Brakes: len(p.alerts.Brakes()), Learned: h.Learned, Fault: h.Fault}
	for _, gap := range h.Gaps {
		s.Deletes.Gaps = append(s.Deletes.Gaps, console.Gap(gap))
	}
	for _, a := range p.open(ctx) {
		if a.Lasts() {
			s.Deletes.Alerts++
		}
	}
}

// open is the alerts that last or brake: they are in memory, so that nothing fails.
func (p *parts) open(ctx context.Context) []alert.Alert {
	list, _ := p.alerts.List(ctx, false)
	return list
}

// metrics is what Prometheus scrapes, by the control socket and the web console.
func (p *parts) metrics() http.Handler {
	return metrics.Handler(metrics.Source{
		Status: func() console.Status { return p.status(context.Background()) },
		Totals: p.alerts.Totals, Health: p.alerts.Health,
		Alerts: func() []alert.Alert { return p.open(context.Background()) },
	})
}

// volumeText says which deletes are told, and which are braked.
func volumeText(v config.Volume) string {
	text := fmt.Sprintf("Alerts: %s rows or %.3g %% of a table by one actor in ten minutes, and what is unusual after %d days of learning (%s)",
		wording.Number(uint64(v.Limit.Rows)), 100*v.Limit.Share, int(math.Ceil(v.Learn.Hours()/24)), v.Zone)
	if n := len(v.Expected); n > 0 {
		text += "; " + wording.Count(n, "declared job")
	}
	if n := len(v.Brake); n > 0 {
		return text + "; " + wording.Count(n, "rule") + " for brakes."
	}
	return text + "; none sets a brake."
}
