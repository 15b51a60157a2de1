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

// refusedAnswer explains why an answer was not accepted. undone is "not approved"
// or "not denied".
func (a *app) refusedAnswer(ctx context.Context, err error, id, undone string) error {
	var fault *console.Fault
	if !errors.As(err, &fault) {
		return a.unreachable(err)
	}
	switch fault.Code {
	case console.UnknownID:
		return failed(undone+": no hold has the id "+quote(id), "All of them: holdfast holds --all")
	case console.Ended:
		return failed(undone+": "+escape(fault.Text), a.ended(*fault.Hold)...)
	}
	now := []string{"Look with: holdfast show " + escape(id)}
	if h, err := a.client().Hold(ctx, id); err == nil && !waits(h) {
		now = a.ended(h)
	}
	return failed(undone+": "+escape(fault.Text), now...)
}

// ended is what to do about a hold that cannot be answered any more.
func (a *app) ended(h console.Hold) []string {
	switch hold.State(h.State) {
	case hold.Expired, hold.Withdrawn, hold.Abandoned, hold.Lapsed:
		if unanswered(h) && h.Ungrantable == "" {
			return []string{kept(h) + " " + afterwards(h)}
		}
		return []string{kept(h) + " If it is still wanted: run it again, and approve that hold."}
	case hold.Granted:
		return a.waitingGrant(h)
	case hold.Denied:
		return []string{kept(h)}
	}
	return []string{"Look with: holdfast show " + h.ID}
}

// contextWithin bounds what a subcommand waits for.
func contextWithin(cmd *cobra.Command, d time.Duration) (context.Context, context.CancelFunc) {
	ctx := cmd.Context()
	if ctx == nil { // shell completion runs without one
		ctx = context.Background()
	}
	return context.WithTimeout(ctx, d)
}

// more says how many reviewers are still wanted.
func more(h console.Hold) string {
	missing, wanted := 0, 0
	for _, n := range h.Reviewers.Needs {
		missing, wanted = missing+max(n.Count-n.Approved, 0), wanted+n.Count
	}
	text := fmt.Sprintf("%s approved: %d of %d reviewers. It waits for %d more", h.ID, wanted-missing, wanted, missing)
	if len(h.Reviewers.Needs) > 1 {
		text = fmt.Sprintf("%s approved. It still waits for %s", h.ID, missingNeeds(h))
	}
	var others []string
	for _, p := range h.Reviewers.People {
		if !approvedBy(h, p) {
			others = append(others, escape(p))
		}
	}
	if len(others) > 0 {
		text += ": " + wording.List(others, "or")
	}
	return text + "."
}

func approvedBy(h console.Hold, person string) bool {
	for _, yes := range h.Approvals {
		if yes.By == person {
			return true
		}
	}
	return false
}
