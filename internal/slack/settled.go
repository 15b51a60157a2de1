package slack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// settled writes the message of a hold that nobody can answer any more.
func (p *page) settled() {
	h := p.hold
	what := p.became()
	p.text = line(fmt.Sprintf("%s Asked by %s. Hold %s.", what, p.requester(), h.ID), maxNotice)
	p.header(what)
	p.says(p.story())
	if h.Covering() || len(p.covers.Passed) > 0 {
		p.says(p.covered())
	}
	for _, yes := range h.Approvals {
		if yes.By != h.DecidedBy {
			p.says(fmt.Sprintf("%s%s approved it as well, %s.", p.mention(yes.By), whoAsked(yes), moment(yes.At)))
			if yes.Note != "" {
				p.quotes(quoted(yes.Note))
			}
		}
	}
	if h.Note != "" {
		p.quotes(quoted(h.Note))
	}
	if h.Revoked.Note != "" {
		p.quotes(quoted(h.Revoked.Note))
	}
	if words := p.serverWords(); words != "" {
		p.quotes(words)
	}
	p.says(p.destroyed())
	p.facts("Host", p.place(), "Database", h.Database, "Asked by", p.requesterInFull(), "From", p.from(), "Rule", h.Rule)
	p.small(p.more())
}

// became is the outcome in one line, consequence first.
func (p *page) became() string {
	h, on := p.hold, " on "+p.place()
	switch h.State {
	case hold.Approved:
		return "Approved: " + p.asked() + on + " is about to be sent."
	case hold.Released:
		return "Approved: " + p.asked() + on + " was sent."
	case hold.Granted:
		return "Granted: " + p.asked() + on + " may be run once."
	case hold.Executed:
		return "Executed: " + p.asked() + on + "."
	case hold.Failed:
		return "Failed: " + p.asked() + on + "."
	case hold.Unknown:
		return "Unknown: whether " + p.asked() + on + " has run."
	case hold.Denied:
		return "Denied: " + p.kept() + on + "."
	case hold.Expired:
		return "Expired: " + p.kept() + on + "."
	case hold.Withdrawn:
		return "Withdrawn: " + p.kept() + on + "."
	case hold.Lapsed:
		if !h.Revoked.IsZero() {
			return "Revoked: " + p.kept() + on + "."
		}
		return "Lapsed: " + p.kept() + on + "."
	case hold.Abandoned:
		return "Abandoned: " + p.kept() + on + "."
	}
	return strings.ToUpper(string(h.State[:1])) + string(h.State[1:]) + ": " + p.asked() + on + "."
}

// story is who, when and what came of it.
func (p *page) story() string {
	h := p.hold
	did := "approved it"
	if h.State == hold.Denied {
		did = "denied it"
	}
	if slices.ContainsFunc(h.Approvals, func(a hold.Approval) bool { return a.By == h.DecidedBy && a.Self }) {
		did = "asked for it and " + did
	}
	if slices.ContainsFunc(h.ForTransaction(), func(a hold.Approval) bool { return a.By == h.DecidedBy }) {
		did += " and its transaction"
	}
	answered := fmt.Sprintf("*%s %s*, %s, %s after it was asked", p.mention(h.DecidedBy), did, moment(h.Decided), wording.Took(h.Decided.Sub(h.Asked)))
	if h.Via != "" {
		answered += " (" + word(h.Via, maxFact) + ")"
	}
	result := p.result()
	switch h.State {
	case hold.Approved:
		return answered + "."
	case hold.Granted:
		if h.OfFile() {
			return fmt.Sprintf("%s. %s may send each of its %d statements once until %s.", answered, word(p.requester(), maxFact), len(h.Items), moment(h.GrantUntil))
		}
		return fmt.Sprintf("%s. Nobody waits for it: %s may run the identical statement once until %s.", answered, word(p.requester(), maxFact), moment(h.GrantUntil))
	case hold.Released:
		return answered + ". The server has not answered yet."
	case hold.Executed:
		if h.OfFile() {
			return answered + ": " + result + "."
		}
		return fmt.Sprintf("%s. The server executed it in %s: %s.", answered, wording.Took(h.Ended.Sub(h.ReleaseAt)), result)
	case hold.Failed:
		return fmt.Sprintf("%s. It failed after %s: %s.", answered, wording.Took(h.Ended.Sub(h.ReleaseAt)), result)
	case hold.Unknown:
		return answered + ". It was sent, and the answer was lost: " + result + ". Look on the server whether it ran."
	case hold.Lapsed:
		if !h.Revoked.IsZero() {
			return answered + ". " + p.revoked()
		}
		if h.OfFile() {
			return answered + ": " + result + "."
		}
		return answered + ". It was not sent: " + result + "."
	case hold.Denied:
		return answered + ". It was refused."
	case hold.Expired:
		return fmt.Sprintf("*%s*; it was refused, %s. To have it after all, run it again and approve that hold.",
			word(wording.Expired(h.Result, h.Expires.Sub(h.Asked)), maxReason), moment(h.Decided))
	case hold.Withdrawn:
		return fmt.Sprintf("*%s withdrew it*, %s: %s.", word(p.requester(), maxFact), moment(h.Decided), result)
	case hold.Abandoned:
		return fmt.Sprintf("*It was abandoned*, %s: %s.", moment(h.Decided), result)
	}
	return "Its state is " + word(string(h.State), maxFact) + "."
}

// covered is what went on under an approval for a transaction.
func (p *page) covered() string {
	text := wording.WentOn(p.covers) + "."
	if p.hold.OfFile() {
		text = fmt.Sprintf("Of the file %s %d of %d statements were sent.", word(p.hold.File, maxFact), len(p.hold.Spent), len(p.hold.Items))
	}
	for i, h := range p.covers.Passed {
		if i == maxPassed {
			text += fmt.Sprintf("\n• and %d more", len(p.covers.Passed)-i)
			break
		}
		text += fmt.Sprintf("\n• %s: %s (hold %s)", h.State, word(strings.Join(h.Statements, "; "), maxFact), h.ID)
	}
	if r := p.hold.Revoked; !r.IsZero() && p.hold.State != hold.Lapsed {
		text += "\n" + p.revoked()
	}
	return text
}

// maxPassed bounds how many statements a message lists: with them it stays within
// maxSection.
const maxPassed = 10

// revoked is who took the grant back and when.
func (p *page) revoked() string {
	r := p.hold.Revoked
	who := ""
	if r.Self {
		who = ", who asked,"
	}
	text := fmt.Sprintf("*%s%s revoked it*, %s", p.mention(r.By), who, moment(r.At))
	if p.hold.State == hold.Lapsed {
		text += ", before it was run"
	}
	if r.Via != "" {
		text += " (" + word(r.Via, maxFact) + ")"
	}
	return text + "."
}

// sqlState is the beginning of a server's error as a hold keeps it.
var sqlState = regexp.MustCompile(`^([0-9A-Z]{5})\b`)

// result is the command tag or the cause. A server's message quotes values of
// rows, so of an error only the SQLSTATE is shown where values are not.
func (p *page) result() string {
	r := p.hold.Result
	if p.hold.State == hold.Failed && !strings.HasPrefix(r, notSent) {
		if code := sqlState.FindString(r); code != "" {
			return "SQLSTATE " + code
		}
		return "the server answered with an error"
	}
	return word(strings.TrimRight(r, "."), maxReason)
}

// notSent begins the result of a hold that failed without having been sent.
const notSent = "not sent: "

// serverWords is the server's error in full, where values may be shown.
func (p *page) serverWords() string {
	if p.hold.State != hold.Failed || !p.app.o.Literals {
		return ""
	}
	return line(p.hold.Result, maxReason)
}

// kept says that nothing was lost.
func (p *page) kept() string {
	if len(p.hold.Spent) > 0 {
		return "not all of the file was sent"
	}
	return "nothing was " + wording.Done(p.hold.Statements)
}
