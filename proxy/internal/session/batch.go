package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// liveHold is a released hold whose end is to be told.
type liveHold struct {
	id       string
	answered bool
	kept     bool // whatever fails behind it
	tag      string
	failure  string
}

// confront decides about the batch at the start of c.in, in which something was
// found: refuse it, wait until the transaction status is known, or ask.
func (c *Core) confront() {
	if what := c.found[0].violation; what != "" {
		c.Refuse(violationWords(what), "")
		return
	}
	if c.deferred && c.unsure { // what the names in it stand for may be known by now
		c.deferred = false
		c.resume()
		return
	}
	c.deferred = false
	if v := c.worst(); v.Action == rules.Refuse && v.SQLState == unreadableSetting {
		c.decide()
		return
	}
	if c.queue.settles() && !c.copying.open && !c.skipping {
		c.state = draining
		return
	}
	if c.skipping || c.hopeless() { // the server runs nothing of it
		c.pass("")
		return
	}
	if c.mayInquire() {
		c.inquire()
		return
	}
	c.decide()
}

// unreadableSetting is the SQLSTATE of refusing a setting under which text cannot be
// read: no name has a say in it.
const unreadableSetting = "ZH005"

// decide refuses the batch, or asks people.
func (c *Core) decide() {
	v := c.worst()
	if v.Action != rules.Refuse {
		c.out.Ask = c.ask()
		return
	}
	for _, f := range c.found {
		if f.verdict.Action == rules.Refuse {
			c.report(Refused, f.verdict, f.text)
		}
	}
	c.Refuse(c.cfg.Refusal(v), "")
}

// hopeless says that the server is sure to refuse the batch, because it is in a
// failed transaction that nothing in the batch ends.
func (c *Core) hopeless() bool {
	if c.status != 'E' || c.queue.len() > 0 || c.dirty {
		return false
	}
	for _, f := range c.found {
		if !staysInTransaction(f.facts) {
			return false
		}
	}
	for i := range c.msgs {
		if f := c.msgs[i].facts; f != nil && !staysInTransaction(f) {
			return false
		}
	}
	return true
}

// staysInTransaction says that a text was read and ends no transaction.
func staysInTransaction(f *rules.Facts) bool {
	if f == nil || !f.Read {
		return false
	}
	for i := range f.Statements {
		if f.Statements[i].Tx != rules.TxNone {
			return false
		}
	}
	return true
}

// Release lets the batch go on with the very bytes that were judged. id is the
// hold's; its end comes out as Ended. It is false when the batch does not wait
// any more.
func (c *Core) Release(id string) bool {
	if c.state != asking || c.Deferred() {
		return false
	}
	if c.afterQuestion(func() { c.pass(id) }, id) {
		return true
	}
	c.pass(id)
	return true
}

// pass forwards the batch that waits. With an id its end is told.
func (c *Core) pass(id string) {
	if id != "" {
		l := liveHold{id: id}
		if c.skipping {
			l.answered, l.failure = true, "skipped by the server: an earlier statement of the batch failed"
		}
		c.live = append(c.live, l)
		c.msgs[c.deciding()].hold = id
	}
	c.found, c.suspect = nil, 0
	c.forwardKept(len(c.msgs))
	c.resume()
}

// deciding is the message whose reply tells how the found statements ended: the
// Execute of the last one found, or the message itself.
func (c *Core) deciding() int {
	last := c.found[len(c.found)-1].msg
	if c.msgs[last].typ != wire.Bind {
		return last
	}
	for i := last + 1; i < len(c.msgs); i++ {
		if c.msgs[i].typ == wire.Execute && c.msgs[i].name == c.msgs[last].name {
			return i
		}
	}
	return last
}

// forwardKept forwards the first n judged messages of c.in.
func (c *Core) forwardKept(n int) { c.keep(c.in, c.forward(c.in, n), true) }

// liveHold is the released hold with this id; nil when its end was told already.
func (c *Core) liveHold(id string) *liveHold {
	for i := range c.live {
		if c.live[i].id == id {
			return &c.live[i]
		}
	}
	return nil
}

// holdsKept notes the end of a transaction, or a savepoint: what was answered before is
// not undone by an error of the same batch behind it, or need not be.
func (c *Core) holdsKept() {
	for i := range c.live {
		l := &c.live[i]
		l.kept = l.kept || l.answered && l.failure == ""
	}
}

// holdsFailed notes an error: it undoes everything of the batch it is in that is not
// kept, so every released hold of that batch has failed. Holds of batches behind
// it have not.
func (c *Core) holdsFailed(code, message string) {
	for i := range c.live {
		l := &c.live[i]
		if l.failure == "" && !l.kept && (l.answered || c.queue.fails(l.id)) {
			l.failure = code + " " + message
		}
	}
}

// endHolds tells the end of released holds at ReadyForQuery, when what they did
// is committed or part of an open transaction.
func (c *Core) endHolds() {
	kept := c.live[:0]
	for _, l := range c.live {
		if !l.answered {
			kept = append(kept, l)
			continue
		}
		end := Ended{ID: l.id, Result: l.tag}
		if l.failure != "" {
			end.Failed, end.Result = true, l.failure
		}
		c.out.Ended = append(c.out.Ended, end)
	}
	c.live = kept
}
