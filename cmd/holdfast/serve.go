package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/monitor"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/web"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/proxy"
)

func serveCommand(a *app) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the proxy",
		Long: `Run the proxy until SIGTERM or SIGINT, which let sessions finish; a second one ends it
at once.

With --config FILE it serves the hosts of that file. Without one, --listen and
--server make one host that is enforced with the default policy. Every flag can also
be given as a variable: --wait-in-transaction is HOLDFAST_WAIT_IN_TRANSACTION. A flag
goes before a variable, a variable before the file.

A file that changes is read again, and on SIGHUP: rules, limits, people, groups and who
answers on a host count from the next statement on. A file with faults changes nothing.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			load := a.loader(cmd)
			c, err := configuration(load)
			switch {
			case err != nil:
				return err
			case check:
				a.printCheck(c)
				return nil
			}
			return a.serve(cmd.Context(), c, load)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&check, "check", false, "check the configuration and exit: 0 when it can be served, 2 when not")
	f.String("config", "", "`FILE` in YAML with hosts, people and the rest")
	f.String("listen", "", "`ADDR` where clients connect: HOST:PORT, :PORT or unix:/PATH")
	f.String("server", "", "`URL` of the server, such as postgres://db.example.com:5432")
	f.String("control", "", "`URL` of the control store: sqlite:///PATH")
	f.String("audit", "", "`PATH` of the audit file")
	f.String("trace", "", "`DIR` for traces of the connections of --trace-client, with their statements and rows")
	f.String("trace-client", "", "`ADDR` whose connections are traced: one IP address, or local for Unix sockets")
	f.String("wait", "", "how long a hold waits for an answer outside a transaction (`30m`)")
	f.String("wait-in-transaction", "", "how long it waits inside one (`60s`)")
	f.String("console", "", "`ADDR` of the web console: HOST:PORT, such as 127.0.0.1:8432")
	f.String("monitor", "", "`URL` by which the server's own counters of deletes are read")
	return cmd
}

// loader reads the configuration that the flags of a command and the variables say.
func (a *app) loader(cmd *cobra.Command) func() (*config.Config, error) {
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	return func() (*config.Config, error) {
		c, err := a.load(given)
		if err != nil {
			return nil, err
		}
		c.Warnings = append(c.Warnings, bothLegs(c)...)
		return c, nil
	}
}

// configuration loads the configuration, or says everything that is wrong.
func configuration(load func() (*config.Config, error)) (*config.Config, error) {
	c, err := load()
	var faults config.Faults
	switch {
	case errors.As(err, &faults):
		return nil, misused(fmt.Sprintf("not started: %s\n\n%s", wording.Count(len(faults), "fault"), faults.Error()))
	case err != nil:
		return nil, misused(err.Error())
	}
	return c, nil
}

// load reads the configuration that flags, by name, and variables name.
func (a *app) load(flags map[string]string) (*config.Config, error) {
	return config.Load(a.input(flags))
}

func (a *app) input(flags map[string]string) config.Input {
	return config.Input{
		Flags: flags, Surroundings: a.in,
		Checks: config.Checks{
			Server:  func(url string) error { _, err := proxy.ParseUpstream(url); return err },
			Control: func(url string) error { _, err := store.Path(url); return err },
			Monitor: monitor.Check,
			Console: web.CheckAddress, Password: web.CheckHash, Token: web.CheckToken, Passkeys: passkeyOwners,
		},
	}
}

// printCheck says that the configuration can be served, and what may surprise.
func (a *app) printCheck(c *config.Config) {
	name := c.File
	if name == "" {
		name = "The configuration"
	}
	fmt.Fprintf(a.out, "%s is fine: %s, %s, %s\n", name, wording.Count(len(c.Hosts), "host"), people(len(c.People)), ruleCount(len(c.Rules)))
	for _, h := range c.Hosts {
		fmt.Fprintf(a.out, "  %s: %s, %s\n", escape(h.Name), modeText(string(h.Mode)), ruleCount(c.RulesFor(h)))
	}
	a.paragraph(volumeText(c.Volume))
	a.paragraph(counting)
	for _, w := range c.Warnings {
		fmt.Fprintf(a.out, "\n%s\n", w.Error())
	}
}

// ruleCount is how many rules stand before the default ones.
func ruleCount(n int) string {
	if n == 0 {
		return "the default rules"
	}
	return wording.Count(n, "rule") + " and the default ones"
}

func people(n int) string {
	switch n {
	case 0:
		return "no people, so anybody who can open the control socket may answer, unverified"
	case 1:
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// serve runs until ctx ends; load reads the configuration again.
func (a *app) serve(ctx context.Context, c *config.Config, load func() (*config.Config, error)) (err error) {
	l := a.logger()
	s, err := open(ctx, c, a.now, l)
	if err != nil {
		return failed("not started: " + err.Error())
	}
	defer func() { err = errors.Join(err, s.close()) }()
	warn(c, l)
	defer a.reloading(s, load, l)()
	context.AfterFunc(ctx, func() { l.Info().Msg("stopping: sessions may finish what they do; a second signal ends them at once") })
	if err := s.run(ctx, func() { a.greet(s) }); err != nil {
		return failed(err.Error())
	}
	l.Info().Msg("stopped")
	return nil
}

// logger writes for people on a terminal, and one JSON object a line otherwise.
func (a *app) logger() zerolog.Logger {
	var to io.Writer = a.err
	if a.err.terminal {
		to = zerolog.ConsoleWriter{Out: a.err, NoColor: !a.err.colour, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(to).Level(zerolog.InfoLevel).With().Timestamp().Logger()
}

// reloading reads the file again when it changes and on SIGHUP, which would end the
// process otherwise, until the function that it returns is called.
func (a *app) reloading(p *parts, load func() (*config.Config, error), l zerolog.Logger) (stop func()) {
	r := &reloader{
		file: p.config.File, sha256: p.config.SHA256, load: load, log: l,
		stat:   func() string { return statOf(p.config.File) },
		take:   func(ctx context.Context, c *config.Config) error { return p.take(ctx, c, l) },
		refuse: func(ctx context.Context, err error) { p.refuse(ctx, err, l) },
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.run(ctx, hangups)
	}()
	return func() {
		cancel()
		<-done
		signal.Stop(hangups)
	}
}
