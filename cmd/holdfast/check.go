package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/rules"
)

// checking is what check was asked for.
type checking struct {
	json, lines, all bool
	files            []string
}

func checkCommand(a *app) *cobra.Command {
	var c checking
	cmd := &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Judge SQL files without a server",
		Long: `Judge SQL files, or standard input, as serve would, without any server. Files are
read as psql reads them: its commands are no SQL, and the data behind COPY ... FROM
stdin is none. Nothing is known of a database, so every table counts as there.

With --jsonl the input has one object with "sql" on each line, each a text of its own,
and so has the output, with "verdict". An "id" is passed on; "setup" is judged first.

Exit code 0 says that everything would pass, 3 that something would be held or refused.`,
		Args: func(_ *cobra.Command, args []string) error { return c.take(args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd, c) },
	}
	f := cmd.Flags()
	f.BoolVar(&c.json, "json", false, "one JSON object a statement")
	f.BoolVar(&c.lines, "jsonl", false, "read and print one JSON object a line")
	f.BoolVar(&c.all, "all", false, "show what passes too")
	f.String("config", "", "`FILE` of serve; it is validated, and may have no rules in this version")
	return cmd
}

func (c *checking) take(args []string) error {
	c.files = args
	switch {
	case c.json && c.lines:
		return misused("--json and --jsonl are two forms of output", "Use --jsonl where the input is JSON, --json where it is SQL.")
	case c.lines && c.all, c.json && c.all:
		return misused("--all is for people: JSON has every statement")
	case len(args) == 0:
		c.files = []string{standardInput}
	}
	return nil
}

// check judges every input, and says in its exit code whether something would stop.
func (a *app) check(cmd *cobra.Command, c checking) error {
	if err := a.checkConfig(cmd); err != nil {
		return err
	}
	judge := &check.Judge{Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy()}
	report := checkReport{a: a, checking: c}
	for _, name := range c.files {
		if err := report.input(judge, name); err != nil {
			return err
		}
	}
	return report.end()
}

// checkConfig validates the configuration that check was given, if any. The
// default policy is the only one of this version, so nothing else comes of it.
func (a *app) checkConfig(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("config") && a.in.Getenv(config.Variable("config")) == "" {
		return nil
	}
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "config" {
			given[f.Name] = f.Value.String()
		}
	})
	in := a.input(given)
	in.WithoutSecrets = true
	_, err := config.Load(in)
	var faults config.Faults
	if errors.As(err, &faults) {
		return misused(fmt.Sprintf("the configuration has %s\n\n%s", count(len(faults), "fault"), faults.Error()))
	}
	return err
}

const (
	standardInput = "-"

	// maxInput is the largest input read, in bytes: what a server takes in one
	// message. Files of that size are data; a device named by mistake has no end.
	maxInput = 1 << 30
)

// readInput reads a file or standard input.
func readInput(name string) ([]byte, error) {
	in := os.Stdin
	if name != standardInput {
		f, err := os.Open(name)
		if err != nil {
			return nil, failed("not checked: " + escape(err.Error()))
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return nil, failed("not checked: " + escape(err.Error()))
	case len(text) > maxInput:
		return nil, failed(fmt.Sprintf("not checked: %s has more than 1 GiB", inputName(name)), "Split it, or take its data out.")
	}
	return text, nil
}

// inputName is an input for people.
func inputName(name string) string {
	if name == standardInput {
		return "stdin"
	}
	return escape(name)
}
