package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// expect records what the server will answer to a message that is forwarded now.
func (c *Core) expect(m *message) {
	switch m.typ {
	case wire.CopyData, wire.Flush, wire.Terminate:
		return
	case wire.CopyDone, wire.CopyFail:
		c.expectCopyEnd(m.typ)
		return
	case wire.Sync:
		if c.copyIn {
			return // the server ignores Sync while it reads copy data
		}
		c.skipping, c.dirty = false, false
	default:
		if m.unread || c.skipping {
			c.forget(m)
			return
		}
		c.dirty = !m.endsBatch()
		if c.copyIn {
			c.copyIn = false // the server ends the copy with an error for it
			c.forget(m)
			return
		}
	}
	c.queue.push(reply{
		kind: m.typ, closeKind: m.closeKind, name: m.name, serial: m.serial,
		facts: m.facts, hold: m.hold, changes: m.changes,
	})
}

// expectCopyEnd records the end of copy data that may belong to a COPY the server
// has not begun yet. Outside of a copy the server ignores it.
func (c *Core) expectCopyEnd(typ byte) {
	if c.copyIn {
		c.copyIn = false
		return
	}
	if c.queue.len() > 0 && !c.skipping {
		c.queue.push(reply{kind: typ})
	}
}

// forget takes back what scanning recorded of a message that will not run.
func (c *Core) forget(m *message) {
	if m.unread {
		return
	}
	switch m.typ {
	case wire.Parse:
		c.statements.resolve(m.name, m.serial, false)
	case wire.Bind:
		c.portals.resolve(m.name, m.serial, false)
	case wire.Query, wire.Execute:
		if m.facts != nil {
			c.dropSQLNames(m.facts.Statements, m.serial)
		}
	}
	if m.changes {
		c.settings.changing--
	}
}

// answered removes the head of the queue because the server has answered it.
func (c *Core) answered() {
	c.gone(c.queue.head())
	c.queue.pop()
	c.skipCopyEnds()
}

// skipCopyEnds removes ends of copy data that arrive outside of a copy: the server
// ignores them without a reply.
func (c *Core) skipCopyEnds() {
	for h := c.queue.head(); h != nil && (h.kind == wire.CopyDone || h.kind == wire.CopyFail); h = c.queue.head() {
		c.queue.pop()
	}
}

// gone does the book-keeping for a reply that leaves the queue.
func (c *Core) gone(r *reply) {
	if r.changes {
		c.settings.unreported++
	}
	if l := c.liveHold(r.hold); l != nil {
		l.answered = true
	}
}

// abandonReply takes back what a forwarded message would have defined, since the
// server failed it or skips it.
func (c *Core) abandonReply(r *reply) {
	switch r.kind {
	case wire.Parse:
		c.statements.resolve(r.name, r.serial, false)
	case wire.Bind:
		c.portals.resolve(r.name, r.serial, false)
	case wire.Query, wire.Execute:
		if r.facts != nil {
			c.settleSQLNames(r)
		}
	case expectAnswer:
		c.wake = c.state == probing // there will be no answer
	}
	c.gone(r)
}

// skipToSync follows the server after an error in the extended protocol: it
// ignores everything until Sync.
func (c *Core) skipToSync() {
	for h := c.queue.head(); h != nil; h = c.queue.head() {
		if h.kind == wire.Sync {
			return
		}
		c.abandonReply(h)
		c.queue.pop()
	}
	c.skipping = true
	c.out.Moot = c.out.Moot || c.state == asking
	if c.state == draining {
		c.wake = true // the server waits for a Sync that is behind what waits here
	}
}

// completed is a CommandComplete.
func (c *Core) completed(tag []byte) {
	h := c.queue.head()
	if h == nil {
		return
	}
	if l := c.liveHold(h.hold); l != nil {
		l.tag = string(tag)
	}
	switch h.kind {
	case wire.Query:
		if h.facts != nil && h.facts.Read && h.at < len(h.facts.Statements) {
			c.applySQLNames(&h.facts.Statements[h.at], h.serial)
		}
		h.at++
	case wire.Execute:
		if h.facts != nil && len(h.facts.Statements) == 1 {
			c.applySQLNames(&h.facts.Statements[0], h.serial)
		}
		c.answered()
	}
}

// failed is an ErrorResponse. It says whether the error is the rejection of a
// refusal, in whose place the client gets the returned text.
func (c *Core) failed(body []byte) (refusal *wire.Error) {
	if severity := wire.ErrorField(body, 'V'); severity == "FATAL" || severity == "PANIC" {
		c.serverFatal = true
		return nil
	}
	h := c.queue.head()
	if h == nil {
		return nil
	}
	c.copyIn = false
	code := wire.ErrorField(body, 'C')
	c.holdsFailed(code, wire.ErrorField(body, 'M'))
	switch h.kind {
	case wire.Query, wire.FunctionCall, wire.Sync:
		return nil // ReadyForQuery follows
	case expectRefusal:
		if code == codeMissingStatement {
			refusal = h.refusal
		}
	}
	c.abandonReply(h)
	c.queue.pop()
	c.skipToSync()
	return refusal
}

// codeMissingStatement is invalid_sql_statement_name, the server's answer to a
// Bind of a statement that does not exist.
const codeMissingStatement = "26000"

// readyForQuery is a ReadyForQuery with the given transaction status.
func (c *Core) readyForQuery(status byte) {
	c.status = status
	if h := c.queue.head(); h != nil && h.endsBatch() {
		if h.kind == wire.Query && h.facts != nil {
			c.settleSQLNames(h)
		}
		c.answered()
	}
	c.settings.reportedAll()
	if status == 'I' && len(c.portals.m) > 1 {
		c.portals.removeAll(func(_ string, b prepared) bool { return !b.cursor })
	}
	c.endHolds()
	if c.state == draining && !c.queue.settles() {
		c.wake = true
	}
}

// copyInBegins is a CopyInResponse: from now on the server ignores Sync, and the
// messages in flight are read as copy data up to their end.
func (c *Core) copyInBegins() {
	c.copyIn = true
	if c.queue.head() == nil {
		return
	}
	c.queue.dropBehindHead(func(r *reply) (drop, more bool) {
		switch r.kind {
		case wire.Sync:
			return true, true
		case wire.CopyDone, wire.CopyFail:
			c.copyIn = false
			return true, false
		}
		c.copyIn = false // not allowed in a copy: the server answers with the copy's error
		c.abandonReply(r)
		return true, false
	})
	c.dirty = !c.queue.endsSettled() // a Sync that was to end the batch is ignored
	if c.state == draining {
		c.wake = true // the copy waits for the client, so waiting for it would be for ever
	}
}
