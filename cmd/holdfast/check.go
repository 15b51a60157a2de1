package main

import (
	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/rules"
)

// checking is what check was asked for.
type checking struct {
	json, lines, sarif, all bool

	log, statStatements bool
	logLinePrefix       string

	from  sender
	files []string
}

func checkCommand(a *app) *cobra.Command {
	var c checking
	cmd := &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Judge SQL files, or what a server has run, without a server",
		Long: `Judge SQL files, or standard input, as serve would, without any server. Files are
read as psql reads them: its commands are no SQL, and the data behind COPY ... FROM
stdin is none. Of a folder, all files below it that end in .sql are read, sorted by
name. Nothing is known of a database, so every table counts as there; functions,
triggers and rules that earlier lines create are remembered.

With --config the rules of that file judge. They may ask who sends a statement, and
when: --host, --database, --user, --application, --client and --at say it.

With --jsonl the input has one object with "sql" on each line, each a text of its own,
and so has the output, with "verdict". An "id" is passed on; "setup" is judged first.

With --log the files are logs of a PostgreSQL server, with --stat-statements they are
pg_stat_statements as CSV: what the policy would have asked about.

Exit code 0 says that everything would pass, 3 that something would be held or refused.`,
		Args: func(_ *cobra.Command, args []string) error { return c.take(args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd, c) },
	}
	f := cmd.Flags()
	f.BoolVar(&c.json, "json", false, "one JSON object a statement")
	f.BoolVar(&c.lines, "jsonl", false, "read and print one JSON object a line")
	f.BoolVar(&c.sarif, "sarif", false, "one SARIF 2.1.0 document, for code scanning")
	f.BoolVar(&c.all, "all", false, "show what passes too")
	f.BoolVar(&c.log, "log", false, "the files are logs of a server: stderr format, csvlog or jsonlog")
	f.StringVar(&c.logLinePrefix, "log-line-prefix", "", "`PREFIX` that the server has as log_line_prefix, where it is not found out")
	f.BoolVar(&c.statStatements, "stat-statements", false, "the files are pg_stat_statements as CSV")
	f.String("config", "", "`FILE` of serve, whose rules judge")
	c.from.flags(f)
	return cmd
}

func (c *checking) take(args []string) error {
	c.files = args
	if len(args) == 0 {
		c.files = []string{standardInput}
	}
	past := c.log || c.statStatements
	switch {
	case c.json && c.lines:
		return misused("--json and --jsonl are two forms of output", "Use --jsonl where the input is JSON, --json where it is SQL.")
	case c.sarif && (c.json || c.lines):
		return misused("--sarif is a form of output of its own", "Leave out --json or --jsonl.")
	case c.lines && c.all, c.json && c.all:
		return misused("--all is for people and SARIF: JSON has every statement")
	case c.log && c.statStatements:
		return misused("--log and --stat-statements are two forms of input", "Read one after the other.")
	case past && (c.lines || c.sarif || c.all):
		return misused("what a server has run is told as text or with --json", "Leave out --jsonl, --sarif and --all.")
	case c.logLinePrefix != "" && !c.log:
		return misused("--log-line-prefix says how to read a log", "Add --log.")
	}
	return c.from.valid()
}

// check judges every input, and says in its exit code whether something would stop.
func (a *app) check(cmd *cobra.Command, c checking) error {
	o, err := a.opinion(cmd, c.from)
	if err != nil {
		return err
	}
	if c.log || c.statStatements {
		return a.checkPast(c, o)
	}
	judge := &check.Judge{
		Reader: rules.NewReader(rules.ReaderOptions{}), Policy: o.policy, Origin: o.origin,
	}
	if c.lines {
		judge.Earlier = &rules.Definitions{}
	} else {
		judge.Defined = &rules.Definitions{}
	}
	report := checkReport{a: a, checking: c, opinion: o, scan: scan{folder: a.in.Dir}}
	for _, name := range c.files {
		if err := report.input(judge, name); err != nil {
			return err
		}
	}
	return report.end()
}
