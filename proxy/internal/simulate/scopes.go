package simulate

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
)

// transaction names one of a conversation's, as proxy does.
func (c *conversation) transaction(number uint64) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf("%s/%d", c.label(), number)
}

// scoped draws whether somebody says yes to the whole transaction, and whether they may.
func (w *world) scoped(d *decision, f *fact) {
	if f == nil || !d.Approve || w.IntN(3) > 0 {
		return
	}
	d.Scope = hold.ScopeTransaction
	mine := w.crowd.known && d.name == w.crowd.owner(f.User)
	d.wrong = d.wrong || f.Transaction == "" || f.Return || mine
}

// passed is called when the store gets a statement that goes on under the approval of
// another hold: by the same session in the same transaction, and enough people said yes
// to all of it.
func (l *ledger) passed(f *fact) {
	under := l.byID[f.Under]
	if under == nil || under.session != f.session || f.Transaction == "" || under.Transaction != f.Transaction || under.User != f.User {
		l.w.fail(fmt.Sprintf("hold %s goes on under %q, which is not of its transaction", f.id, f.Under))
		return
	}
	if !under.sent || !f.Undone {
		l.w.fail(fmt.Sprintf("hold %s goes on under %s; that was sent: %v, and this can be undone: %v", f.id, f.Under, under.sent, f.Undone))
	}
	if under.revoked {
		l.w.fail(fmt.Sprintf("hold %s goes on under %s, which was revoked", f.id, f.Under))
	}
	for _, a := range f.Approvals {
		_, may := l.w.crowd.allowed(hold.Answerer{OS: a.By}, f.User)
		if !may || a.By == l.w.crowd.owner(f.User) || !slices.Contains(under.scopes, a.By) || slices.Contains(f.yes, a.By) {
			l.w.fail(fmt.Sprintf("hold %s of %s goes on by the yes of %s, which does not count", f.id, f.User, a.By))
		}
		f.yes = append(f.yes, a.By)
	}
	if len(f.yes) < f.needed() {
		l.w.fail(fmt.Sprintf("hold %s goes on by the yes of %v of %d", f.id, f.yes, f.needed()))
	}
	f.releases, f.out = 1, true
	l.w.stats.Passed++
}

// checkScope is called when the statement of a hold destroys something: where it went on
// under another hold, it is in the transaction in which that one destroyed.
func (c *conversation) checkScope(id string) {
	f := c.world.ledger.byID[id]
	if f == nil {
		return
	}
	f.block = c.server.blocks + 1
	if under := c.world.ledger.byID[f.Under]; under != nil && under.block != 0 && under.block != f.block {
		c.fail("hold %s takes effect in transaction %d, and %s, under which it went on, did in %d", f.id, f.block, f.Under, under.block)
	}
}

// endApproved tells the desk that a transaction is over that people approved.
func (c *conversation) endApproved() {
	if c.approved == 0 || c.core.InTransaction(c.approved) {
		return
	}
	c.run.desk.EndTransaction(c.transaction(c.approved))
	c.approved = 0
}

// sweeping is a desk that takes every yes for one to the whole transaction.
type sweeping struct{ desk }

func (m *sweeping) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	whole := d
	whole.Scope = hold.ScopeTransaction
	if h, err := m.desk.Decide(ctx, id, whole); err == nil {
		return h, nil
	}
	return m.desk.Decide(ctx, id, d)
}

// endless is a core that takes all transactions of a session for one.
type endless struct{ core }

func (m *endless) InTransaction(uint64) bool { return true }

func (m *endless) Take() session.Output {
	o := m.core.Take()
	if o.Ask != nil && o.Ask.InTransaction {
		a := *o.Ask
		a.Transaction = 1
		o.Ask = &a
	}
	return o
}
