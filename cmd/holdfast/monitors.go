package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/monitor"
)

// openMonitors makes a monitor for each host that has a URL for one.
func (p *parts) openMonitors(l zerolog.Logger) error {
	for _, h := range p.config.Hosts {
		if h.Monitor == "" {
			continue
		}
		m, err := monitor.New(monitor.Options{
			Host: h.Name, URL: h.Monitor, Password: h.MonitorPassword.Reveal(), Interval: h.MonitorInterval, Databases: h.MonitorDatabases, Log: l,
		})
		if err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
		p.monitors = append(p.monitors, m)
	}
	return nil
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
