package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/monitor"
	"github.com/holdfast-db/holdfast/internal/passkey"
	"github.com/holdfast-db/holdfast/internal/slack"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/tally"
	"github.com/holdfast-db/holdfast/internal/trace"
	"github.com/holdfast-db/holdfast/internal/web"
	"github.com/holdfast-db/holdfast/internal/webhook"
	"github.com/holdfast-db/holdfast/proxy"
	"github.com/holdfast-db/holdfast/rules"
)

// parts are the packages, wired: this is the only place where they meet. Data
// flows config -> store, audit -> desk -> proxy; the console looks at all.
type parts struct {
	config  *config.Config // as it was at the start
	inForce inForce
	started time.Time
	ready   atomic.Bool

	store    *store.Store
	passkeys *passkey.Ring
	audit    *audit.Log
	trace    *trace.Recorder // nil when nothing is traced
	events   *event.Bus
	desk     *hold.Desk
	alerts   *alert.Desk
	tallies  *tally.Queue // of what sessions did to rows; settled by alerts and monitors
	judging  judging
	proxy    *proxy.Server
	console  *console.Server
	web      *web.Server        // nil without a web console
	slack    *slack.App         // nil when Slack is not asked
	webhook  *webhook.Hook      // nil when there is none
	monitors []*monitor.Monitor // of the hosts that have one
}

// open makes all parts, or none. now is the clock by which deletes are counted.
func open(ctx context.Context, c *config.Config, now func() time.Time, l zerolog.Logger) (p *parts, err error) {
	p = &parts{config: c, started: time.Now()}
	p.tallies = tally.NewQueue(p.tally)
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.store, err = store.Open(ctx, c.Control); err != nil {
		return p, err
	}
	if p.audit, err = audit.Open(c.Audit); err != nil {
		return p, err
	}
	p.events = event.NewBus()
	p.events.Subscribe("audit", p.audit)
	if err = p.openDesk(ctx); err != nil {
		return p, err
	}
	if err = p.openAlerts(ctx, now, l); err != nil {
		return p, err
	}
	if err = errors.Join(p.openSlack(ctx, l), p.openWebhook(ctx, l), p.openMonitors(l)); err != nil {
		return p, err
	}
	hosts, err := proxyHosts(c)
	if err != nil {
		return p, err
	}
	tracing, err := p.openTrace(l)
	if err != nil {
		return p, err
	}
	if err = p.record(ctx, c); err != nil {
		return p, err
	}
	p.inForce.set(c, nil)
	p.proxy, err = proxy.New(proxy.Options{
		Hosts: hosts, Reader: rules.NewReader(rules.ReaderOptions{}), Policy: c.NewPolicy(time.Now),
		Desk: p.desk, Events: p.events, Tally: p.tallies, Trace: tracing, Log: l,
	})
	if err != nil {
		return p, err
	}
	p.judging.by(p.proxy, p.alerts, c.NewPolicy(time.Now))
	if err = p.openWeb(l); err != nil {
		return p, err
	}
	p.console, err = console.Listen(console.Options{
		Socket: c.Socket, Group: c.SocketGroup, Desk: p.desk, Status: p.status, Sessions: p.sessions,
		Alerts: p.alerts, Metrics: p.metrics(), Link: p.link(), Submit: p.submit, Log: l,
	})
	return p, err
}

func (p *parts) openDesk(ctx context.Context) error {
	known, err := peopleOf(p.config)
	if err != nil {
		return err
	}
	if p.passkeys, err = passkey.Open(ctx, p.store.Passkeys(), p.audit); err != nil {
		return err
	}
	if err := p.passkeys.Keep(ctx, known.Has); err != nil {
		return err
	}
	p.desk, err = hold.Open(ctx, hold.Options{Store: p.store, Record: p.audit, People: known, Events: p.events.Publish})
	return err
}

// openTrace is nil when nothing is to be traced. What cannot be recorded is logged
// and stops nothing.
func (p *parts) openTrace(l zerolog.Logger) (*proxy.Trace, error) {
	wanted := p.config.Trace
	if wanted.Dir == "" {
		return nil, nil
	}
	var client netip.Addr // of Unix sockets
	if wanted.Client != config.LocalClient {
		var err error
		if client, err = netip.ParseAddr(wanted.Client); err != nil {
			return nil, fmt.Errorf("reading the client to trace: %w", err)
		}
	}
	var err error
	p.trace, err = trace.Open(wanted.Dir, trace.Describer{Mask: rules.Mask}, func(err error) {
		l.Error().Err(err).Msg("a trace could not be recorded; sessions go on")
	})
	if err != nil {
		return nil, err
	}
	return &proxy.Trace{Client: client, Recorder: p.trace}, nil
}

// run serves until ctx ends or a part fails. People can look and answer until the
// last session is over.
func (p *parts) run(ctx context.Context, ready func()) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	door, closeDoor := context.WithCancel(context.WithoutCancel(ctx))
	if p.slack != nil {
		p.slack.Start()
	}
	if p.webhook != nil {
		p.webhook.Start()
	}
	defer p.watch(ctx)()
	doors := p.doors()
	ended := make(chan error, len(doors))
	for _, serve := range doors {
		go func() {
			err := serve(door)
			stop() // without it nobody can answer
			ended <- err
		}()
	}
	err := p.proxy.Serve(ctx, func() {
		p.ready.Store(true)
		ready()
	})
	p.ready.Store(false)
	closeDoor()
	for range doors {
		err = errors.Join(err, <-ended)
	}
	return err
}

// doors are by which people come.
func (p *parts) doors() []func(context.Context) error {
	doors := []func(context.Context) error{p.console.Serve}
	if p.web != nil {
		doors = append(doors, p.web.Serve)
	}
	return doors
}

// close ends what was opened, in the order in which nothing is missed: the desk
// tells the events, the events tell the audit and Slack.
func (p *parts) close() (err error) {
	if p.console != nil {
		err = errors.Join(err, p.console.Close())
	}
	if p.web != nil {
		err = errors.Join(err, p.web.Close())
	}
	if p.trace != nil {
		err = errors.Join(err, p.trace.Close())
	}
	if p.desk != nil {
		err = errors.Join(err, p.desk.Close())
	}
	if p.alerts != nil {
		err = errors.Join(err, p.alerts.Close())
	}
	if p.events != nil {
		p.events.Close()
	}
	if p.slack != nil {
		p.slack.Close()
	}
	if p.webhook != nil {
		p.webhook.Close()
	}
	if p.audit != nil {
		err = errors.Join(err, p.audit.Close())
	}
	if p.store != nil {
		err = errors.Join(err, p.store.Close())
	}
	return err
}

// sessions are the clients that are connected, the newest first.
func (p *parts) sessions() []console.Session {
	now := p.proxy.Sessions()
	list := make([]console.Session, len(now))
	for i, s := range now {
		s.Since, s.StateSince = s.Since.UTC(), s.StateSince.UTC()
		list[i] = console.Session(s)
	}
	return list
}

// status is what the console shows of all parts.
func (p *parts) status(ctx context.Context) console.Status {
	c := p.config
	current, policy := p.inForce.now()
	s := console.Status{
		Policy:  policy,
		Version: versionText(), PID: pid(), Started: p.started.UTC(), Uptime: time.Since(p.started).Seconds(),
		Ready: p.ready.Load(), CountingNote: counting,
		Control: c.Control, Audit: c.Audit, Socket: c.Socket,
		People: []string{}, Identity: "unverified",
		Lost: console.Lost{Events: p.events.Lost() + p.audit.Lost(), Holds: p.desk.Lost()},
	}
	p.deleteStatus(ctx, &s)
	if !s.Ready {
		s.Why = "not every host listens"
	}
	for _, h := range p.proxy.Status().Hosts {
		s.Hosts = append(s.Hosts, console.HostStatus(h))
	}
	s.Monitors = p.monitorStatus()
	for _, person := range current.People {
		s.People, s.Identity = append(s.People, person.Name), "verified"
	}
	for _, w := range current.Warnings {
		s.Warnings = append(s.Warnings, w.Text)
	}
	holds, err := p.desk.List(ctx, false)
	for _, h := range holds {
		switch {
		case h.State.Waiting():
			s.Waiting++
		case h.State == hold.Granted:
			s.Granted++
		}
	}
	if err != nil {
		s.Ready, s.Why = false, err.Error()
	}
	return s
}
