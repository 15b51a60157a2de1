package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// Client takes bytes that the client sent. They are judged up to the last
// complete message before the first of them is forwarded.
func (c *Core) Client(chunk []byte) {
	if c.state == closed || len(chunk) == 0 || c.deaf {
		return
	}
	if c.raw {
		c.toServer(chunk)
		return
	}
	chunk = c.continueMessage(chunk)
	c.askWhere()
	c.endLost()
	if len(chunk) == 0 || c.state == closed {
		return
	}
	if len(c.in) == 0 && c.state == flowing {
		c.walk(chunk, false)
		return
	}
	c.in = append(c.in, chunk...)
	if c.state == flowing {
		c.walk(c.in, true)
	}
}

// continueMessage passes on (or drops) the rest of a message whose beginning
// went before, and returns what follows it.
func (c *Core) continueMessage(chunk []byte) []byte {
	if n := min(c.passing, len(chunk)); n > 0 {
		c.toServer(chunk[:n])
		c.passing -= n
		return chunk[n:]
	}
	n := min(c.dropping, len(chunk))
	c.dropping -= n
	return chunk[n:]
}

// resume goes on with what was kept while something had to wait.
func (c *Core) resume() {
	c.endLost()
	if c.state == closed {
		return
	}
	c.state = flowing
	if c.unsure && len(c.found) > 0 && !c.queue.settles() {
		c.rescan()
	}
	c.walk(c.in, true)
}

// rescan takes back what scanning recorded of the messages that wait: what the
// names in them stand for has been answered in the meantime, and people are to
// see that and nothing else.
func (c *Core) rescan() {
	c.again = max(c.again, c.scanned)
	for i := range c.msgs {
		c.forget(&c.msgs[i])
		if c.msgs[i].endsBatch() {
			c.batch--
		}
	}
	c.msgs, c.found, c.scanned, c.suspect, c.syncs, c.unsure = nil, nil, 0, 0, 0, false
}

// walk judges the messages in buf that were not judged yet, forwards those that
// may go on and keeps the rest. owned says that buf is c.in. It is called in the
// state flowing only.
func (c *Core) walk(buf []byte, owned bool) {
	for c.state == flowing && !c.raw && c.scanned < len(buf) && !c.batchFound() {
		if !c.scanNext(buf) {
			break
		}
	}
	if c.raw {
		c.forwardAll(buf)
		return
	}
	if c.state == flowing && len(c.found) > 0 && !c.defers(buf) {
		c.state = asking
	}
	c.keep(buf, c.forward(buf, c.ready()), owned)
	if c.deaf {
		c.in = nil
	}
	switch c.state {
	case draining:
		if !c.queue.settles() { // a Sync inside of copy data: nothing will be answered
			c.resume()
		}
	case asking:
		c.confront()
	case probing:
		c.probe()
	}
}

// batchFound says that a batch with something destructive in it is complete: what
// follows it is not looked at until that is settled.
func (c *Core) batchFound() bool {
	return len(c.found) > 0 && c.msgs[len(c.msgs)-1].endsBatch()
}

// scanNext judges the message at c.scanned. It is false when that message is not
// complete or has to wait.
func (c *Core) scanNext(buf []byte) bool {
	rest := buf[c.scanned:]
	h, ok := wire.Peek(rest)
	if !ok {
		return false
	}
	if wire.CheckClient(h) != nil {
		c.lost()
		return false
	}
	if len(rest) < h.Total {
		c.stream(h, rest)
		return false
	}
	return c.scan(h.Type, rest[wire.HeaderLen:h.Total])
}

// stream forwards the beginning of a message that need not be seen whole: copy
// data, and the values of a large Bind whose statement is allowed.
func (c *Core) stream(h wire.Header, rest []byte) {
	if len(c.found) > 0 || c.suspect > 0 {
		return
	}
	c.serial++
	if c.discarding && h.Type != wire.Sync && h.Type != wire.Terminate { // these end it
		c.push(message{typ: h.Type, drop: true, unread: true}, len(rest))
		c.dropping = h.Total - len(rest)
		return
	}
	switch {
	case h.Type == wire.CopyData:
		c.push(message{typ: h.Type}, len(rest))
	case h.Type == wire.Bind && h.Total > streamFrom && c.ignored():
		c.push(message{typ: h.Type, unread: true}, len(rest))
	case h.Type == wire.Bind && h.Total > streamFrom:
		f, ok := wire.ReadBind(rest[wire.HeaderLen:])
		if !ok || !c.bindIsFree(f) {
			return
		}
		c.scanBind(f, len(rest))
	default:
		return
	}
	c.passing = h.Total - len(rest)
}

// push records a judged message of n bytes.
func (c *Core) push(m message, n int) {
	m.off, m.end, m.serial = c.scanned, c.scanned+n, c.serial
	c.willChange(&m)
	c.scanned = m.end
	c.msgs = append(c.msgs, m)
	if m.typ == wire.Sync {
		c.syncs++
	}
	if m.endsBatch() {
		c.batch++
	}
	if m.endsBatch() || m.typ == wire.Flush || m.typ == wire.Terminate || c.withheld() > MaxHeldInput {
		c.releaseSuspect()
	}
}

// withheld is how many bytes of messages wait with a Parse that would be held when
// bound.
func (c *Core) withheld() int {
	if c.suspect == 0 {
		return 0
	}
	return c.scanned - c.msgs[c.suspect-1].end
}

// releaseSuspect lets a Parse go on that would be held when bound: the client now
// waits for its answer, or has sent too much behind it to keep, and it runs nothing.
func (c *Core) releaseSuspect() {
	if len(c.found) == 0 {
		c.suspect = 0
	}
}

// ready is how many of the judged messages may be forwarded now: all of them,
// or those before the batch of the first that must not go on yet.
func (c *Core) ready() int {
	stop := len(c.msgs)
	if c.suspect > 0 {
		stop = c.suspect - 1
	}
	if len(c.found) > 0 {
		stop = min(stop, c.found[0].msg)
	}
	if stop == len(c.msgs) {
		return stop
	}
	return c.batchStart(stop)
}

// batchStart is the index of the first message of the batch that holds message i,
// or i itself when the batch's beginning has gone already.
func (c *Core) batchStart(i int) int {
	for at := i - 1; at >= 0; at-- {
		if c.msgs[at].endsBatch() || c.msgs[at].typ == wire.Flush && len(c.found) == 0 {
			return at + 1 // a client may wait for what it flushed
		}
	}
	if c.dirty {
		return i
	}
	return 0
}

// forward sends the first n judged messages of buf on and returns how many bytes
// of buf are done with.
func (c *Core) forward(buf []byte, n int) (done int) {
	from := 0
	for i := range c.msgs[:n] {
		m := &c.msgs[i]
		done = m.end
		if m.typ == wire.Sync {
			c.syncs--
		}
		if m.drop {
			c.toServer(buf[from:m.off])
			from = m.end
			c.forget(m)
			continue
		}
		c.expect(m)
	}
	c.toServer(buf[from:done])
	c.msgs = c.msgs[:copy(c.msgs, c.msgs[n:])]
	if len(c.msgs) == 0 && cap(c.msgs) > keptCapacity {
		c.msgs = nil
	}
	for i := range c.msgs {
		c.msgs[i].off -= done
		c.msgs[i].end -= done
	}
	for i := range c.found {
		c.found[i].msg -= n
	}
	c.suspect = max(0, c.suspect-n)
	c.scanned -= done
	c.again = max(0, c.again-done)
	return done
}

// keep remembers what follows the first done bytes of buf. Forwarded slices
// share buf's memory, so the rest moves to memory of its own.
func (c *Core) keep(buf []byte, done int, owned bool) {
	switch {
	case done == len(buf):
		c.in = nil
	case done > 0 || !owned:
		c.in = append([]byte(nil), buf[done:]...)
	}
}

func (c *Core) toServer(b []byte) {
	if len(b) > 0 && c.state != closed {
		c.out.ToServer = add(c.out.ToServer, b)
	}
}

// add appends a piece, or makes the last one longer when b follows it in memory:
// one write of one piece costs least.
func add(pieces [][]byte, b []byte) [][]byte {
	if last := len(pieces) - 1; last >= 0 {
		p := pieces[last]
		if n := len(p); n < cap(p) && &p[:n+1][n] == &b[0] {
			pieces[last] = p[:n+len(b)]
			return pieces
		}
	}
	return append(pieces, b)
}

// forwardAll passes everything in buf on without looking any further.
func (c *Core) forwardAll(buf []byte) {
	c.toServer(buf)
	c.in, c.msgs, c.found, c.scanned, c.suspect, c.syncs = nil, nil, nil, 0, 0, 0
}
