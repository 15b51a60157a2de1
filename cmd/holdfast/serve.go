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
	"github.com/holdfast-db/holdfast/internal/store"
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
goes before a variable, a variable before the file.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.configuration(cmd)
			switch {
			case err != nil:
				return err
			case check:
				a.printCheck(c)
				return nil
			}
			return a.serve(cmd.Context(), c)
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
	for _, later := range []string{"monitor", "console"} {
		f.String(later, "", "not in this version")
		_ = f.MarkHidden(later) // the flag was just defined
	}
	return cmd
}

// configuration loads the configuration, or says everything that is wrong.
func (a *app) configuration(cmd *cobra.Command) (*config.Config, error) {
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	c, err := a.load(given)
	var faults config.Faults
	switch {
	case errors.As(err, &faults):
		return nil, misused(fmt.Sprintf("not started: %s\n\n%s", count(len(faults), "fault"), faults.Error()))
	case err != nil:
		return nil, misused(err.Error())
	}
	c.Warnings = append(c.Warnings, bothLegs(c)...)
	return c, nil
}

// load reads the configuration that flags, by name, and variables name.
func (a *app) load(flags map[string]string) (*config.Config, error) {
	return config.Load(config.Input{
		Flags: flags, Surroundings: a.in,
		Checks: config.Checks{
			Server:  func(url string) error { _, err := proxy.ParseUpstream(url); return err },
			Control: func(url string) error { _, err := store.Path(url); return err },
		},
	})
}

// printCheck says that the configuration can be served, and what may surprise.
func (a *app) printCheck(c *config.Config) {
	name := c.File
	if name == "" {
		name = "The configuration"
	}
	fmt.Fprintf(a.out, "%s is fine: %s, %s\n", name, count(len(c.Hosts), "host"), people(len(c.People)))
	for _, h := range c.Hosts {
		fmt.Fprintf(a.out, "  %s: %s\n", escape(h.Name), modeText(string(h.Mode)))
	}
	a.paragraph(counting)
	for _, w := range c.Warnings {
		fmt.Fprintf(a.out, "\n%s\n", w.Error())
	}
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

// serve runs until ctx ends.
func (a *app) serve(ctx context.Context, c *config.Config) (err error) {
	l := a.logger()
	s, err := open(ctx, c, l)
	if err != nil {
		return failed("not started: " + err.Error())
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for _, w := range c.Warnings {
		l.Warn().Str("where", w.Where).Int("line", w.Line).Msg(w.Text)
	}
	defer ignoreHangup(l)()
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

// ignoreHangup answers SIGHUP, which other servers take for a wish to reload, and
// which would end the process. It returns the function that stops doing so.
func ignoreHangup(l zerolog.Logger) func() {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangups:
				l.Warn().Msg("SIGHUP: reloading is not in this version of holdfast; restart it to read the configuration again")
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(done)
	}
}
