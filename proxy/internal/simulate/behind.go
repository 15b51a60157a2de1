package simulate

import (
	"strconv"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
)

// Who waits behind a transaction whose statement is held: the session asks now and then,
// the server makes it up, and people's answers come at any moment of it.

// deferral is an answer of people that waits for the end of a question.
type deferral struct {
	approved *approval // nil for a refusal
	refusing string    // the hold then
}

// mostAsks is how often one hold asks.
const mostAsks = 8

// askBehind is the engine's tick.
func (c *conversation) askBehind() {
	if c.held == nil || c.closed {
		return
	}
	c.held.asks++
	c.trace("engine", "asks who waits behind the transaction")
	c.core.AskBehind()
	c.act()
}

// beforeForwarding and afterForwarding tell what is forwarded apart: what an answer lets
// go that had to wait is the answer's.
func (c *conversation) beforeForwarding() {
	if c.deferred != nil {
		c.forwarded.refusing = c.deferred.refusing
	}
}

func (c *conversation) afterForwarding() {
	d := c.deferred
	if d == nil {
		return
	}
	c.forwarded.refusing = ""
	if d.approved != nil {
		d.approved.to = max(d.approved.to, c.forwarded.at)
	}
	if !c.core.Deferred() && c.core.Unsent() == "" { // which outlasts the end of the core
		c.deferred = nil
	}
}

// withdrawDeferred makes a refusal of a release that waits.
func (c *conversation) withdrawDeferred() {
	a := c.deferred.approved
	if a == nil {
		c.fail("a refusal that waits is withdrawn")
		return
	}
	c.trace("holdfast", "sends nothing of "+a.id)
	c.world.stats.Unsent++
	a.cancelled = true
	c.world.ledger.byID[a.id].sent = false
	c.approvals.refuse(a.id, "57014")
	c.deferred = &deferral{refusing: a.id}
}

// neverSent takes back that a hold was sent, whose answer waited when its session ended.
func (c *conversation) neverSent(id string) {
	d := c.deferred
	if d != nil && d.approved == nil && d.refusing == id && !c.world.ledger.byID[id].sent {
		return // it was cancelled
	}
	if d == nil || d.approved == nil || d.approved.id != id || d.approved.to > d.approved.from {
		c.fail("hold %s is said not to have been sent, and its answer does not wait", id)
	}
	c.world.ledger.byID[id].sent = false
}

// blockedLimit is how long others may wait.
const blockedLimit = 5 * time.Second

// behind takes the answer.
func (c *conversation) behind(b *session.Behind) {
	if b == nil || c.held == nil {
		return
	}
	if b.Fault == "" && !c.held.ask.InTransaction {
		c.fail("the server was asked who waits behind a transaction, and there is none")
	}
	if b.Fault == "" {
		c.world.stats.Behind++
	}
	c.run.desk.SetBlocked(c.held.id, hold.Blocked{At: time.Now(), Fault: b.Fault, Count: b.Count})
	if b.Strong >= blockedLimit && !c.held.early {
		c.world.stats.Early++
		c.held.early = true
		if f := c.world.ledger.of(c); f != nil {
			f.early = true
		}
		c.held.cancel(hold.Early{Count: b.Count, Waited: b.Strong})
	}
}

// answerBehind makes up who waits.
func (s *server) answerBehind() {
	waiting := (3 + s.ticks) % 4
	s.ticks++
	for i := range waiting {
		s.emit(rowOf(strconv.Itoa(waiting), strconv.Itoa(2*waiting), strconv.Itoa(100+i), "ben", "app", strconv.Itoa(2*waiting-i)))
	}
	s.emit(complete("SELECT"))
}
