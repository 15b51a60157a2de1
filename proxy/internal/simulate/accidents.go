package simulate

import "github.com/holdfast-db/holdfast/internal/hold"

// pipes of a conversation, for stalls.
const (
	clientToCore = iota
	coreToServer
	serverToCore
	coreToClient
	pipes
)

// accidents adds what goes wrong in a session now and then.
func (c *conversation) accidents(may []func()) []func() {
	switch c.IntN(c.world.peace) {
	case 0:
		return append(may, c.leave)
	case 1:
		return append(may, c.serverDies)
	case 2:
		return append(may, func() { c.cancel = len(c.toServer) > 0 })
	case 3, 4:
		return append(may, func() { c.trace("client", "cancels"); c.cancels = append(c.cancels, false) })
	case 5:
		return append(may, func() { c.closing = true; c.trace("client", "closes its end") })
	case 6, 7:
		return append(may, c.stall)
	}
	return may
}

func (c *conversation) serverDies() {
	c.trace("server", "dies")
	c.server.die(c.IntN(2) == 0)
	c.deliver()
	if c.IntN(3) == 0 {
		c.fromServer = nil // reset: what was on its way is lost
		c.replied.queue = nil
	}
	c.serverEnds()
}

// stall keeps a pipe from moving for a while.
func (c *conversation) stall() {
	c.stalled[c.IntN(pipes)] = c.world.now() + []int{1_000, 1_000_000, 90_000_000}[c.IntN(3)]
}

// moves says that a pipe is not stalled.
func (c *conversation) moves(pipe int) bool { return c.stalled[pipe] <= c.world.now() }

// withdrawn stands for the hold of a statement that its client cancels while the server
// is asked about it: there is none.
const withdrawn = "withdrawn"

// cancelArrives is a CancelRequest at holdfast, or later at the server: what is
// held is withdrawn, anything else is the server's business.
func (c *conversation) cancelArrives() {
	atServer := c.cancels[0]
	c.cancels = c.cancels[1:]
	switch {
	case atServer:
		c.cancel = len(c.toServer) > 0
	case c.held != nil:
		c.trace("holdfast", "withdraws")
		c.held.leave(c, hold.ErrWithdrawn)
	case c.deferred != nil && c.core.Withdraw():
		c.withdrawDeferred()
	case c.core.Withdraw():
		c.trace("holdfast", "lets there be no hold")
		c.approvals.refuse(withdrawn, "57014")
		c.forwarded.refusing = withdrawn
	default:
		c.cancels = append(c.cancels, true)
	}
}

// accidents adds what goes wrong for everybody.
func (w *world) accidents(may []func()) []func() {
	if w.run == nil {
		return append(may, w.startRun)
	}
	switch w.IntN(2 * w.peace) {
	case 0, 1, 2:
		return append(may, w.crash)
	case 3:
		if w.run.ready() {
			return append(may, w.run.stop)
		}
	case 4:
		return append(may, w.restartServers)
	case 5, 6, 7, 8, 9:
		return append(may, w.disk.weather)
	}
	return may
}

// restartServers ends every server process at once.
func (w *world) restartServers() {
	for _, c := range w.sessions {
		if !c.over {
			c.serverDies()
			w.settle()
		}
	}
}
