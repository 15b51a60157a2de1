package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func holdsCommand(a *app) *cobra.Command {
	var all, asJSON bool
	cmd := &cobra.Command{
		Use: "holds", Short: "List the statements that wait for a reviewer, and approvals that wait to be used", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			holds, err := a.client().Holds(cmd.Context(), all)
			if err != nil {
				return a.unreachable(err)
			}
			if !asJSON {
				return a.printHolds(cmd.Context(), holds, all)
			}
			for _, h := range holds {
				if err := a.printJSON(h); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also those that ended, newest first")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// waits is true for a hold that waits for people.
func waits(h console.Hold) bool { return hold.State(h.State).Waiting() }

// granted is true for an approval that waits to be used.
func granted(h console.Hold) bool { return h.State == string(hold.Granted) }

// unanswered is true for a hold that ended without an answer.
func unanswered(h console.Hold) bool {
	switch hold.State(h.State) {
	case hold.Expired, hold.Withdrawn, hold.Abandoned:
		return true
	}
	return false
}

func (a *app) printHolds(ctx context.Context, holds []console.Hold, all bool) error {
	var waiting, grants, ended []console.Hold
	for _, h := range holds {
		switch {
		case waits(h):
			waiting = append(waiting, h)
		case granted(h):
			grants = append(grants, h)
		default:
			ended = append(ended, h)
		}
	}
	if len(waiting) == 0 && len(grants) > 0 {
		fmt.Fprintln(a.out, "Nothing is waiting for a reviewer.")
	} else if len(waiting) == 0 {
		if err := a.printNothing(ctx, ended, all); err != nil {
			return err
		}
	} else {
		a.printWaiting(waiting)
	}
	if len(grants) > 0 {
		a.printGrants(grants)
	}
	if len(ended) > 0 {
		fmt.Fprintf(a.out, "\n%s ended, newest first\n\n", wording.Number(uint64(len(ended))))
		a.printEnded(ended)
	}
	return nil
}

func (a *app) printWaiting(holds []console.Hold) {
	fmt.Fprintf(a.out, "%d waiting, shortest time first\n\n", len(holds))
	var rows [][]string
	for _, h := range holds {
		rows = append(rows, []string{h.ID, wording.Left(a.now(), h.Expires), escape(h.Host), escape(askedBy(h)), notCounted, escape(statement(h))})
	}
	a.out.table([]column{{head: "ID", style: bold}, {head: "LEFT", style: dim, right: true}, {head: "HOST", most: 20},
		{head: "BY", most: 28}, {head: "DESTROYS"}, {head: "STATEMENT"}}, rows)
	fmt.Fprintln(a.out)
	a.printBlocking(holds)
	fmt.Fprintf(a.out, "%s Look with: holdfast show %s\n", noPreview, holds[0].ID)
}

// printGrants lists approvals that wait to be used.
func (a *app) printGrants(holds []console.Hold) {
	fmt.Fprintf(a.out, "\n%d granted, each for one run of the identical statement\n\n", len(holds))
	var rows [][]string
	for _, h := range holds {
		rows = append(rows, []string{h.ID, wording.Left(a.now(), h.GrantedUntil), escape(h.Host), escape(askedBy(h)), escape(h.DecidedBy), escape(statement(h))})
	}
	a.out.table([]column{{head: "ID", style: bold}, {head: "LEFT", style: dim, right: true}, {head: "HOST", most: 20},
		{head: "BY", most: 28}, {head: "APPROVED", most: 16}, {head: "STATEMENT"}}, rows)
}

func (a *app) printEnded(holds []console.Hold) {
	var rows [][]string
	for _, h := range holds {
		rows = append(rows, []string{h.ID, stateWord(h.State), clock(a.now(), endOf(h)), escape(h.Host), escape(askedBy(h)),
			escape(h.DecidedBy), escape(statement(h))})
	}
	a.out.table([]column{{head: "ID", style: bold}, {head: "STATE"}, {head: "WHEN", style: dim}, {head: "HOST", most: 20},
		{head: "BY", most: 28}, {head: "ANSWERED", most: 16}, {head: "STATEMENT"}}, rows)
}

// printNothing says that nothing waits, and what was last.
func (a *app) printNothing(ctx context.Context, ended []console.Hold, all bool) error {
	if all {
		fmt.Fprintln(a.out, "Nothing is waiting.")
		return nil
	}
	holds, err := a.client().Holds(ctx, true)
	switch {
	case err != nil:
		return a.unreachable(err)
	case len(holds) == 0:
		fmt.Fprintln(a.out, "Nothing is waiting, and nothing was held so far.")
	default:
		last := holds[len(holds)-1]
		for _, h := range holds {
			if !waits(h) {
				last = h
				break
			}
		}
		fmt.Fprintf(a.out, "Nothing is waiting. Last: %s, %s %s%s.\n", last.ID, stateWord(last.State), clock(a.now(), endOf(last)), answeredBy(last))
	}
	return nil
}

// askedBy is who asks, and with what.
func askedBy(h console.Hold) string {
	if h.Application == "" {
		return requester(h)
	}
	return requester(h) + ", " + h.Application
}

// answeredBy is who answered, as the end of a sentence.
func answeredBy(h console.Hold) string {
	switch {
	case h.DecidedBy == "":
		return ""
	case h.State == string(hold.Denied):
		return " by " + escape(h.DecidedBy)
	}
	return ", approved by " + escape(h.DecidedBy)
}
