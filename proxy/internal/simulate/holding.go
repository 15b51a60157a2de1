package simulate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// What a session does while its statement is held is what proxy does in the file
// of the same name.

// heldBatch is a batch that waits for people.
type heldBatch struct {
	ask      *session.Ask
	cancel   context.CancelCauseFunc
	id       string // once it is on disk
	since    time.Time
	wait     time.Duration
	reminded time.Time
	returns  bool      // nobody waits for people
	asks     int       // how often it was asked who waits behind it
	early    bool      // others have waited too long behind it
	cause    error     // why nobody waits for it any more; nil while somebody does
	gone     time.Time // since when
}

// leave ends the wait for people; only the first cause counts.
func (h *heldBatch) leave(c *conversation, cause error) {
	if h.cause != nil {
		return
	}
	h.cause, h.gone = cause, time.Now()
	if f := c.world.ledger.of(c); f != nil {
		f.cause = cause
	}
	h.cancel(cause)
}

// asked takes a batch to the desk.
func (c *conversation) asked(a *session.Ask) {
	c.trace("core asks", fmt.Sprintf("%q in a transaction: %v", a.SQL, a.InTransaction))
	if c.held != nil {
		c.fail("a second batch is asked about before the first is settled")
	}
	if c.mode != session.Enforce {
		c.fail("a batch is held in mode %v", c.mode)
	}
	if !a.InTransaction && (c.answerable() || c.server.tx != txNone) && !c.server.dead {
		c.fail("people are told that no transaction is open, but the server is in state %d with %d bytes under way", c.server.tx, len(c.toServer))
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	r := c.request(a)
	h := &heldBatch{ask: a, cancel: cancel, since: time.Now(), wait: r.Wait, returns: r.Return}
	c.held = h
	switch {
	case c.over:
		h.leave(c, c.cause)
	case c.left:
		h.leave(c, hold.ErrWithdrawn)
	}
	go c.wait(ctx, r)
}

// wait is the one goroutine of a session that is not the world's.
func (c *conversation) wait(ctx context.Context, r hold.Request) {
	h, err := c.run.desk.Wait(ctx, r, func(h hold.Hold) {
		c.post(func() { c.announce(h) })
	})
	c.post(func() { c.answered(h, err) })
}

func (c *conversation) request(a *session.Ask) hold.Request {
	r := hold.Request{
		Host: a.Origin.Host, Database: a.Origin.Database, User: a.Origin.User, Application: c.label(),
		SQL: a.SQL, Rule: a.Verdict.Rule, Reason: a.Verdict.Reason, Why: a.Verdict.Why,
		InTransaction: a.InTransaction, Transaction: c.transaction(a.Transaction), Wait: c.world.wait,
		Binding: a.Confirmation(), Unbound: a.Unbound, Undone: a.Undone, Grant: c.world.grant,
		Reviewers:   hold.Reviewers{Group: c.world.crowd.group, Count: c.world.crowd.count},
		UnknownSame: c.world.crowd.same, SelfConfirm: c.world.crowd.typed,
	}
	r.Return = r.Binding != "" && c.IntN(4) < c.world.returns
	if a.InTransaction && !r.Return {
		r.Wait = min(r.Wait, time.Minute)
	}
	for _, v := range a.Statements {
		r.Statements = append(r.Statements, lines(v)...)
	}
	return r
}

func lines(v rules.Verdict) (all []string) {
	for _, e := range v.Effects {
		all = append(all, e.String())
	}
	if len(all) == 0 {
		all = []string{v.Reason}
	}
	return all
}

// announce tells the client that its statement is held.
func (c *conversation) announce(h hold.Hold) {
	c.trace("desk", "holds it as "+h.ID)
	if c.held != nil {
		c.held.id, c.held.reminded = h.ID, time.Now()
	}
	c.core.Notice(wire.Error{Message: ownWord + "held"})
	c.act()
}

// remind tells a client that waits that the wait goes on.
func (c *conversation) remind() {
	c.held.reminded = time.Now()
	c.core.Notice(wire.Error{Message: ownWord + "still held"})
	c.act()
}

// answered lets the batch go on or refuses it.
func (c *conversation) answered(h hold.Hold, err error) {
	c.trace("desk answers", fmt.Sprintf("%s %s %v", h.ID, h.State, err))
	c.world.takeDecisions()
	if f := c.world.ledger.of(c); f != nil {
		f.told, f.failed = h.State, err != nil
	}
	held := c.held
	c.held = nil
	held.cancel(nil)
	c.checkAnswer(held, h, err)
	switch {
	case err != nil:
		c.refuse(held.id, "ZH006")
	case h.State == hold.Released:
		c.world.ledger.spentBy(c, held, h)
		if h.Covering() {
			c.approved = held.ask.Transaction
		}
		c.release(held.ask, h.ID)
	case h.State == hold.Pending:
		c.refuse(h.ID, "ZH001")
	case h.State == hold.Abandoned:
		c.abandoned()
	case h.State == hold.Denied:
		c.refuse(h.ID, "ZH002")
	case h.State == hold.Expired:
		c.refuse(h.ID, "ZH003")
	default:
		c.refuse(h.ID, "57014")
	}
}

// abandoned ends a session that waited when the server or holdfast went away, if
// whoever ended it has not said so.
func (c *conversation) abandoned() {
	c.died = true
	if !c.core.ServerSaidGoodbye() {
		c.close(wire.Error{Code: "57P01", Message: ownWord + "stopping"}, hold.ErrStopping)
		c.act()
	}
	c.end(hold.ErrStopping)
}

// checkAnswer: what the desk says has a reason.
func (c *conversation) checkAnswer(held *heldBatch, h hold.Hold, err error) {
	switch {
	case err == nil && h.State == hold.Pending && held.returns && h.Return && h.Binding == held.ask.Confirmation():
	case err == nil && h.State == hold.Released && held.id == "" && !h.GrantUntil.IsZero():
	case err == nil && h.State == hold.Released && held.id == "" && h.Under != "":
	case err == nil && h.ID != held.id:
		c.fail("the session of hold %q is told about hold %q", held.id, h.ID)
	case err == nil && h.State == hold.Pending, err == nil && h.State == hold.Approved:
		c.fail("the session of hold %s is told that it is %s", h.ID, h.State)
	case err != nil && !errors.Is(err, hold.ErrUnavailable):
		c.fail("asking people failed: %v", err)
	case err != nil && c.world.disk.failed == 0 && !c.world.disk.slow && c.run.stopping.IsZero() && !c.world.ids.poor:
		c.fail("the desk is not available, and the disk has no fault: %v", err)
	case err == nil && h.State == hold.Expired && time.Since(held.since) < held.wait && !(held.early && h.EndedEarly()):
		c.fail("hold %s expired after %v of %v", h.ID, time.Since(held.since), held.wait)
	case err == nil && (h.State == hold.Withdrawn || h.State == hold.Abandoned) && held.cause == nil:
		c.fail("hold %s is %s, but its session waits", h.ID, h.State)
	case err == nil && h.State == hold.Denied && len(c.world.ledger.byID[h.ID].no) == 0:
		c.fail("hold %s is denied, but nobody said no", h.ID)
	}
}

// patience is how long the desk may take, on top of its waits, to answer: a few
// writes that each take as long as the desk allows.
const patience = 2 * time.Minute

// checkPatience: no session hangs.
func (c *conversation) checkPatience() {
	h := c.held
	switch {
	case h == nil:
	case time.Since(h.since) > h.wait+patience:
		c.fail("the session waits since %v for hold %q, which was to end after %v", time.Since(h.since), h.id, h.wait)
	case h.cause != nil && time.Since(h.gone) > patience:
		c.fail("hold %q has not ended, %v after its session left (%v)", h.id, time.Since(h.gone), h.cause)
	}
}
