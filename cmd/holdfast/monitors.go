package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/monitor"
	"github.com/holdfast-db/holdfast/proxy"
)

// openMonitors makes a monitor for each host that has a URL for one.
func (p *parts) openMonitors(l zerolog.Logger) error {
	for _, h := range p.config.Hosts {
		if h.Monitor == "" {
			continue
		}
		doors, seen, err := doorsOf(p.config, h)
		if err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
		o := monitor.Options{
			Host: h.Name, Doors: doors, URL: h.Monitor, Password: h.MonitorPassword.Reveal(),
			Interval: h.MonitorInterval, Databases: h.MonitorDatabases, Log: l,
			Settle: p.tallies.Settle,
			Tell:   func(s monitor.Sample) { p.alerts.Size(s.Host, s.Database, s.Table, s.Rows) },
		}
		if seen {
			o.Behind = p.deletedBehind
		}
		m, err := monitor.New(o)
		if err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
		p.monitors = append(p.monitors, m)
	}
	return nil
}

// doorsOf are the hosts that lead to the same server as one of them, by address; seen is
// false where one of them does not look at its sessions.
func doorsOf(c *config.Config, host config.Host) (doors []string, seen bool, err error) {
	to, err := proxy.ParseUpstream(host.Server)
	if err != nil {
		return nil, false, err
	}
	seen = true
	for _, h := range c.Hosts {
		also, err := proxy.ParseUpstream(h.Server)
		if err != nil {
			return nil, false, err
		}
		if also.Address() == to.Address() {
			doors, seen = append(doors, h.Name), seen && h.Mode != config.Off
		}
	}
	return doors, seen, nil
}

// tally hands what transactions did to rows to those who count it.
func (p *parts) tally(t *event.Tally) {
	for _, m := range p.monitors {
		m.Count(t)
	}
	p.alerts.Take(t)
}

// deletedBehind records deletes that nobody knows of, and raises an alert. Those of
// cascades are explained.
func (p *parts) deletedBehind(b monitor.Behind) {
	if len(b.Cascade) > 0 {
		return
	}
	p.alerts.Behind(alert.Surplus{
		Host: b.Host, Database: b.Database, Table: b.Table, Rows: b.Deleted, Since: b.Since, Reason: behindWords(b),
	})
	p.events.Publish(event.DeletedBehind{
		From: b.Since, At: b.At, Host: b.Host, Database: b.Database, Table: b.Table, Deleted: b.Deleted, Rows: b.Rows, Triggers: b.Triggers,
	})
}

// watch runs the monitors until the function that it returns is called.
func (p *parts) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, m := range p.monitors {
		running.Go(func() { m.Run(ctx) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// monitorStatus is how the monitors are.
func (p *parts) monitorStatus() (list []console.MonitorStatus) {
	for _, m := range p.monitors {
		s := m.State()
		one := console.MonitorStatus{
			Host: m.Host(), Up: s.Up, Since: s.Since.UTC(), Why: s.Why, Read: s.At.UTC(), Databases: s.Databases, Tables: s.Tables, Standby: s.Standby,
			DatabasesLeftOut: s.LeftOut.Databases, TablesLeftOut: s.LeftOut.Tables, Anew: s.Anew.UTC(), AnewWhy: s.AnewWhy,
		}
		for _, f := range s.Faults {
			one.Faults = append(one.Faults, console.MonitorFault(f))
		}
		list = append(list, one)
	}
	return list
}
