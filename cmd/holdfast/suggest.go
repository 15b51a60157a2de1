package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/suggest"
)

func suggestCommand(a *app) *cobra.Command {
	var commented bool
	cmd := &cobra.Command{
		Use:   "suggest FILE...",
		Short: "Make rules to review from what would have been held",
		Long: `Read audit files of holdfast and print the section rules of a configuration: what a
host in mode observe would have held, as rules that let it pass, the most frequent
first, each with how often it was seen and an example.

Every rule names the user, the verb and the tables. Dropped databases and schemas,
text that cannot be read, and what acts outside of the database get none. Review what
is printed: what was usual need not be right.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misused("holdfast suggest takes the audit files to read", "Usage: "+cmd.UseLine())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.suggest(args, commented) },
	}
	cmd.Flags().BoolVar(&commented, "commented", false, "print the rules as comments")
	return cmd
}

// suggest reads the files, in their order, and prints rules.
func (a *app) suggest(files []string, commented bool) error {
	var c suggest.Collector
	for _, name := range files {
		if err := collect(&c, name); err != nil {
			return err
		}
	}
	return c.Suggestions().Write(a.out, commented)
}

// collect takes the events of one file. A record whose chain is broken is not built on.
func collect(c *suggest.Collector, name string) error {
	var in io.Reader = os.Stdin
	if name != standardInput {
		f, err := os.Open(name)
		if err != nil {
			return failed("nothing is suggested: " + escape(err.Error()))
		}
		defer f.Close()
		in = f
	}
	kind, wrong := event.Judged{Outcome: event.WouldHold}.Kind(), error(nil)
	_, err := audit.Read(in, func(r audit.Record) {
		if r.Kind != kind || wrong != nil {
			return
		}
		var e event.Judged
		if err := json.Unmarshal(r.Fields, &e); err != nil {
			wrong = fmt.Errorf("record %d: %w", r.Seq, err)
			return
		}
		c.Add(r.At, e)
	})
	var broken *audit.BrokenError
	switch {
	case errors.As(err, &broken):
		return failed(fmt.Sprintf("nothing is suggested: %s: %s", inputName(name), escape(broken.Error())),
			"Find out who could write the file before rules are made from it.")
	case errors.Join(err, wrong) != nil:
		return failed(fmt.Sprintf("nothing is suggested: %s: %s", inputName(name), escape(errors.Join(err, wrong).Error())))
	}
	return nil
}
