package main

import (
	"bufio"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/gaps"
)

func gapsCommand(a *app) *cobra.Command {
	var (
		o           gaps.Options
		all, asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "gaps --server URL TABLE",
		Short: "Find the ids that are missing from a table",
		Long: `Find the ids that are missing from a table whose ids a sequence hands out, and between
when the rows that had them were made, by the times of the rows beside them.

It reads the server itself, not a running holdfast. It walks the primary key, or the
column of --column, by its index, some thousand ids at a time, each in a read-only
transaction of its own: it keeps nobody waiting, and gives up when somebody else has
locked the table.

URL is read as psql reads it: the password can come from PGPASSWORD or ~/.pgpass.
TABLE is read as in SQL: orders, audit.orders, '"Orders"'.

The exit code is 0 also when ids are missing: many are for good reasons.`,
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.URL == "" {
				return misused("which server is not said", "Give --server URL, such as postgres://you@db.example.com/shop.")
			}
			o.Table = args[0]
			return a.gaps(cmd.Context(), o, all, asJSON)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.URL, "server", "", "`URL` of the database")
	f.StringVar(&o.Column, "column", "", "`NAME` of the column with the ids, as it is written")
	f.StringVar(&o.Time, "time", "", "`COLUMN` that says when a row was made, as it is written")
	f.BoolVar(&all, "all", false, "list every gap, not the largest ones alone")
	f.BoolVar(&asJSON, "json", false, "one JSON object a line: the gaps, then a summary")
	return cmd
}

// gaps looks for gaps and prints them.
func (a *app) gaps(ctx context.Context, o gaps.Options, all, asJSON bool) (err error) {
	a, flush := a.buffered()
	defer func() { err = errors.Join(err, flush()) }()
	listed := largest{most: gapsListed}
	switch {
	case asJSON:
		o.Each = func(g gaps.Gap) error { return a.printJSON(g) }
	case all:
		o.Each = a.printGap
	default:
		o.Each = listed.take
	}
	found, err := gaps.Find(ctx, o)
	var f *gaps.Fault
	switch {
	case errors.As(err, &f):
		return failed(escape(f.What), escape(f.Now))
	case errors.Is(err, context.Canceled):
		return failed("broken off before the end")
	case err != nil:
		return err
	case asJSON:
		return a.printJSON(struct {
			Kind  string  `json:"kind"`
			Share float64 `json:"share"`
			gaps.Summary
		}{"summary", found.Share(), found})
	}
	a.printGaps(found, listed.inOrder())
	return nil
}

// buffered is the app with an output that is written in large pieces, for those that
// may have a million lines, until it is flushed.
func (a *app) buffered() (with *app, flush func() error) {
	to := bufio.NewWriter(a.out.Writer)
	out := *a.out
	out.Writer = to
	copied := *a
	copied.out = &out
	return &copied, to.Flush
}
