package simulate

import (
	"errors"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// How a session ends is what proxy does in the file of the same name.

var (
	errServerGone = errors.New("the server is gone")
	errClientLeft = errors.New("the client left")
	errMoot       = errors.New("an earlier statement of the same batch failed")
)

// serverEnds is what happens when the server's connection ends.
func (c *conversation) serverEnds() {
	if c.over || !c.server.dead || len(c.fromServer) > 0 {
		return
	}
	c.trace("server", "is gone")
	c.died = true
	if c.held != nil {
		c.held.leave(c, hold.ErrServerGone)
		if !c.core.ServerSaidGoodbye() {
			c.close(wire.Error{Code: "08006", Message: ownWord + "the server is gone"}, hold.ErrServerGone)
			c.act()
		}
	}
	c.end(errServerGone)
}

// leave ends the client: within a message or behind one, and what was on its way
// to it is lost.
func (c *conversation) leave() {
	c.trace("client", "leaves")
	c.left, c.toClient = true, nil
	if c.held != nil {
		c.held.leave(c, hold.ErrWithdrawn)
	}
	c.end(errClientLeft)
}

// clientGone acts on the end of the client's bytes. A client whose statement is
// held has left; another one may still read what the server has to say.
func (c *conversation) clientGone() {
	c.trace("client", "has sent its last byte")
	c.left, c.died = true, true
	if c.held != nil {
		c.held.leave(c, hold.ErrWithdrawn)
		c.end(errClientLeft)
	} else if c.core.Inquiring() {
		c.end(errClientLeft)
	}
}

// serverSeesTheEnd is the end of the client's bytes where the server reads.
func (c *conversation) serverSeesTheEnd() {
	c.server.die(false)
	c.deliver()
	c.serverEnds()
}

// stop ends the session because holdfast stops: at once when it is idle, held or
// now is true; else when it gets idle.
func (c *conversation) stop(now bool) {
	if c.over {
		return
	}
	c.stopping = true
	if c.held != nil {
		c.held.leave(c, hold.ErrStopping)
	}
	if now || c.held != nil || c.core.Idle() {
		c.sayGoodbye()
	}
}

// sayGoodbye ends the session with an error.
func (c *conversation) sayGoodbye() {
	c.died = true
	c.close(wire.Error{Code: "57P01", Message: ownWord + "stopping"}, hold.ErrStopping)
	c.act()
	c.end(hold.ErrStopping)
}

// end closes both connections. The core goes on until both pumps have noticed: see
// settleUp.
func (c *conversation) end(cause error) {
	if c.over {
		return
	}
	c.over, c.died, c.cause = true, true, cause
	if c.held != nil {
		c.held.leave(c, cause)
	}
	c.lastBytes()
	c.server.die(false)
}

// settleUp settles what the session leaves behind.
func (c *conversation) settleUp() {
	c.trace("session", "has ended")
	c.finished = true
	c.close(wire.Error{}, c.cause)
	c.core.Take()
	c.core.Over()
	c.checkTallies(false)
	if c.core.Release("late") {
		c.fail("a batch was released after the end of its session")
	}
	for _, id := range c.core.Live() {
		c.finish(id, hold.Unknown, "the connection ended before the server answered")
	}
}

// close ends the core's part: nothing is released or refused from here on.
func (c *conversation) close(e wire.Error, cause error) {
	c.closed = true
	c.core.End(e, cause)
}

// cut is what a crash of holdfast leaves of a session: nothing.
func (c *conversation) cut() {
	c.trace("holdfast", "is gone")
	c.finished = true
	if c.over {
		return
	}
	c.over, c.died = true, true
	c.lastBytes()
	if c.IntN(2) == 0 {
		c.toClient = nil
	}
	c.server.die(false)
}

// forgetHeld ends the goroutine of a session whose run has crashed.
func (c *conversation) forgetHeld() {
	if c.held != nil && c.run.gone {
		c.held.cancel(errCrashed)
		c.held = nil
		c.world.settle()
	}
}

// lastBytes lets the server have what was on its way to it: all of it, a part, or
// nothing.
func (c *conversation) lastBytes() {
	for n := []int{0, c.IntN(5), 1 << 30}[c.IntN(3)]; n > 0 && !c.server.dead; n-- {
		m, rest, ok := split(c.toServer)
		if !ok {
			break
		}
		c.toServer = rest
		c.serverRuns(m)
	}
}

// finish tells the desk what became of a hold that was released.
func (c *conversation) finish(id string, s hold.State, result string) {
	if f := c.world.ledger.byID[id]; f != nil {
		if f.finish != "" {
			c.fail("the desk is told twice how hold %s ended", id)
		}
		f.finish = s
	}
	c.run.desk.Finish(id, s, result)
}
