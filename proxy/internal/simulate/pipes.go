package simulate

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// pipeRoom is how many bytes a pipe takes before its writer has to wait.
const pipeRoom = 32 << 10

// write lets the client send its next item.
func (c *conversation) write() {
	it := c.script[c.at]
	c.at++
	if it.ifCopy && c.server.copying == nil {
		return
	}
	for _, m := range it.messages {
		c.trace("client sends", describeMessage(m, true))
		c.sent = append(c.sent, m)
		from := 0
		if n := len(c.ends); n > 0 {
			from = c.ends[n-1]
		}
		c.ends = append(c.ends, from+len(m))
		c.largest = max(c.largest, len(m))
		c.toCore = append(c.toCore, m...)
	}
}

// some takes a random part from the start of a pipe: mostly all of it.
func (c *conversation) some(pipe *[]byte, most int) []byte {
	n := min(len(*pipe), most)
	if c.IntN(5) < 2 {
		n = 1 + c.IntN(n)
	}
	chunk := append([]byte(nil), (*pipe)[:n]...)
	*pipe = (*pipe)[n:]
	return chunk
}

// clientBytes lets the core have bytes of the client.
func (c *conversation) clientBytes() {
	chunk := c.some(&c.toCore, pipeRoom)
	c.coreTook += len(chunk)
	c.core.Client(chunk)
	c.act()
	scribble(chunk)
	c.checkMemory()
}

// serverBytes lets the core have bytes of the server.
func (c *conversation) serverBytes() {
	chunk := c.some(&c.fromServer, pipeRoom)
	inquiring, refused := c.core.Inquiring(), len(c.forwarded.refused)
	c.core.Server(chunk)
	inquiring = inquiring && !c.core.Inquiring()
	c.act()
	if inquiring && c.held == nil && len(c.forwarded.refused) == refused && !c.server.dead {
		c.spared++
	}
	if c.stopping && c.core.Idle() && !c.over {
		c.sayGoodbye()
	}
	scribble(chunk)
}

// scribble spoils a chunk that the core may not use any more.
func scribble(chunk []byte) {
	for i := range chunk {
		chunk[i] = 0xee
	}
}

// act does what the core wants done, as an engine would.
func (c *conversation) act() {
	out := c.core.Take()
	c.beforeForwarding()
	for _, b := range out.ToServer {
		c.toServer = append(c.toServer, b...)
		c.forwarded.watch(b)
	}
	c.afterForwarding()
	c.behind(out.Behind)
	for _, b := range out.ToClient {
		c.toClient = append(c.toClient, b...)
		c.replied.watch(b)
	}
	for _, e := range out.Ended {
		c.approvals.ended(e)
		c.finish(e.ID, map[bool]hold.State{false: hold.Executed, true: hold.Failed}[e.Failed], e.Result)
	}
	c.endApproved()
	if out.Ask != nil {
		c.asked(out.Ask)
	}
	if out.Moot && c.held != nil {
		if !c.server.ignoring && !c.server.dead {
			c.fail("a batch is said to be moot, but the server does not skip anything")
		}
		c.held.leave(c, errMoot)
	}
	if out.Close != nil && !c.died {
		c.died = true
		if c.server.unclear {
			c.trace("core", "ends the session: what ran cannot be known")
			c.closed = true
			c.end(out.Close)
			return
		}
		c.fail("the core ends a session whose client and server keep to the protocol: %v", out.Close)
	}
	c.checkIdle()
}

// serverReads lets the server have bytes and run what is complete.
func (c *conversation) serverReads() {
	for n := 1 + c.IntN(4); n > 0 && len(c.server.out)-c.delivered < 200; n-- {
		m, rest, ok := split(c.toServer)
		if !ok {
			break
		}
		c.toServer = rest
		c.serverRuns(m)
	}
	c.deliver()
	if c.server.dead {
		c.serverEnds()
	}
}

func (c *conversation) serverRuns(m message) {
	tag := c.forwarded.next()
	c.trace("server runs", fmt.Sprintf("[%d] %s", tag.cause, describeMessage(m, true)))
	c.server.process(m, tag.cause, tag.id)
}

// deliver puts what the server has flushed into its pipe.
func (c *conversation) deliver() {
	for ; c.delivered < c.server.flushed; c.delivered++ {
		r := c.server.out[c.delivered]
		c.trace("server sends", fmt.Sprintf("[%d] %s", r.cause, describeMessage(r.message, false)))
		c.fromServer = append(c.fromServer, r.message...)
		c.replied.expect(r)
	}
}

// clientReads lets the client have bytes.
func (c *conversation) clientReads() {
	c.view = append(c.view, c.some(&c.toClient, 1<<30)...)
}
