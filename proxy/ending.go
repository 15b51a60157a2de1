package proxy

import (
	"errors"
	"io"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// goodbyeLimit bounds how long a client may take to read the error that ends its
// session, and a server that owes nothing to end one that its client has left.
const goodbyeLimit = 2 * time.Second

// goodbye writes what is left for the client and closes.
func (n *netSession) goodbye(cause error) {
	n.clientConn.SetWriteDeadline(time.Now().Add(goodbyeLimit))
	n.toClient.flush(n.clientConn)
	n.over(cause)
}

var (
	errClientLeft = errors.New("the client left")
	errMoot       = errors.New("an earlier statement of the same batch failed")
)

// clientGone acts on the end of the client's bytes. While a statement is held it
// means leaving: the hold is withdrawn, and closing the connection to the server
// frees its locks. Otherwise the server is told by the same means, and what it
// still has to say is delivered.
func (n *netSession) clientGone(err error) {
	waiting, owed := n.noteLeft()
	half, ok := n.serverConn.(interface{ CloseWrite() error })
	if waiting || !ok || !errors.Is(err, io.EOF) || half.CloseWrite() != nil {
		n.over(errClientLeft)
		return
	}
	if !owed { // it ends the session at once, unless it hangs
		n.fromServer.limit(goodbyeLimit)
		n.server.lot.wake(n.fromServer)
	}
}

// noteLeft notes that the client has sent its last byte, and withdraws what it waits for.
// The lock is given back also by a panic: saying goodbye takes it.
func (n *netSession) noteLeft() (waiting, owed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left = true
	waiting, owed = n.held != nil || n.core.Inquiring(), n.core.Owed()
	if n.held != nil {
		n.held.cancel(hold.ErrWithdrawn)
	}
	return waiting, owed
}

// serverGone acts on the end of the server's bytes. A client whose statement was
// held is told; otherwise it sees what it would see without holdfast.
func (n *netSession) serverGone(err error) {
	if n.abandonHeld() {
		n.endWith(serverGoneWords, hold.ErrServerGone)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	n.goodbye(err)
}

// abandonHeld ends the hold of a session whose server died. It says whether the
// client has to be told.
func (n *netSession) abandonHeld() (tell bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held == nil {
		return false
	}
	n.held.cancel(hold.ErrServerGone)
	return !n.core.ServerSaidGoodbye()
}

// fail ends the session with an error for the client.
func (n *netSession) fail(e wire.Error, cause error) {
	n.endWith(e, cause)
	n.goodbye(cause)
}

// endWith queues the error that ends the session.
func (n *netSession) endWith(e wire.Error, cause error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.core.End(e, cause)
	n.toClient.add(n.core.Take().ToClient)
}

// stop ends the session because holdfast stops: at once when it is idle, held, or
// now is true; else when it gets idle.
func (n *netSession) stop(now bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopping = true
	if n.held != nil {
		n.held.cancel(hold.ErrStopping)
	}
	if now || n.held != nil || n.core.Idle() {
		n.core.End(stoppingWords, hold.ErrStopping)
		n.actLocked()
	}
}

// over closes both connections, which ends both pumps. Only the first cause is
// kept.
func (n *netSession) over(cause error) {
	n.mu.Lock()
	n.setCauseLocked(cause)
	n.mu.Unlock()
	n.end(cause)
	n.clientConn.Close()
	n.serverConn.Close()
	n.server.lot.wake(n.fromClient)
	n.server.lot.wake(n.fromServer)
}

func (n *netSession) setCauseLocked(cause error) {
	if n.cause == nil {
		n.cause = cause
	}
}

// finish settles what the session leaves behind, once both pumps have ended.
func (n *netSession) finish() {
	n.over(nil)
	n.mu.Lock()
	defer n.mu.Unlock()
	if id := n.core.Unsent(); id != "" {
		n.server.o.Desk.Finish(id, hold.Failed, neverSent)
	}
	n.core.End(wire.Error{}, n.cause) // nothing is released from here on
	n.core.Take()
	n.core.Over()
	n.server.kept.note(n, 0)
	for _, id := range n.core.Live() {
		n.server.o.Desk.Finish(id, hold.Unknown, "the connection ended before the server answered")
	}
}
