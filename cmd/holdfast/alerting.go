package main

import (
	"context"
	"sync"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/config"
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

func (p *parts) openAlerts(ctx context.Context, l zerolog.Logger) error {
	environments := map[string]string{}
	for _, h := range p.config.Hosts {
		environments[h.Name] = h.Environment
	}
	var err error
	p.alerts, err = alert.OpenDesk(ctx, alert.Options{
		Store: p.store, Record: p.audit, People: p.desk.People(), Rules: alertRules(p.config), Environments: environments,
		Events: p.events.Publish, Braked: p.judging.braked, Log: l,
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
