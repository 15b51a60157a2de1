package hold

import (
	"fmt"
	"slices"
	"time"
)

// step is what can happen to a hold.
type step string

const (
	ask      step = "ask"       // a session asks for reviewers
	pass     step = "pass"      // it is about to be sent under an approval of another hold
	approve  step = "approve"   // enough reviewers said yes
	deny     step = "deny"      // a reviewer said no
	expire   step = "expire"    // its time is over
	withdraw step = "withdraw"  // the requester cancelled or left
	abandon  step = "abandon"   // the server or holdfast went away
	release  step = "release"   // it is about to be sent to the server
	lapse    step = "lapse"     // approved, but nobody waits for it any more, or it was revoked
	execute  step = "execute"   // the server ran it
	fail     step = "fail"      // the server answered with an error
	lose     step = "lose"      // sent, and the answer was lost
	grant    step = "grant"     // enough reviewers said yes, and nobody waits: it may be repeated once
	giveBack step = "give back" // sent for a grant, and the server undid it with an error
)

// transitions is the whole of what may follow what. Approving a hold that nobody
// waits for makes a grant: one in return mode, or one that ended without an answer.
var transitions = map[State]map[step]State{
	"":        {ask: Pending, pass: Released},
	Pending:   {approve: Approved, grant: Granted, deny: Denied, expire: Expired, withdraw: Withdrawn, abandon: Abandoned},
	Approved:  {release: Released, lapse: Lapsed},
	Released:  {execute: Executed, fail: Failed, lose: Unknown, giveBack: Granted},
	Expired:   {grant: Granted},
	Withdrawn: {grant: Granted},
	Abandoned: {grant: Granted},
	Granted:   {release: Released, lapse: Lapsed},
}

// next is the state that follows from when s happens. It is the only function
// that changes a state; a change it does not know is an error.
func next(from State, s step) (State, error) {
	to, ok := transitions[from][s]
	if !ok {
		return from, fmt.Errorf("a hold that is %q cannot %s", from, s)
	}
	return to, nil
}

// Waiting is true for a hold that waits for people, or for its session.
func (s State) Waiting() bool { return s == Pending || s == Approved }

// Open is true for a hold that has not come to its end: it is waiting, granted, or
// sent without an answer so far.
func (s State) Open() bool { return s.Waiting() || s == Granted || s == Released }

// unanswered is true for a hold that ended without an answer, and can be granted.
func (s State) unanswered() bool {
	_, err := next(s, grant)
	return err == nil && s != Pending
}

// leads is the state that s leads to, wherever it is allowed.
func (s step) leads() State {
	for _, from := range transitions {
		if to, ok := from[s]; ok {
			return to
		}
	}
	return ""
}

// stepped is h after s, at this moment, with what else set changes.
func (h Hold) stepped(s step, set func(*Hold)) (Hold, error) {
	state, err := next(h.State, s)
	if err != nil {
		return h, fmt.Errorf("changing hold %s: %w", h.ID, err)
	}
	h, now := h.clone(), clock()
	h.State = state
	switch state {
	case Released:
		h.ReleaseAt = now
	case Granted:
		if s == grant {
			h.Decided, h.GrantUntil, h.Result = now, now.Add(h.GrantFor()), ""
		}
		h.ReleaseAt = time.Time{}
	case Executed, Failed, Unknown, Lapsed:
		h.Ended = now
	default:
		h.Decided = now
	}
	if set != nil {
		set(&h)
	}
	return h, nil
}

// changedAt is when h got the state it has.
func (h Hold) changedAt() time.Time {
	for _, t := range []time.Time{h.Ended, h.ReleaseAt, h.Decided} {
		if !t.IsZero() {
			return t
		}
	}
	return h.Asked
}

// clone shares nothing with h.
func (h Hold) clone() Hold {
	h.Request = h.Request.clone()
	h.Approvals, h.Spent = slices.Clone(h.Approvals), slices.Clone(h.Spent)
	return h
}

// clone shares nothing with r.
func (r Request) clone() Request {
	r.Statements = slices.Clone(r.Statements)
	r.Also, r.Items = slices.Clone(r.Also), slices.Clone(r.Items)
	r.Requesters, r.Evidence.Certificate = slices.Clone(r.Requesters), slices.Clone(r.Evidence.Certificate)
	return r
}
