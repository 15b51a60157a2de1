package main

import (
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// endOf is when the hold came to the state it has.
func endOf(h console.Hold) time.Time {
	for _, t := range []time.Time{h.Ended, h.Released, h.Decided} {
		if !t.IsZero() {
			return t
		}
	}
	return h.Asked
}

// outcome is what happens if nobody acts, or what became of a hold, in sentences.
func (a *app) outcome(h console.Hold) []string {
	answered := clock(a.now(), h.Decided)
	who, result := escape(h.DecidedBy), escape(h.Result)
	if h.State != string(hold.Denied) {
		who = approvers(h)
	}
	if lines := a.fileOutcome(h); lines != nil {
		return lines
	}
	switch hold.State(h.State) {
	case hold.Pending:
		return a.pending(h)
	case hold.Approved:
		return []string{fmt.Sprintf("%s approved it; it is about to be sent%s.", who, note(h))}
	case hold.Denied:
		return []string{fmt.Sprintf("%s denied it at %s, after %s%s. %s", who, answered, wording.Took(h.Decided.Sub(h.Asked)), note(h), kept(h))}
	case hold.Expired:
		return []string{fmt.Sprintf("%s. %s", escape(wording.Expired(h.Result, h.Expires.Sub(h.Asked))), kept(h)), afterwards(h)}
	case hold.Withdrawn:
		return []string{fmt.Sprintf("%s withdrew it: %s. %s", escape(requester(h)), result, kept(h)), afterwards(h)}
	case hold.Abandoned:
		return []string{fmt.Sprintf("It was abandoned: %s. %s", result, kept(h)), afterwards(h)}
	case hold.Granted:
		return a.waitingGrant(h)
	case hold.Lapsed:
		if h.Revoked != nil {
			return []string{fmt.Sprintf("%s approved it at %s, and %s at %s, before it was run%s. %s", who, answered, revoker(h), clock(a.now(), h.Revoked.At), words(h.Revoked.Note), kept(h))}
		}
		if !h.GrantedUntil.IsZero() {
			return []string{fmt.Sprintf("%s approved it at %s, and it was not run until %s: %s. %s", who, answered, clock(a.now(), h.GrantedUntil), result, kept(h))}
		}
		return []string{fmt.Sprintf("%s approved it, and nobody waited for it any more (%s). It was not sent. %s", who, result, kept(h))}
	case hold.Released:
		return []string{fmt.Sprintf("%s approved it and it was sent to the server, which has not answered yet%s.", who, note(h))}
	case hold.Executed:
		return []string{fmt.Sprintf("%s approved it and the server executed it: %s%s.", who, result, note(h))}
	case hold.Failed:
		return []string{fmt.Sprintf("%s approved it and it failed: %s%s.", who, result, note(h))}
	case hold.Unknown:
		return []string{fmt.Sprintf("%s approved it, it was sent, and the answer was lost: %s.", who, result), "Look on the server whether it ran."}
	}
	return []string{"Its state is " + escape(h.State) + "."}
}

// approvers are all who have said yes, the last one last.
func approvers(h console.Hold) string {
	var names []string
	for _, yes := range h.Approvals {
		names = append(names, yes.By)
	}
	if len(names) == 0 {
		return escape(h.DecidedBy)
	}
	return escape(wording.List(names, "and"))
}

// granted is the sentence after an approval that nobody waited for.
func (a *app) granted(h console.Hold) string {
	if h.File != nil {
		return fmt.Sprintf("%s granted: %s may send each of its %s once until %s. They must be the statements of the file, as the same user on the same database.",
			h.ID, escape(requester(h)), wording.Count(len(h.File.Items), "statement"), clock(a.now(), h.GrantedUntil))
	}
	return fmt.Sprintf("%s granted: %s may run it once until %s. It must be the identical statement, as the same user on the same database.",
		h.ID, escape(requester(h)), clock(a.now(), h.GrantedUntil))
}

// waitingGrant is what becomes of a grant that was not spent.
func (a *app) waitingGrant(h console.Hold) []string {
	lines := []string{fmt.Sprintf("%s approved it at %s: %s may run it once until %s%s.", approvers(h), clock(a.now(), h.Decided),
		escape(requester(h)), clock(a.now(), h.GrantedUntil), note(h))}
	if h.Result != "" {
		lines = append(lines, fmt.Sprintf("It was run, and the server undid it with an error, so the approval is good again: %s.", escape(h.Result)))
	}
	return lines
}

// afterwards is what can be done about a hold that ended without an answer.
func afterwards(h console.Hold) string {
	if h.Ungrantable != "" {
		return "To have it after all, run it again and approve that hold. An approval of this one cannot be kept: " + escape(h.Ungrantable) + "."
	}
	return fmt.Sprintf("It can still be approved: then %s may run it again, once.", escape(requester(h)))
}

func (a *app) pending(h console.Hold) []string {
	if h.Returns {
		return []string{
			fmt.Sprintf("Nobody waits: the statement has failed with the id of this hold. If it is approved by %s, %s may send it again, once.",
				clock(a.now(), h.Expires), escape(requester(h))),
			noPreview,
		}
	}
	return []string{
		fmt.Sprintf("Without an answer it is refused at %s. %s", clock(a.now(), h.Expires), escape(wording.Locks(h.InTransaction, behind(h)))),
		noPreview,
	}
}

// note is the reviewer's words, as the end of a sentence.
func note(h console.Hold) string { return words(h.Note) }

// words are somebody's own, as the end of a sentence.
func words(said string) string {
	if said == "" {
		return ""
	}
	return `; "` + escape(said) + `"`
}
