package session

import (
	"slices"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// copying follows a COPY FROM STDIN. While the server reads copy data it ignores
// Sync and Flush, and any message that does not belong there ends the session.
// Once the COPY has failed, by data that went before, all of them count again.
// The zero value is no COPY.
type copying struct {
	open  bool // the server has begun a COPY, and the client has not ended its data yet
	syncs int  // sent inside of the copy data: ignored, unless the COPY had failed before
}

// inCopyData says that the server reads what is scanned next as part of copy data,
// unless the COPY has failed.
func (c *Core) inCopyData() bool {
	return c.copying.open && !slices.ContainsFunc(c.msgs, func(m message) bool { return m.typ == wire.CopyDone || m.typ == wire.CopyFail })
}

// copyInBegins is a CopyInResponse: the messages in flight are read as copy data
// up to their end.
func (c *Core) copyInBegins() {
	c.copying = copying{open: true}
	if c.queue.head() == nil {
		return
	}
	c.queue.dropBehindHead(func(r *reply) (drop, more bool) {
		switch r.kind {
		case wire.Sync:
			c.copying.syncs++
			c.gone(r)
			return true, true
		case wire.CopyDone, wire.CopyFail:
			c.copying.open = false
			return true, false
		}
		c.copying.open = false // the end of the session, or of a COPY that has failed
		return false, false
	})
	c.dirty = !c.queue.endsSettled() // a Sync that was to end the batch is ignored
	c.queue.remix()
	if c.state == draining {
		c.wake = true // the copy waits for the client, so waiting for it would be for ever
	}
}

// expectCopyEnd records the end of copy data that may belong to a COPY the server
// has not begun yet. Outside of a copy the server ignores it.
func (c *Core) expectCopyEnd(typ byte) {
	if c.copying.open {
		c.copying.open = false
		return
	}
	if c.queue.len() > 0 && !c.skipping {
		c.queue.push(reply{kind: typ})
	}
}

// skipCopyEnds removes ends of copy data that arrive outside of a copy: the server
// ignores them without a reply.
func (c *Core) skipCopyEnds() {
	for h := c.queue.head(); h != nil && (h.kind == wire.CopyDone || h.kind == wire.CopyFail); h = c.queue.head() {
		c.queue.pop()
	}
}

// copyFails ends the COPY because of an error, and returns how many Syncs came
// inside of its data. If there are any it is unclear what the server makes of the
// messages that follow: a Sync was ignored if it came in front of the data that
// failed, and counts if it came behind, and which data failed is not told.
func (c *Core) copyFails() (syncs int) {
	syncs = c.copying.syncs
	c.copying = copying{}
	return syncs
}
