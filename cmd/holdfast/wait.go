package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func waitCommand(a *app) *cobra.Command {
	var timeout time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use: "wait ID", Short: "Wait until a held statement has an answer", Args: oneArg,
		Long: `Wait until a held statement has an answer. Exit code 0: it was approved, and with
"granted" the identical statement may now be sent once. Exit code 1: it was denied, it
ended without an answer, it failed, nobody has answered in time, or there is no such hold.`,
		ValidArgsFunction: a.completeID(false),
		RunE: func(cmd *cobra.Command, args []string) error {
			if timeout < 0 {
				return misused(fmt.Sprintf("--timeout %v is no time to wait", timeout), "Write one such as 10m, or leave it out to wait as long as it takes.")
			}
			h, err := a.answered(cmd.Context(), args[0], timeout)
			if err != nil {
				return a.notFound(err, args[0])
			}
			if asJSON {
				if err := a.printJSON(h); err != nil {
					return err
				}
			}
			said, err := a.answer(h, timeout)
			if err == nil && !asJSON {
				fmt.Fprintln(a.out, said)
			}
			return err
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "`TIME` to wait at most, such as 10m; without it as long as the hold is open")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object, the hold as it is then")
	return cmd
}

const (
	// restartWait is how long holdfast may be away while somebody waits: holds that
	// nobody waits for on the wire survive its restart.
	restartWait = time.Minute
	restartPoll = time.Second
)

// answered waits until a hold has an answer, or the time is over; 0 is no bound.
func (a *app) answered(ctx context.Context, id string, timeout time.Duration) (h console.Hold, err error) {
	start, seen := a.now(), time.Time{}
	for {
		wait := console.MaxWait
		if timeout > 0 {
			wait = timeout - a.now().Sub(start)
		}
		var now console.Hold
		if now, err = a.client().Answered(ctx, id, wait); err == nil {
			h, seen = now, a.now()
		}
		over := timeout > 0 && a.now().Sub(start) >= timeout
		switch fault := (*console.Fault)(nil); {
		case ctx.Err() != nil:
			return h, ctx.Err()
		case err == nil && (h.State != string(hold.Pending) || over):
			return h, nil
		case err == nil:
			continue
		case errors.As(err, &fault) && fault.Code != console.Unavailable, seen.IsZero(), over, a.now().Sub(seen) > restartWait:
			return h, err
		}
		select {
		case <-time.After(restartPoll):
		case <-ctx.Done():
		}
	}
}

// answer is what a program that waited is told: a sentence, or the error with which
// it ends.
func (a *app) answer(h console.Hold, timeout time.Duration) (string, error) {
	who := escape(h.DecidedBy)
	switch hold.State(h.State) {
	case hold.Granted:
		return a.granted(h), nil
	case hold.Approved, hold.Released:
		return fmt.Sprintf("%s approved by %s%s.", h.ID, who, note(h)), nil
	case hold.Executed:
		return fmt.Sprintf("%s approved by %s, and the server executed it: %s.", h.ID, who, escape(h.Result)), nil
	case hold.Pending:
		return "", failed(fmt.Sprintf("%s has no answer after %s", h.ID, wording.Took(timeout)), "It can be approved until "+clock(a.now(), h.Expires)+".")
	case hold.Denied:
		return "", failed(fmt.Sprintf("%s was denied by %s%s", h.ID, who, note(h)), kept(h))
	}
	return "", failed(h.ID+" was not run: "+h.State, a.outcome(h)...)
}
