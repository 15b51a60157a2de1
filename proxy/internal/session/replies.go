package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// expect records what the server will answer to a message that is forwarded now.
func (c *Core) expect(m *message) {
	mixed := false
	switch m.typ {
	case wire.CopyData, wire.Flush, wire.Terminate:
		return
	case wire.CopyDone, wire.CopyFail:
		c.expectCopyEnd(m.typ)
		return
	case wire.Sync:
		if c.copying.open {
			c.copying.syncs++
			c.forget(m)
			return // the server ignores Sync while it reads copy data
		}
		c.skipping, c.resync.blind, c.dirty = false, false, false
	default:
		if m.unread || c.skipping || c.resync.blind {
			c.forget(m)
			return
		}
		c.followPath(m)
		c.transaction.follow(m)
		mixed = c.dirty && m.endsBatch()
		c.dirty = !m.endsBatch()
		c.copying.open = false // the end of the session, or of a COPY that has failed
	}
	r := reply{
		kind: m.typ, closeKind: m.closeKind, word: m.word, limit: m.limit, name: m.name, serial: m.serial,
		facts: m.facts, hold: m.hold, spared: m.spared, changes: m.changes, mixed: mixed,
	}
	if m.typ == wire.Query {
		r.alone, r.counts = alone(m.facts)
	}
	c.queue.push(r)
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
	switch string(tag) {
	case "COMMIT", "PREPARE TRANSACTION", "SAVEPOINT":
		c.holdsKept()
	case "LISTEN":
		c.listens = true
	case "DISCARD ALL":
		c.listens = false
	}
	c.copying = copying{}
	switch h.kind {
	case wire.Query:
		if h.alone && h.at == 0 {
			h.done++
		} else if s := h.running(); s != nil {
			c.applySQLNames(s, h.serial)
			h.done++
		}
		h.at++
	case wire.Execute:
		if h.facts != nil && len(h.facts.Statements) == 1 {
			c.applySQLNames(&h.facts.Statements[0], h.serial)
		}
		c.answered()
	}
}

// endsSession says that an ErrorResponse ends the session.
func endsSession(body []byte) bool {
	severity := wire.ErrorField(body, 'V')
	return severity == "FATAL" || severity == "PANIC"
}

// failed is an ErrorResponse. It says whether the error is the rejection of a
// refusal, in whose place the client gets the returned text.
func (c *Core) failed(body []byte) (refusal *wire.Error) {
	if endsSession(body) {
		c.serverFatal = true
		return nil
	}
	c.failedTally()
	syncs := c.copyFails()
	h := c.queue.head()
	if h == nil {
		return nil
	}
	code := wire.ErrorField(body, 'C')
	c.holdsFailed(code, wire.ErrorField(body, 'M'))
	if h.rejected(code) {
		refusal = h.refusal
	} else {
		c.path.failed()
	}
	extended := !h.endsBatch()
	if extended { // else ReadyForQuery follows
		c.abandonReply(h)
		c.queue.pop()
	}
	switch {
	case syncs > 0:
		c.lose(!extended, syncs)
	case extended:
		c.skipToSync()
	}
	return refusal
}

// readyReply takes the reply that a ReadyForQuery ends off the queue.
func (c *Core) readyReply() {
	switch {
	case c.resync.doubtful > 0:
		c.resync.doubtful--
	case c.resync.extra > 0:
		c.resync.extra--
		return
	}
	h := c.queue.head()
	if h == nil || !h.endsBatch() {
		return
	}
	if h.kind == wire.Query && h.facts != nil && !h.alone {
		c.settleSQLNames(h)
	}
	c.answered()
}

// readyForQuery is a ReadyForQuery with the given transaction status.
func (c *Core) readyForQuery(status byte) {
	c.status = status
	c.readyTally(status)
	if h := c.queue.head(); h != nil {
		c.mixed = c.mixed || h.mixed
	}
	c.mixed = c.mixed && status != 'I'
	c.readyReply()
	c.transaction.ready(status, c.queue.len() == 0 && !c.dirty)
	c.settings.reportedAll(status == 'I')
	if status == 'I' && c.path.open && c.queue.len() == 0 {
		c.path.idle()
	}
	if status == 'I' && len(c.portals.m) > 0 {
		c.portals.removeAll(func(_ string, b definition) bool { return !b.cursor })
	}
	c.endHolds()
	if c.state == draining && !c.queue.settles() {
		c.wake = true
	}
}
