package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/slack"
	"github.com/holdfast-db/holdfast/internal/web"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func consoleCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "console", Short: "Sign in to the web console", Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var asJSON bool
	login := &cobra.Command{
		Use: "login", Short: "Print a link that signs you in to the web console, once",
		Long: `Print a link that signs you in to the web console. It is yours: of the person whose OS
user you are. It works in one browser, once, within five minutes; do not pass it on.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := a.client().Login(cmd.Context())
			if err != nil {
				return a.noLink(err)
			}
			if asJSON {
				return a.printJSON(l)
			}
			fmt.Fprintln(a.out, escape(l.URL))
			fmt.Fprintf(a.err, "It signs in as %s, in one browser, once, within %s.\n", escape(l.For), wording.Took(l.Until.Sub(a.now()).Round(time.Minute)))
			return nil
		},
	}
	login.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.AddCommand(login, passwordCommand(a), tokenCommand(a))
	return cmd
}

// noLink explains why there is no link.
func (a *app) noLink(err error) error {
	fault := (*console.Fault)(nil)
	if errors.As(err, &fault) && fault.Code == console.NoConsole {
		return failed(escape(fault.Text), "Start it with --console 127.0.0.1:8432, or with the key console of the configuration; docs/console.md says more.")
	}
	return a.unreachable(err)
}

// openWeb is the web console, if there is one.
func (p *parts) openWeb(l zerolog.Logger) error {
	c := p.config.Console
	if c.Listen == "" {
		return nil
	}
	o := web.Options{
		Listen: c.Listen, URL: c.URL, Desk: p.desk, History: p.store, Status: p.status, Sessions: p.sessions,
		Passwords: p.passwords, Tokens: p.tokens, Passkeys: p.passkeys, Policy: p.policyPage, Submit: p.submit, Log: l,
		Alerts: p.alerts, Metrics: p.metrics(),
	}
	if c.TLS != nil {
		pair, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key)
		if err != nil {
			return fmt.Errorf("reading the console's certificate: %w", err)
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if p.slack != nil && p.config.Slack.SigningSecret != "" {
		o.Doors = map[string]http.Handler{slack.InteractionsPath: p.slack.Handler()}
	}
	if id := c.OIDC; id != nil {
		o.OIDC = &web.OIDC{Issuer: id.Issuer, ClientID: id.ClientID, ClientSecret: id.ClientSecret.Reveal()}
	}
	var err error
	p.web, err = web.Listen(o)
	return err
}

// passwords are the hashes of those who have one, as they count now.
func (p *parts) passwords() map[string]string {
	c, _ := p.inForce.now()
	hashes := map[string]string{}
	for _, person := range c.People {
		if person.Password != "" {
			hashes[person.Name] = person.Password.Reveal()
		}
	}
	return hashes
}

// tokens are the hashes of those who have one, as they count now.
func (p *parts) tokens() map[string]string {
	c, _ := p.inForce.now()
	hashes := map[string]string{}
	for _, person := range c.People {
		if person.Token != "" {
			hashes[person.Name] = person.Token
		}
	}
	return hashes
}

// link is nil without a web console.
func (p *parts) link() func(hold.Answerer) (console.Link, error) {
	if p.web == nil {
		return nil
	}
	return func(by hold.Answerer) (console.Link, error) {
		l, err := p.web.Link(by)
		return console.Link(l), err
	}
}
