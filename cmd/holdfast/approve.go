package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
)

func approveCommand(a *app) *cobra.Command {
	var note, typed, scope string
	cmd := &cobra.Command{
		Use: "approve ID", Short: "Let a held statement run", Args: oneArg,
		Long: `Let a held statement run. Where nobody waits for it any more (it expired, was withdrawn,
or its rule answers at once) it is granted: whoever asked may run the identical statement
once, for a while.

With --scope transaction the approval is also for what else is held in the same
transaction, until it commits or rolls back: it goes on without being asked again, and each
statement is recorded. Asked again is what needs more people or a typed name, what cannot be
read, and what a rollback does not undo. holdfast revoke ID ends that.`,
		ValidArgsFunction: a.completeID(false),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := a.client().Approve(cmd.Context(), args[0], note, typed, scope)
			if err != nil {
				return a.refusedAnswer(cmd.Context(), err, args[0], "not approved")
			}
			switch hold.State(h.State) {
			case hold.Pending, hold.Expired, hold.Withdrawn, hold.Abandoned:
				fmt.Fprintln(a.out, more(h))
				return nil
			case hold.Granted:
				fmt.Fprintln(a.out, a.granted(h))
				return nil
			}
			fmt.Fprintln(a.out, a.approved(cmd.Context(), h))
			if scope == string(hold.ScopeTransaction) {
				fmt.Fprintf(a.out, "What else is held in its transaction goes on until it ends; to stop that: holdfast revoke %s\n", h.ID)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` for the record and the one who asked")
	cmd.Flags().StringVar(&typed, "type", "", "`NAME` of what goes, typed to be sure it is the right one")
	cmd.Flags().StringVar(&scope, "scope", "statement", "`WHAT` is approved: statement or transaction")
	_ = cmd.RegisterFlagCompletionFunc("scope", cobra.FixedCompletions([]cobra.Completion{"statement", "transaction"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return cmd
}

const (
	// outcomeWait is how long approve looks for what the server said: most
	// statements that are held are done within it, and nobody waits for the rest.
	outcomeWait = 2 * time.Second
	outcomePoll = 50 * time.Millisecond
)

// approved is the sentence after an approval: what became of the statement, if
// that is known soon.
func (a *app) approved(ctx context.Context, h console.Hold) string {
	ctx, cancel := context.WithTimeout(ctx, outcomeWait)
	defer cancel()
	tick := time.NewTicker(outcomePoll)
	defer tick.Stop()
	for {
		if now, err := a.client().Hold(ctx, h.ID); err == nil {
			h = now
		}
		switch who, result := escape(requester(h)), escape(h.Result); hold.State(h.State) {
		case hold.Executed:
			return fmt.Sprintf("%s approved. The server executed it for %s: %s.", h.ID, who, result)
		case hold.Failed:
			return fmt.Sprintf("%s approved. It failed: %s. %s was told.", h.ID, result, who)
		case hold.Lapsed:
			return fmt.Sprintf("%s approved, and nobody waited for it any more (%s). It was not sent. %s", h.ID, result, kept(h))
		case hold.Unknown:
			return fmt.Sprintf("%s approved. It was sent, and the answer was lost: look on the server whether it ran.", h.ID)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Sprintf("%s approved. The server has not answered %s yet; its outcome: holdfast show %s", h.ID, escape(requester(h)), h.ID)
		}
	}
}
