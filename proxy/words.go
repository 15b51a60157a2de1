package proxy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
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

// duration words a duration as people say it: "41 s", "3 min 43 s", "30 min".
func duration(d time.Duration) string {
	d = d.Round(time.Second)
	switch minutes, seconds := int(d/time.Minute), int(d%time.Minute/time.Second); {
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
		if n.Group == usual.Reviewers.Group {
			part += ": " + usual.Answerers
		} else {
			part += " of " + n.Group
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, " and ")
	if held.TypeName {
		text += "; to approve, the name of what goes must be typed"
	}
	return text
}

// approveCommand is what a reviewer calls.
func approveCommand(held hold.Hold) string {
	command := "holdfast approve " + held.ID
	if held.TypeName {
		command += " --type NAME"
	}
	return command
}

func heldNotice(h *host, held hold.Hold) wire.Error {
	detail := fmt.Sprintf("It has not run. Rows not counted: no preview yet. Rule %q needs %s. It waits until %s (%s).",
		held.Rule, reviewers(h, held), held.Expires.Format("15:04:05 MST"), duration(held.Wait))
	if held.InTransaction {
		detail += " The wait is short because a transaction is open."
	}
	return wire.Error{
		Message: fmt.Sprintf("holdfast: held as %s: %s on %s", held.ID, held.Reason, place(held.Environment, held.Host)),
		Detail:  detail,
		Hint:    fmt.Sprintf("To answer: %s, or holdfast deny %s. Ctrl-C withdraws.", approveCommand(held), held.ID),
	}
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
	return wire.Error{Message: fmt.Sprintf("holdfast: released %s: approved by %s after %s", held.ID, held.DecidedBy, duration(after))}
}

// refusedWords words the refusal by the policy itself.
func refusedWords(h *host, v rules.Verdict) wire.Error {
	e := wire.Error{
		Code:    v.SQLState,
		Message: fmt.Sprintf("holdfast: refused: %s on %s", v.Reason, place(h.Environment, h.Name)),
		Detail:  fmt.Sprintf("Rule %q. It has not run.", v.Rule),
		Hint:    "Your session goes on. Ask whoever owns the policy if this has to run.",
	}
	if e.Code == "" {
		e.Code = "ZH004"
	}
	if v.Why != "" {
		e.Detail = fmt.Sprintf("Rule %q: %s. It has not run.", v.Rule, v.Why)
	}
	if e.Code == "ZH005" {
		e.Hint = "Leave standard_conforming_strings on and client_encoding at UTF8, or at another encoding in which every byte below 128 is ASCII."
	}
	return e
}

// unavailableWords words the refusal of what should have been held.
func unavailableWords(err error, ask *session.Ask) wire.Error {
	detail := kept(ask)
	if !errors.Is(err, hold.ErrUnavailable) {
		detail = "holdfast could not hold it. " + detail
	}
	return wire.Error{
		Code:    "ZH006",
		Message: "holdfast: refused: " + ask.Verdict.Reason + " has to be held, and holds cannot be recorded now",
		Detail:  detail,
		Hint:    "Statements that need no approval still run. Ask whoever runs holdfast to look at its log.",
	}
}

// refusalWords words the end of a hold that was not approved.
func refusalWords(h *host, ask *session.Ask, a answerOf) wire.Error {
	held := a.hold
	e := wire.Error{
		Detail: fmt.Sprintf("Hold %s, rule %q, answered after %s. %s", held.ID, held.Rule, duration(a.after), kept(ask)),
	}
	switch held.State {
	case hold.Denied:
		e.Code = "ZH002"
		e.Message = "holdfast: denied by " + held.DecidedBy
		if held.Note != "" {
			e.Message += ": " + held.Note
		}
		e.Hint = sessionGoesOn(ask) + " Ask " + held.DecidedBy + ", or connect to the right host and run it there."
	case hold.Expired:
		e.Code = "ZH003"
		e.Message = "holdfast: expired: nobody answered in " + duration(held.Wait)
		e.Detail = fmt.Sprintf("Hold %s, rule %q, needed %s. %s", held.ID, held.Rule, reviewers(h, held), kept(ask))
		e.Hint = sessionGoesOn(ask) + " Run it again when a reviewer is there."
		if held.Binding != "" {
			e.Hint = fmt.Sprintf("%s It can still be approved: %s. Then run the same statement again, once.", sessionGoesOn(ask), approveCommand(held))
		}
	default: // withdrawn, or lapsed: approved when nobody waited any more
		e.Code = "57014"
		e.Message = "canceling statement due to user request"
		e.Detail = fmt.Sprintf("Hold %s was withdrawn. %s", held.ID, kept(ask))
	}
	if ask.Verdict.Rule == "unreadable" {
		e.Detail += " It was held because holdfast could not read its text with certainty."
	}
	return e
}

// returnedWords words the answer in return mode. Its hint is one sentence, for a
// program that reads it and decides what to do next.
func returnedWords(h *host, ask *session.Ask, held hold.Hold) wire.Error {
	detail := fmt.Sprintf("It has not run. %s Rule %q needs %s. It can be approved until %s.",
		kept(ask), held.Rule, reviewers(h, held), held.Expires.Format("15:04:05 MST"))
	if ask.InTransaction {
		detail += " The transaction is aborted: ROLLBACK ends it."
	}
	return wire.Error{
		Code:    "ZH001",
		Message: fmt.Sprintf("holdfast: held as %s: %s on %s", held.ID, held.Reason, place(held.Environment, held.Host)),
		Detail:  detail,
		Hint: fmt.Sprintf("Ask a person to approve %s (%s), then send the identical statement again, once; do not rewrite it or look for another way. To wait for the answer: holdfast wait %s.",
			held.ID, approveCommand(held), held.ID),
	}
}

// sessionGoesOn says what the client's session can do next.
func sessionGoesOn(ask *session.Ask) string {
	if ask.InTransaction {
		return "The transaction is aborted: ROLLBACK ends it, and your session goes on."
	}
	return "Your session goes on."
}

// kept says that the data is still there, in the verb of the statement.
func kept(ask *session.Ask) string {
	if len(ask.Verdict.Effects) == 0 {
		return "Nothing was run."
	}
	switch verb := ask.Verdict.Effects[0].Verb; {
	case strings.HasPrefix(string(verb), string(rules.VerbDrop)):
		return "Nothing was dropped."
	case verb == rules.VerbTruncate:
		return "Nothing was truncated."
	case verb == rules.VerbDelete, verb == rules.VerbMerge:
		return "Nothing was deleted."
	case verb == rules.VerbUpdate, verb == rules.VerbDetach, verb == rules.VerbRetype:
		return "Nothing was changed."
	}
	return "Nothing was run."
}
