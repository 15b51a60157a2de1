package proxy

import (
	"context"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// remindEvery is how often a client that waits is sent a notice: it keeps idle
// limits of networks away, some of which are below six minutes, and tells the
// person that the wait goes on.
const remindEvery = time.Minute

// heldBatch is a batch that waits for people.
type heldBatch struct {
	ask    *session.Ask
	id     string // of the hold; empty until it is recorded
	cancel context.CancelCauseFunc
}

// askLocked takes a batch to the desk, in a goroutine that ends with the hold.
func (n *netSession) askLocked(a *session.Ask) {
	ctx, cancel := context.WithCancelCause(n.ctx)
	n.held = &heldBatch{ask: a, cancel: cancel}
	n.host.stats.held.Add(1)
	limitUnacknowledged(n.clientConn, true)
	n.task("hold", func() {
		defer n.host.stats.held.Add(-1)
		defer cancel(nil)
		asked := time.Now()
		var id string
		h, err := n.server.o.Desk.Wait(ctx, n.request(a), func(h hold.Hold) {
			id = h.ID
			n.act(func() {
				if n.held != nil {
					n.held.id = h.ID
				}
				n.core.Notice(heldNotice(n.host, h))
			})
			if h.InTransaction {
				n.task("blocked", func() { n.lookBehind(ctx) })
			}
			n.task("reminder", func() { n.remind(ctx, h) })
		})
		n.answer(answerOf{hold: h, err: err, after: time.Since(asked), id: id})
	})
}

// request is what reviewers are asked.
func (n *netSession) request(a *session.Ask) hold.Request {
	r := hold.Request{
		Host: a.Origin.Host, Environment: a.Origin.Environment, Database: a.Origin.Database,
		User: a.Origin.User, Application: a.Origin.Application, Client: a.Origin.Client,
		Evidence: n.seen.evidence(),
		SQL:      a.SQL, Rule: a.Verdict.Rule, Reason: a.Verdict.Reason, Why: a.Verdict.Why,
		InTransaction: a.InTransaction, Transaction: n.transaction(a.Transaction), Binding: a.Confirmation(), Unbound: a.Unbound, Undone: a.Undone, Item: a.Item, Braked: a.Verdict.Braked,
	}
	n.host.terms.Load().apply(&r, a.Verdict.Terms, n.returns)
	for _, v := range a.Statements {
		r.Statements = append(r.Statements, lines(v)...)
	}
	return r
}

// transaction names a transaction of this session, unlike those of all others; empty
// without a number.
func (n *netSession) transaction(number uint64) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf("%s/%d", n.id, number)
}

// approvedForLocked remembers that people approved a transaction, to say when it is over.
func (n *netSession) approvedForLocked(a *session.Ask, h hold.Hold) {
	if h.Covering() {
		n.approved = a.Transaction
	}
}

// endApprovedLocked forgets what people approved for a transaction that is over.
func (n *netSession) endApprovedLocked() {
	if n.approved == 0 || n.core.InTransaction(n.approved) {
		return
	}
	n.server.o.Desk.EndTransaction(n.transaction(n.approved))
	n.approved = 0
}

// forgetApproved is endApprovedLocked for a session that is over.
func (n *netSession) forgetApproved() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.core.End(wire.Error{}, nil)
	n.endApprovedLocked()
}

// lines are what a verdict is about, one line for each effect.
func lines(v rules.Verdict) []string {
	if len(v.Effects) == 0 {
		return []string{v.Reason}
	}
	var all []string
	for _, e := range v.Effects {
		all = append(all, e.String())
	}
	return all
}

// notice sends a notice to the client.
func (n *netSession) notice(e wire.Error) {
	n.act(func() { n.core.Notice(e) })
}

// act changes the core and writes what comes of it.
func (n *netSession) act(change func()) {
	func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		change()
		n.actLocked()
	}()
	n.flushSoon(&n.toClient, n.clientConn)
	n.flushSoon(&n.toServer, n.serverConn)
}

// remind sends a notice each minute until ctx ends.
func (n *netSession) remind(ctx context.Context, h hold.Hold) {
	every(ctx, remindEvery, func() { n.notice(stillHeldNotice(n.host, h, time.Until(h.Expires))) })
}

// answerOf is how waiting for people ended.
type answerOf struct {
	hold  hold.Hold
	err   error // the desk could not do its work
	after time.Duration
	id    string
}

// answer lets the batch go on or refuses it.
func (n *netSession) answer(a answerOf) {
	if a.err != nil {
		n.server.o.Log.Error().Err(a.err).Str("host", n.host.Name).Msg("a statement was refused because the desk is not available")
	}
	n.act(func() { n.answerLocked(a) })
}

func (n *netSession) answerLocked(a answerOf) {
	ask := n.held.ask
	n.held = nil
	limitUnacknowledged(n.clientConn, false)
	switch {
	case a.err != nil:
		n.core.Refuse(unavailableWords(a.err, ask), a.id)
	case a.hold.State == hold.Released:
		n.approvedForLocked(ask, a.hold)
		n.releaseLocked(a)
	case a.hold.State == hold.Pending:
		n.core.Refuse(returnedWords(n.host, ask, a.hold), a.hold.ID)
	case a.hold.State == hold.Abandoned:
		// Who ends the session has said why, unless it is the desk that stops.
		if !n.core.ServerSaidGoodbye() {
			n.core.End(stoppingWords, hold.ErrStopping)
		}
	default:
		n.core.Refuse(refusalWords(n.host, ask, a), a.id)
	}
}

// neverSent is the result of a release that came too late.
const neverSent = "not sent: the session ended first"

// releaseLocked sends an approved batch. From here on its hold is spent, whatever
// happens.
func (n *netSession) releaseLocked(a answerOf) {
	n.core.Notice(releasedNotice(a.hold, a.after))
	if !n.core.Release(a.hold.ID) {
		n.server.o.Desk.Finish(a.hold.ID, hold.Failed, neverSent)
	}
}

// withdraw ends the hold of the session's statement because its client cancels, or
// lets there be none. It is false when nothing waits.
func (n *netSession) withdraw() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held == nil {
		return n.core.Withdraw()
	}
	n.held.cancel(hold.ErrWithdrawn)
	return true
}
