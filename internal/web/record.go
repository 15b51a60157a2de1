package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// entry is one line of what happened.
type entry struct {
	At   time.Time // zero: not yet
	Text string
	More string
	Note string // a person's own words
	Kind string // of the style sheet: "hot" waits, "end" is an end, "red" is one that went wrong
}

// record is what happened to a hold, in order.
func (v view) record() []entry {
	if v.Under != "" {
		return v.passed()
	}
	text := v.Asker + " asked, and it was held"
	if v.OfFile() {
		text = v.Submitter + " asked for the file " + v.File
	}
	all := []entry{{At: v.Asked, Text: text, More: "rule " + v.Rule, Kind: "hot"}}
	for _, a := range v.Approvals {
		all = append(all, entry{At: a.At, Text: a.By + approved(a), More: via(a.Via, ""), Note: a.Note})
	}
	switch v.State {
	case hold.Pending:
		return append(all, entry{Text: "Waits for " + v.StillWanted(), Kind: "later"})
	case hold.Denied:
		return append(all, entry{At: v.Decided, Text: v.DecidedBy + " denied", More: via(v.Via, v.Identity), Note: v.Note, Kind: "end"})
	case hold.Expired:
		return append(all, entry{At: v.Decided, Text: "Expired", More: v.Result, Kind: "end"})
	case hold.Withdrawn, hold.Abandoned:
		return append(all, entry{At: v.Decided, Text: capital(v.Word), More: v.Result, Kind: "end"})
	}
	if len(v.Approvals) == 0 && v.DecidedBy != "" {
		all = append(all, entry{At: v.Decided, Text: v.DecidedBy + " approved", More: via(v.Via, v.Identity), Note: v.Note})
	}
	return v.ended(all)
}

// passed is what happened to a statement that went on under another hold's approval.
func (v view) passed() []entry {
	var all []entry
	for _, a := range v.Approvals {
		all = append(all, entry{At: a.At, Text: a.By + approved(a) + " with " + v.Under, More: via(a.Via, ""), Note: a.Note})
	}
	return v.ended(append(all, entry{At: v.Asked, Text: v.Asker + " sent it, and nobody was asked", More: "rule " + v.Rule, Kind: "hot"}))
}

// ended adds what came after the approval.
func (v view) ended(all []entry) []entry {
	if v.State == hold.Granted {
		text := "Waits to be run once by " + v.Asker
		if v.OfFile() {
			text = fmt.Sprintf("%d of %d statements wait to be sent once by %s", len(v.Hold.Left()), len(v.Items), v.Asker)
		}
		all = append(all, entry{Text: text, Kind: "later"})
	}
	if !v.ReleaseAt.IsZero() {
		text := "Released to the server"
		if v.OfFile() {
			text = "The last of its statements was sent"
		}
		all = append(all, entry{At: v.ReleaseAt, Text: text})
	}
	if r := v.Revoked; !r.IsZero() && v.State != hold.Lapsed {
		all = append(all, entry{At: r.At, Text: r.By + revoked(r) + " for the rest of the transaction", More: via(r.Via, r.Identity), Note: r.Note})
	}
	switch v.State {
	case hold.Executed:
		all = append(all, entry{At: v.Ended, Text: "Executed", More: v.Result + after(v.ReleaseAt, v.Ended), Kind: "end"})
	case hold.Failed:
		all = append(all, entry{At: v.Ended, Text: "Failed", More: v.Result, Kind: "red"})
	case hold.Unknown:
		all = append(all, entry{At: v.Ended, Text: "The answer was lost", More: v.Result, Kind: "red"})
	case hold.Lapsed:
		if r := v.Revoked; !r.IsZero() {
			return append(all, entry{At: r.At, Text: r.By + revoked(r), More: via(r.Via, r.Identity), Note: r.Note, Kind: "end"})
		}
		all = append(all, entry{At: v.Ended, Text: "Nobody waited for it any more", More: v.Result, Kind: "end"})
	}
	return all
}

func approved(a hold.Approval) string {
	text := " approved"
	if a.Self {
		text = ", who asked, approved"
	}
	if a.Scope == hold.ScopeTransaction {
		text += " the transaction"
	}
	return text
}

func revoked(r hold.Revocation) string {
	if r.Self {
		return ", who asked, revoked it"
	}
	return " revoked it"
}

// via is the way by which an answer came, and how sure it is whose it was.
func via(door, identity string) string {
	parts := []string{}
	if door != "" {
		parts = append(parts, "by "+door)
	}
	if identity == "unverified" {
		parts = append(parts, "identity unverified")
	}
	return strings.Join(parts, ", ")
}

// after is how long something took, as the end of a line.
func after(from, to time.Time) string {
	if from.IsZero() || to.Before(from) {
		return ""
	}
	return fmt.Sprintf(", after %s", wording.Took(to.Sub(from)))
}
