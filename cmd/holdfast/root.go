package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/holdfast-db/holdfast/internal/config"
)

// app is what every subcommand works with.
type app struct {
	out, err *screen
	in       config.Surroundings
	now      func() time.Time

	socket string // --socket
}

// screen is standard output or standard error.
type screen struct {
	io.Writer
	terminal bool
	colour   bool
	width    int // columns to use
	tables   int // columns to use for tables; below width it is width
}

// maxWidth is the widest output: lines longer than this are hard to follow. It
// is also what is used where nobody says how wide the screen is.
const maxWidth = 100

// maxTables is the widest table on a screen that has room: rows are read column by
// column, and a statement that is cut says less than one that is not.
const maxTables = 160

// minWidth is the narrowest one: below it, tables would have no room for names.
const minWidth = 60

// here is the app of this process.
func here() *app {
	return &app{out: screenOf(os.Stdout), err: screenOf(os.Stderr), in: config.Here(), now: time.Now}
}

func screenOf(f *os.File) *screen {
	s := &screen{Writer: f, terminal: term.IsTerminal(int(f.Fd())), width: maxWidth}
	if !s.terminal {
		return s
	}
	s.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" // no-color.org
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
		s.width, s.tables = max(minWidth, min(w, maxWidth)), min(w, maxTables)
	}
	return s
}

// run runs one command line and returns the exit code.
func run(args []string, a *app) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	root := newRoot(a)
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return report(a.err, root.ExecuteContext(ctx))
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "holdfast",
		Short: "A Postgres proxy that holds destructive statements until a second person confirms them",
		Long: `holdfast is a Postgres proxy. Clients connect to it instead of the server; it reads
every statement and holds the destructive ones until a second person confirms them.

  holdfast serve     runs the proxy
  holdfast holds     lists what waits; show, approve and deny answer it, revoke takes it back
  holdfast request   asks people about a file of statements before it runs
  holdfast wait      waits for an answer, for programs
  holdfast alerts    lists unusual deletes, and answers them
  holdfast check     judges SQL files, or what a server has run, without a server
  holdfast suggest   makes rules to review from what would have been held`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&a.socket, "socket", "", "`PATH` of the control socket (or HOLDFAST_SOCKET)")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return misused(err.Error(), "Its flags: "+cmd.CommandPath()+" --help")
	})
	root.AddCommand(serveCommand(a), statusCommand(a), holdsCommand(a), sessionsCommand(a), showCommand(a),
		approveCommand(a), denyCommand(a), revokeCommand(a), requestCommand(a), waitCommand(a), checkCommand(a), suggestCommand(a),
		configCommand(a), alertsCommand(a), volumeCommand(a), gapsCommand(a),
		auditCommand(a), slackCommand(a), consoleCommand(a), traceCommand(a), versionCommand(a))
	return root
}

// unknownCommand is called with what is no subcommand.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "The commands: " + cmd.CommandPath() + " --help"
	cmd.SuggestionsMinimumDistance = 2 // letters that may differ
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "Did you mean " + strings.Join(near, " or ") + "?"
	}
	return misused("there is no command "+quote(args[0]), hint)
}

// noArgs, oneArg and twoArgs refuse any other number of arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused(cmd.CommandPath()+" takes no argument, and was given "+quote(args[0]), "Usage: "+cmd.UseLine())
	}
	return nil
}

func oneArg(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return misused(cmd.CommandPath()+" takes one argument", "Usage: "+cmd.UseLine())
	}
	return nil
}

func twoArgs(cmd *cobra.Command, args []string) error {
	if len(args) != 2 || args[0] == "" || args[1] == "" {
		return misused(cmd.CommandPath()+" takes two arguments", "Usage: "+cmd.UseLine())
	}
	return nil
}
