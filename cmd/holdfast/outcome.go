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
	switch hold.State(h.State) {
	case hold.Pending:
		return a.pending(h)
	case hold.Approved:
		return []string{fmt.Sprintf("%s approved it; it is about to be sent%s.", who, note(h))}
	case hold.Denied:
		return []string{fmt.Sprintf("%s denied it at %s, after %s%s. %s", who, answered, wording.Took(h.Decided.Sub(h.Asked)), note(h), kept(h))}
	case hold.Expired:
		return []string{fmt.Sprintf("Nobody answered in %s. %s", wording.Took(h.Expires.Sub(h.Asked)), kept(h)), "To have it after all, run it again and approve that hold."}
	case hold.Withdrawn:
		return []string{fmt.Sprintf("%s withdrew it: %s. %s", escape(requester(h)), result, kept(h))}
	case hold.Abandoned:
		return []string{fmt.Sprintf("It was abandoned: %s. %s", result, kept(h))}
	case hold.Lapsed:
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

func (a *app) pending(h console.Hold) []string {
	locks := "It holds no locks: nothing of it has run."
	if h.InTransaction {
		locks = "It waits inside a transaction, which keeps the locks it has."
	}
	return []string{
		fmt.Sprintf("Without an answer it is refused at %s. %s", clock(a.now(), h.Expires), locks),
		noPreview,
	}
}

// note is the reviewer's words, as the end of a sentence.
func note(h console.Hold) string {
	if h.Note == "" {
		return ""
	}
	return `; "` + escape(h.Note) + `"`
}
