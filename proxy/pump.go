package proxy

import (
	"fmt"
	"io"
	"net"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
)

// lookForLeaving is how often a client that is not read from is asked whether it
// is still there: its hold is to end within a second of its leaving.
const lookForLeaving = 400 * time.Millisecond

// pumpClient carries bytes from the client through the core, until that is over or
// the pump is parked.
func (n *netSession) pumpClient() (parked bool) {
	for n.waitWanted() {
		chunk, err := n.fromClient.read()
		if len(chunk) > 0 && !n.carryToServer(chunk) {
			return false
		}
		switch {
		case err == nil:
		case n.fromClient.wasInterrupted(err):
			if n.park(n.fromClient) {
				return true
			}
		default:
			n.clientGone(err)
			return false
		}
	}
	return false
}

// carryToServer is false when the server takes no more.
func (n *netSession) carryToServer(chunk []byte) bool {
	out := n.clientBytes(chunk)
	if len(out.ToClient) > 0 {
		n.flushSoon(&n.toClient, n.clientConn)
	}
	err := n.toServer.flush(n.serverConn)
	n.fromClient.release()
	if err != nil {
		// What the server said before it went is the other pump's to deliver.
		n.fromServer.limit(goodbyeLimit)
		n.server.lot.wake(n.fromServer)
	}
	return err == nil
}

func (n *netSession) clientBytes(chunk []byte) session.Output {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.core.Client(chunk)
	return n.actLocked()
}

// waitWanted waits until the core takes bytes of the client. It is false when the
// session is over. While nothing is read, the client's leaving is looked for.
func (n *netSession) waitWanted() bool {
	if n.wantsClient() {
		return true
	}
	look := time.NewTicker(lookForLeaving)
	defer look.Stop()
	for !n.wantsClient() {
		select {
		case <-n.ctx.Done():
			return false
		case <-n.wanted:
		case <-look.C:
			if peerClosed(n.clientConn) {
				n.clientGone(io.ErrUnexpectedEOF)
				return false
			}
		}
	}
	return n.ctx.Err() == nil
}

func (n *netSession) wantsClient() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = !n.core.WantsClient()
	return !n.waiting
}

// pumpServer carries bytes from the server through the core, until that is over or
// the pump is parked.
func (n *netSession) pumpServer() (parked bool) {
	for {
		chunk, err := n.fromServer.read()
		if len(chunk) > 0 && !n.carryToClient(chunk) {
			return false
		}
		switch {
		case err == nil:
		case n.fromServer.wasInterrupted(err):
			if n.park(n.fromServer) {
				return true
			}
		default:
			n.serverGone(err)
			return false
		}
	}
}

// carryToClient is false when the session is over.
func (n *netSession) carryToClient(chunk []byte) bool {
	out := n.serverBytes(chunk)
	if len(out.ToServer) > 0 {
		n.flushSoon(&n.toServer, n.serverConn)
	}
	err := n.toClient.flush(n.clientConn)
	n.fromServer.release()
	if err != nil {
		n.over(fmt.Errorf("writing to the client: %w", err))
		return false
	}
	if out.Close != nil {
		n.over(out.Close)
		return false
	}
	return true
}

func (n *netSession) serverBytes(chunk []byte) session.Output {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.core.Server(chunk)
	if n.stopping && n.core.Idle() {
		n.core.End(stoppingWords, hold.ErrStopping)
	}
	return n.actLocked()
}

// actLocked takes what the core wants done. The bytes are queued; the caller
// flushes them. What comes out towards the side that did not cause it is flushed
// by a goroutine of its own, so that neither pump ever waits for both sides.
func (n *netSession) actLocked() session.Output {
	out := n.core.Take()
	n.keepLocked()
	n.notePhaseLocked()
	n.toServer.add(out.ToServer)
	n.toClient.add(out.ToClient)
	n.recordLocked(out)
	if out.Ask != nil {
		n.askLocked(out.Ask)
		if n.left {
			n.held.cancel(hold.ErrWithdrawn)
		}
	}
	if out.Behind != nil && n.held != nil {
		n.behindLocked(out.Behind)
	}
	if out.Moot && n.held != nil {
		n.held.cancel(errMoot)
	}
	n.endApprovedLocked()
	if cause := out.Close; cause != nil {
		n.setCauseLocked(cause)
		n.task("goodbye", func() { n.goodbye(cause) })
	}
	if n.waiting {
		select {
		case n.wanted <- struct{}{}:
		default:
		}
	}
	return out
}

// flushSoon writes an outbox in a goroutine of its own.
func (n *netSession) flushSoon(o *outbox, conn net.Conn) {
	n.task("flush", func() {
		if err := o.flush(conn); err != nil && o == &n.toClient {
			n.over(fmt.Errorf("writing to the client: %w", err))
		}
	})
}
