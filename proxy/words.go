package proxy

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// Everything that a client reads from holdfast after its login is worded here:
// what happened, why, what now.

// stoppingWords is the server's own error for a shutdown by an administrator.
var stoppingWords = wire.Error{
	Code:    "57P01",
	Message: "terminating connection due to administrator command",
	Detail:  "holdfast is stopping. A transaction that was open is rolled back.",
	Hint:    "Connect again in a moment.",
}

var serverGoneWords = wire.Error{
	Code:    "08006",
	Message: "holdfast: the server closed the connection while a statement was held",
	Detail:  "The statement was not run.",
	Hint:    "Connect again when the server is back, then run it again.",
}

// place is where something would happen: the environment or the host.
func place(environment, host string) string {
	if environment != "" {
		return environment
	}
	return host
}

// duration words a duration as people say it: "41 s", "3 min 43 s", "30 min", "8 h".
func duration(d time.Duration) string {
	d = d.Round(time.Second)
	switch minutes, seconds := int(d/time.Minute), int(d%time.Minute/time.Second); {
	case minutes >= 60 && minutes%60 == 0:
		return fmt.Sprintf("%d h", minutes/60)
	case minutes >= 60:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	case minutes == 0:
		return fmt.Sprintf("%d s", seconds)
	case seconds == 0:
		return fmt.Sprintf("%d min", minutes)
	default:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	}
}

// reviewers is who must approve: "1 reviewer: ben", "2 reviewers of dba and 1
// reviewer of security".
func reviewers(h *host, held hold.Hold) string {
	usual := h.terms.Load()
	var parts []string
	for _, n := range held.Needs() {
		part := "1 reviewer"
		if n.Count > 1 {
			part = fmt.Sprintf("%d reviewers", n.Count)
		}
		switch {
		case n.Spare:
			part = strings.TrimSuffix("1 more reviewer of "+n.Of(), " of ")
		case n.Group == usual.Reviewers.Group:
			part += ": " + usual.Answerers
		default:
			part += " of " + n.Group
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, " and ")
	if held.OneMore() {
		text += "; it is not known who you are, which takes one more"
	}
	if held.SelfConfirm && len(held.Requesters) > 0 {
		text += "; who asked may be one of them, by typing the name of the database"
	}
	if held.TypeName {
		text += "; to approve, the name of what goes must be typed"
	}
	return text
}

// approveCommand is what a reviewer opens or calls.
func approveCommand(h *host, held hold.Hold) string {
	command := "holdfast approve " + held.ID
	if h.Console != "" {
		command = h.Console + "/holds/" + held.ID + ", " + command
	}
	if held.TypeName {
		command += " --type NAME"
	}
	return command
}

func heldNotice(h *host, held hold.Hold) wire.Error {
	detail := fmt.Sprintf("It has not run. Rows not counted: no preview yet. Rule %q needs %s. It waits until %s (%s).",
		held.Rule, reviewers(h, held), held.Expires.Format("15:04:05 MST"), duration(held.Wait))
	detail += outOfReach(held)
	if held.InTransaction {
		detail += " The wait is short because a transaction is open."
	}
	return wire.Error{
		Message: fmt.Sprintf("holdfast: held as %s: %s on %s", held.ID, held.Reason, place(held.Environment, held.Host)),
		Detail:  detail,
		Hint:    fmt.Sprintf("To answer: %s, or holdfast deny %s. Ctrl-C withdraws.", approveCommand(h, held), held.ID),
	}
}

// outOfReach says that nobody can approve it, where that is so.
func outOfReach(held hold.Hold) string {
	if held.Unanswerable == "" {
		return ""
	}
	return " Nobody can approve it as holdfast is configured: " + held.Unanswerable + ". Ask whoever runs holdfast."
}

func stillHeldNotice(h *host, held hold.Hold, left time.Duration) wire.Error {
	return wire.Error{
		Message: fmt.Sprintf("holdfast: still held as %s, %s left", held.ID, duration(left)),
		Hint:    fmt.Sprintf("It needs %s. Ctrl-C withdraws.", reviewers(h, held)),
	}
}

func releasedNotice(held hold.Hold, after time.Duration) wire.Error {
	if !held.GrantUntil.IsZero() {
		return wire.Error{
			Message: fmt.Sprintf("holdfast: released %s: approved by %s at %s, for one run until %s",
				held.ID, held.DecidedBy, held.Decided.Format("15:04:05 MST"), held.GrantUntil.Format("15:04:05 MST")),
			Detail: "Nobody was asked again. The approval is used up by this run, unless the server answers with an error that undoes it.",
		}
	}
	if held.Under != "" {
		return wire.Error{
			Message: fmt.Sprintf("holdfast: released %s: %s approved it before with %s", held.ID, held.DecidedBy, held.Under),
			Detail:  "Nobody was asked again. It is recorded.",
		}
	}
	words := wire.Error{Message: fmt.Sprintf("holdfast: released %s: approved by %s after %s", held.ID, held.DecidedBy, duration(after))}
	if held.Covering() {
		words.Detail = fmt.Sprintf("It is approved for this transaction: what else is held in it goes on and is recorded, for %s at most.", duration(held.GrantFor()))
	}
	return words
}
