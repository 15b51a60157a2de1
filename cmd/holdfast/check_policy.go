package main

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

// sender is who is taken to send what check judges, as the flags say it.
type sender struct {
	host, database, user, application, client, at string
}

func (s *sender) flags(f *pflag.FlagSet) {
	f.StringVar(&s.host, "host", "", "`NAME` of the host of --config that it is sent to; needed where there are several")
	f.StringVar(&s.database, "database", "", "`NAME` of the database, for rules that ask for it")
	f.StringVar(&s.user, "user", "", "`NAME` of the Postgres user who would send it")
	f.StringVar(&s.application, "application", "", "application_name, `NAME` of the program that would")
	f.StringVar(&s.client, "client", "", "`ADDR` it would come from: one IP address, or local for a Unix socket")
	f.StringVar(&s.at, "at", "", "`TIME` it would be sent, for rules with times, such as 2026-11-24T02:16:00+01:00 (default now)")
}

func (s *sender) valid() error {
	if _, err := netip.ParseAddr(s.client); s.client != "" && s.client != config.LocalClient && err != nil {
		return misused("--client: "+quote(s.client)+" is no IP address", "Write one address such as 10.20.3.14, or local.")
	}
	if _, err := time.Parse(time.RFC3339, s.at); s.at != "" && err != nil {
		return misused("--at: "+quote(s.at)+" is no time", "Write it as in 2026-11-24T02:16:00+01:00, or 2026-11-24T01:16:00Z.")
	}
	return nil
}

// opinion is what check judges by: a policy, and who is taken to send.
type opinion struct {
	policy *rules.Policy
	origin rules.Origin
	at     *time.Time // what the policy takes for now
	config *config.Config
	file   string // of config, as short as it can be said
	host   config.Host
}

// own says that a rule is one of the configuration.
func (o *opinion) own(rule string) bool { return o.source(rule) != defaultPolicy }

const defaultPolicy = "default policy"

// source says where a rule stands, for people.
func (o *opinion) source(rule string) string {
	if o.config != nil {
		for _, r := range o.config.Rules {
			if r.Name == rule {
				return fmt.Sprintf("%s line %d", escape(o.file), r.Line)
			}
		}
	}
	return defaultPolicy
}

// opinion is the policy of the configuration that check was given, or the default
// one.
func (a *app) opinion(cmd *cobra.Command, from sender) (opinion, error) {
	c, err := a.checkConfig(cmd)
	if err != nil {
		return opinion{}, err
	}
	o := opinion{config: c, policy: rules.DefaultPolicy(), origin: rules.Origin{
		Database: from.database, User: from.user, Application: from.application, Client: from.client,
	}}
	now := a.now()
	if from.at != "" {
		now, _ = time.Parse(time.RFC3339, from.at) // valid has read it
	}
	o.at = &now
	if c != nil {
		o.file = nearPath(a.in.Dir, c.File)
		o.policy = c.NewPolicy(func() time.Time { return now })
	}
	if o.host, err = from.hostOf(c); err != nil {
		return opinion{}, err
	}
	o.origin.Host, o.origin.Environment = o.host.Name, o.host.Environment
	return o, nil
}

// checkConfig loads the configuration that check was given, if any.
func (a *app) checkConfig(cmd *cobra.Command) (*config.Config, error) {
	if !cmd.Flags().Changed("config") && a.in.Getenv(config.Variable("config")) == "" {
		return nil, nil
	}
	given := map[string]string{}
	if f := cmd.Flags().Lookup("config"); f.Changed {
		given[f.Name] = f.Value.String()
	}
	in := a.input(given)
	in.WithoutSecrets = true
	c, err := config.Load(in)
	var faults config.Faults
	if errors.As(err, &faults) {
		return nil, misused(fmt.Sprintf("the configuration has %s\n\n%s", wording.Count(len(faults), "fault"), faults.Error()))
	}
	return c, err
}

// hostOf is the host of the configuration that a statement is sent to.
func (s *sender) hostOf(c *config.Config) (config.Host, error) {
	switch {
	case c == nil && s.host != "":
		return config.Host{}, misused("--host names a host of a configuration, and there is none", "Add --config FILE.")
	case c == nil:
		return config.Host{}, nil
	case s.host == "" && len(c.Hosts) == 1:
		return c.Hosts[0], nil
	}
	var names []string
	for _, h := range c.Hosts {
		if h.Name == s.host {
			return h, nil
		}
		names = append(names, h.Name)
	}
	hosts := "It has " + escape(wording.List(names, "and")) + "."
	if s.host == "" {
		return config.Host{}, misused("the configuration has several hosts, and its rules may tell them apart", "Add --host NAME. "+hosts)
	}
	return config.Host{}, misused("the configuration has no host "+quote(s.host), hosts)
}

// nearPath is a path as seen from a folder that it lies below, else as it is.
func nearPath(folder, path string) string {
	if near, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(near) {
		return near
	}
	return path
}
