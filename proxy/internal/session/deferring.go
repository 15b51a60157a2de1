package session

import "github.com/holdfast-db/holdfast/proxy/internal/wire"

// defers says that what was found waits until the client has sent the rest of its
// batch, so that all of it can be judged at once. Nothing of it is answered before
// the client ends or flushes it, so nobody waits for that.
func (c *Core) defers(buf []byte) bool {
	if c.cfg.Mode != Enforce || c.dirty || c.skipping || c.discarding || c.inCopyData() || len(buf) > MaxHeldInput || c.awaited() {
		return false
	}
	for _, f := range c.found {
		if f.violation != "" || c.msgs[f.msg].typ != wire.Bind {
			return false
		}
	}
	if h, ok := wire.Peek(buf[c.scanned:]); ok && (wire.CheckClient(h) != nil || h.Total > MaxHeldInput) {
		return false
	}
	c.deferred = true
	return true
}

// awaited says that the client waits for something in the last batch in hand.
func (c *Core) awaited() bool {
	for i := len(c.msgs) - 1; i >= 0; i-- {
		switch m := &c.msgs[i]; {
		case i == len(c.msgs)-1 && m.endsBatch(), m.typ == wire.Flush, m.typ == wire.Terminate:
			return true
		case m.endsBatch():
			return false
		}
	}
	return false
}
