package main

import (
	"context"
	"fmt"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/slack"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func slackCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "slack", Short: "Ask in Slack: prove a set-up", Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	test := &cobra.Command{
		Use: "test", Short: "Try out what the configuration says of Slack",
		Long: `Try out what the configuration says of Slack: the tokens and their scopes, the channel,
where one message is posted and deleted, and Socket Mode. Each line that fails says what to
do. Needs no running holdfast.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := configuration(a.loader(cmd))
			if err != nil {
				return err
			}
			return a.testSlack(cmd.Context(), c)
		},
	}
	test.Flags().String("config", "", "`FILE` in YAML, as for serve")
	cmd.AddCommand(test)
	return cmd
}

func (a *app) testSlack(ctx context.Context, c *config.Config) error {
	if c.Slack == nil {
		return misused("the configuration does not ask in Slack: it has no key slack", "docs/slack.md shows how to set it up.")
	}
	right := slack.Probe(ctx, slackOptions(c), func(f slack.Finding) {
		word := "ok"
		if !f.OK {
			word = "FAILED"
		}
		fmt.Fprintf(a.out, "%-6s  %s: %s\n", word, escape(f.What), escape(f.Says))
		if f.Now != "" {
			fmt.Fprintf(a.out, "        %s\n", escape(f.Now))
		}
	})
	a.printMembers(c)
	if c.Slack.SigningSecret != "" && c.Console.Listen != "" {
		fmt.Fprintf(a.out, "note    signed requests are taken at %s of the web console; only a click shows that Slack reaches it\n", slack.InteractionsPath)
	}
	if !right {
		return failed("Slack is not set up yet")
	}
	fmt.Fprintln(a.out, "Slack is set up. The app's settings must also have Interactivity switched on, which only a click can show.")
	return nil
}

// printMembers says who can answer in Slack.
func (a *app) printMembers(c *config.Config) {
	var can, cannot []string
	for _, p := range c.People {
		if p.Slack == "" {
			cannot = append(cannot, escape(p.Name))
			continue
		}
		can = append(can, escape(p.Name))
	}
	switch {
	case len(can) == 0:
		fmt.Fprintln(a.out, "note    nobody under people has a slack id, so nobody can answer there")
	case len(cannot) == 0:
		fmt.Fprintf(a.out, "note    known in Slack: %s\n", wording.List(can, "and"))
	default:
		fmt.Fprintf(a.out, "note    known in Slack: %s; without a slack id: %s\n", wording.List(can, "and"), wording.List(cannot, "and"))
	}
}

func slackOptions(c *config.Config) slack.Options {
	s := c.Slack
	return slack.Options{
		BotToken: s.BotToken.Reveal(), AppToken: s.AppToken.Reveal(), SigningSecret: s.SigningSecret.Reveal(),
		Channel: s.Channel, APIURL: s.APIURL, Console: c.Console.URL, Strict: s.Strict, Literals: s.Literals,
	}
}

// openSlack makes the part that asks in Slack, where the configuration says so.
func (p *parts) openSlack(ctx context.Context, l zerolog.Logger) (err error) {
	if p.config.Slack == nil {
		return nil
	}
	o := slackOptions(p.config)
	o.Desk, o.Alerts, o.Messages, o.Log = p.desk, p.alerts, p.store.Messages("slack"), l
	if p.slack, err = slack.Open(ctx, o); err != nil {
		return fmt.Errorf("opening slack: %w", err)
	}
	p.events.Subscribe("slack", holdObserver{to: p.slack})
	return nil
}

// holdObserver tells a place outside of holds. What the bus lost it looks up.
type holdObserver struct {
	to interface {
		Changed(id string, asked bool)
		Resync(ctx context.Context)
	}

	// passed is true for a place that is also told of each statement that goes on under
	// the approval of another.
	passed bool
}

// Observe implements event.Observer.
func (o holdObserver) Observe(e event.Event) {
	switch e := e.(type) {
	case event.HoldChanged:
		o.to.Changed(e.Hold, e.From == "" && (e.State == string(hold.Pending) || o.passed))
		if e.Under != "" && !o.passed {
			o.to.Changed(e.Under, false) // its message says what went on under it
		}
	case event.HoldBlocked:
		o.to.Changed(e.Hold, false)
	case event.Lost:
		o.to.Resync(context.Background())
	}
}
