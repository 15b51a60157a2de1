package simulate

import (
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// quiet is called when nothing can happen in a session by itself: what is owed
// must have come, and the client goes on. It is false at the end of the script.
func (c *conversation) quiet() bool {
	switch {
	case len(c.toCore) > 0:
		c.fail("the core takes no bytes of the client, and nothing is under way")
	case !c.replied.settled():
		c.fail("the core keeps %s from the client", describeMessage(c.replied.queue[0].message, false))
	case len(c.replied.partial) > 0 || len(c.forwarded.partial) > 0:
		c.fail("the core has sent a part of a message")
	case c.core.Held():
		c.fail("the core holds a batch and asked nobody")
	case c.mode != session.Enforce && c.forwarded.at < len(c.sent):
		c.fail("in mode %v the core keeps %s", c.mode, describeMessage(c.sent[c.forwarded.at], true))
	}
	c.shadow.compare()
	c.checkTallies(true)
	if c.at == len(c.script) {
		return false
	}
	c.write()
	return true
}

// checkIdle: a session that is said to be idle may be ended without harm.
func (c *conversation) checkIdle() {
	if !c.core.Idle() || c.server.dead {
		return
	}
	if c.answerable() || c.server.tx != txNone || c.server.copying != nil || c.server.ignoring {
		c.fail("the session is said to be idle, but the server is in state %d with %d bytes under way", c.server.tx, len(c.toServer))
	}
}

// answerable says that something is on its way to the server that it will not
// ignore.
func (c *conversation) answerable() bool {
	for b := c.toServer; ; {
		m, rest, ok := split(b)
		if !ok {
			return len(b) > 0 && b[0] != wire.Flush && !isCopy(b[0])
		}
		if m.kind() != wire.Flush && !isCopy(m.kind()) {
			return true
		}
		b = rest
	}
}

// checkMemory: while a batch is held the core keeps a bounded part of the
// client's bytes.
func (c *conversation) checkMemory() {
	done := 0
	if c.forwarded.at > 0 {
		done = c.ends[c.forwarded.at-1]
	}
	if kept := c.coreTook - done; c.core.Held() && kept > session.MaxHeldInput+pipeRoom+c.largest {
		c.fail("the core keeps %d bytes of the client", kept)
	}
}

// checkEnd: a session that came to its end is as it was at the start.
func (c *conversation) checkEnd() {
	for _, a := range c.approvals.list {
		if _, told := c.ended[a.id]; !told && !c.died {
			c.fail("the end of hold %s was never told", a.id)
		}
	}
	if c.died {
		return
	}
	forgot := c.mode == session.Observe && c.server.unclear
	if c.mode != session.Off && !forgot && !c.core.Idle() {
		c.fail("the session is not idle at its end: something is expected that will never come")
	}
	if c.server.tx != txNone {
		c.fail("the server is in state %d at the end", c.server.tx)
	}
	if c.at < len(c.script) {
		c.fail("the client has not come to the end of its script")
	}
	if last := len(c.replied.canon) - 1; len(c.sent) > 0 && last < 0 || last >= 0 && c.replied.canon[last] != 'I' {
		c.fail("the last thing that the client heard is not that it is idle")
	}
}
