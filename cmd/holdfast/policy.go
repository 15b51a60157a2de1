package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// inForce is the configuration of which rules, limits, people and terms count now.
// Safe for concurrent use.
type inForce struct {
	mu      sync.Mutex
	config  *config.Config
	loaded  time.Time
	fault   string
	restart []string
}

func (f *inForce) set(c *config.Config, restart []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.config, f.loaded, f.fault, f.restart = c, time.Now().UTC(), "", restart
}

func (f *inForce) setFault(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = text
}

// now is the configuration, and what status shows of it.
func (f *inForce) now() (*config.Config, console.PolicyStatus) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.config, console.PolicyStatus{
		File: f.config.File, SHA256: f.config.SHA256, Loaded: f.loaded, Rules: len(f.config.Policy.Rules),
		Fault: f.fault, Restart: f.restart,
	}
}

// record writes down which policy judges from now on. What is not on record does
// not judge.
func (p *parts) record(ctx context.Context, c *config.Config) error {
	err := p.audit.Write(ctx, event.PolicyLoaded{At: time.Now(), File: c.File, SHA256: c.SHA256, Rules: len(c.Policy.Rules)})
	if err != nil {
		return fmt.Errorf("recording the policy: %w", err)
	}
	return nil
}

// take makes another configuration of the same file the one that counts, as far as
// that is possible while holdfast runs.
func (p *parts) take(ctx context.Context, c *config.Config, l zerolog.Logger) error {
	people, err := peopleOf(c)
	if err != nil {
		return err
	}
	if err := p.record(ctx, c); err != nil {
		return err
	}
	if err := p.alerts.SetRules(alertRules(c)); err != nil {
		return fmt.Errorf("reading volume: %w", err)
	}
	p.alerts.SetPeople(people)
	p.desk.SetPeople(people)
	for _, h := range c.Hosts {
		p.proxy.SetTerms(h.Name, termsOf(c, h))
	}
	p.judging.by(p.proxy, p.alerts, c.NewPolicy(time.Now))
	restart := config.NeedsRestart(p.config, c)
	p.inForce.set(c, restart)
	l.Info().Str("file", c.File).Str("sha256", c.SHA256).Int("rules", len(c.Policy.Rules)).
		Msg("policy loaded: it judges from the next statement on")
	for _, key := range restart {
		l.Warn().Str("key", key).Msg(key + ": was changed, and needs a restart")
	}
	warn(c, l)
	return nil
}

// refuse notes that the file as it is now does not count; nil that it does again.
func (p *parts) refuse(ctx context.Context, err error, l zerolog.Logger) {
	if err == nil {
		p.inForce.setFault("")
		return
	}
	p.inForce.setFault(err.Error())
	e := notLoaded(p.config.File, err)
	if err := p.audit.Write(ctx, e); err != nil {
		l.Error().Err(err).Msg("the record does not have that a configuration was not taken")
	}
}

// notLoaded is the event of a file with faults. Their text may quote the file.
func notLoaded(file string, err error) event.PolicyNotLoaded {
	e := event.PolicyNotLoaded{At: time.Now(), File: file, Faults: 1}
	var faults config.Faults
	if errors.As(err, &faults) {
		e.Faults = len(faults)
		e.First = fmt.Sprintf("%d:%d", faults[0].Line, faults[0].Column)
	}
	return e
}

// warn logs what works and will probably surprise.
func warn(c *config.Config, l zerolog.Logger) {
	for _, w := range c.Warnings {
		l.Warn().Str("where", w.Where).Int("line", w.Line).Int("column", w.Column).Msg(w.Text)
	}
}

func peopleOf(c *config.Config) (hold.People, error) {
	var list []hold.Person
	for _, person := range c.People {
		list = append(list, hold.Person{
			Name: person.Name, Email: person.Email, Slack: person.Slack, Postgres: person.Postgres, OS: person.OS,
			Certificate: person.Certificate,
		})
	}
	known, err := hold.NewPeople(list, c.Groups)
	if err != nil {
		return hold.People{}, fmt.Errorf("reading people: %w", err)
	}
	var shared []hold.SharedUser
	for _, s := range c.SharedUsers {
		one, err := s.Parsed()
		if err != nil {
			return hold.People{}, fmt.Errorf("reading shared users: %w", err)
		}
		shared = append(shared, one)
	}
	if known, err = known.WithShared(shared); err != nil {
		return hold.People{}, fmt.Errorf("reading shared users: %w", err)
	}
	return known, nil
}
