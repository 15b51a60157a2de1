package proxy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// Every error of a statement that was held or refused is worded here.

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
		if held.EndedEarly() {
			e.Message = "holdfast: expired: " + held.Result
		}
		e.Detail = fmt.Sprintf("Hold %s, rule %q, needed %s. %s", held.ID, held.Rule, reviewers(h, held), kept(ask))
		e.Hint = sessionGoesOn(ask) + " Run it again when a reviewer is there."
		if held.Binding != "" {
			e.Hint = fmt.Sprintf("%s It can still be approved: %s. Then run the same statement again, once.", sessionGoesOn(ask), approveCommand(h, held))
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
	detail += outOfReach(held)
	if ask.InTransaction {
		detail += " The transaction is aborted: ROLLBACK ends it."
	}
	return wire.Error{
		Code:    "ZH001",
		Message: fmt.Sprintf("holdfast: held as %s: %s on %s", held.ID, held.Reason, place(held.Environment, held.Host)),
		Detail:  detail,
		Hint: fmt.Sprintf("Ask a person to approve %s (%s), then send the identical statement again, once; do not rewrite it or look for another way. To wait for the answer: holdfast wait %s.",
			held.ID, approveCommand(h, held), held.ID),
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
