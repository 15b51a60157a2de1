package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// goodbyeLimit bounds how long a client may take to read the error that ends its
// session.
const goodbyeLimit = 2 * time.Second

// lookForLeaving is how often a client that is not read from is asked whether it
// is still there: its hold is to end within a second of its leaving.
const lookForLeaving = 400 * time.Millisecond

// netSession drives one session core with goroutines over net.Conn: one reads from
// the client, one from the server.
type netSession struct {
	server  *Server
	host    *host
	id      string
	key     string // in the registry; empty without BackendKeyData
	started time.Time

	clientConn, serverConn net.Conn
	fromClient, fromServer *chunkReader
	toClient, toServer     outbox

	ctx context.Context // ends with the session
	end context.CancelCauseFunc

	mu       sync.Mutex // guards what follows
	core     *session.Core
	origin   rules.Origin
	held     *heldBatch
	left     bool // the client has sent its last byte
	stopping bool
	cause    error // why the session ended; the first one

	wanted chan struct{}  // has an item when the core may want bytes of the client again
	tasks  sync.WaitGroup // goroutines other than the pumps
}

var sessionCount atomic.Uint64

// newSession makes the session of a finished login. run must follow.
func (s *Server) newSession(l *login) *netSession {
	n := &netSession{
		server: s, host: l.host, started: time.Now(),
		id:         strconv.FormatUint(sessionCount.Add(1), 10),
		clientConn: l.conn, serverConn: l.server,
		fromClient: newChunkReader(l.conn, l.in),
		fromServer: newChunkReader(l.server, l.serverIn),
		origin:     l.origin,
		wanted:     make(chan struct{}, 1),
	}
	if l.key != nil {
		n.key = cancelKey(l.host, l.key)
	}
	n.ctx, n.end = context.WithCancelCause(context.Background())
	n.toClient.init()
	n.toServer.init()
	n.core = session.New(session.Config{
		Origin: l.origin, Mode: l.host.Mode,
		Reader: s.o.Reader, Policy: s.o.Policy,
		Refusal: func(v rules.Verdict) wire.Error { return refusedWords(n.host, v) },
		Status:  l.status, Settings: l.settings,
	})
	return n
}

// run pumps bytes until the session is over, and cleans up.
func (n *netSession) run() {
	s := n.server
	s.sessions.add(n)
	n.host.stats.sessions.Add(1)
	s.publish(event.SessionStarted{At: n.started, Session: n.id, Origin: event.From(n.origin)})
	if s.closing.Load() {
		n.stop(false)
	}
	var pump sync.WaitGroup
	pump.Go(func() { n.guard("server pump", n.pumpServer) })
	n.guard("client pump", n.pumpClient)
	pump.Wait()
	n.guard("finish", n.finish)
	n.tasks.Wait()
	s.sessions.remove(n)
	n.host.stats.sessions.Add(-1)
	cause := ""
	if n.cause != nil && !errors.Is(n.cause, errClientLeft) {
		cause = n.cause.Error()
	}
	s.publish(event.SessionEnded{
		At: time.Now(), Session: n.id, Origin: event.From(n.origin),
		Seconds: time.Since(n.started).Seconds(), Cause: cause,
	})
	s.o.Log.Debug().Str("session", n.id).Str("host", n.host.Name).AnErr("cause", n.cause).Msg("session ended")
}

// guard runs one goroutine of the session: a panic in it ends this session and no
// other.
func (n *netSession) guard(name string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			n.server.logPanic(name, p)
			defer n.closeAfterPanic()
			n.fail(wire.Error{
				Code: "XX000", Message: "holdfast: internal error, this session is closed",
				Detail: "A fault in holdfast ended this session; a transaction that was open is rolled back.",
				Hint:   "Connect again. Whoever runs holdfast finds the details in its log.",
			}, fmt.Errorf("panic in %s: %v", name, p))
		}
	}()
	f()
}

// closeAfterPanic closes a session that cannot even say goodbye any more.
func (n *netSession) closeAfterPanic() {
	if p := recover(); p != nil {
		n.server.logPanic("goodbye", p)
		n.over(nil)
	}
}

// task runs a goroutine that run waits for.
func (n *netSession) task(name string, f func()) {
	n.tasks.Go(func() { n.guard(name, f) })
}

func (s *Server) logPanic(where string, p any) {
	s.o.Log.Error().Str("where", where).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("panic")
}

func (s *Server) publish(e event.Event) {
	if s.o.Events != nil {
		s.o.Events.Publish(e)
	}
}

// pumpClient carries bytes from the client through the core.
func (n *netSession) pumpClient() {
	for n.waitWanted() {
		chunk, err := n.fromClient.read()
		if len(chunk) > 0 {
			out := n.clientBytes(chunk)
			if len(out.ToClient) > 0 {
				n.flushSoon(&n.toClient, n.clientConn)
			}
			flushErr := n.toServer.flush(n.serverConn)
			n.fromClient.release()
			if flushErr != nil {
				// What the server said before it went is the other pump's to deliver.
				n.serverConn.SetReadDeadline(time.Now().Add(goodbyeLimit))
				return
			}
		}
		if err != nil {
			n.clientGone(err)
			return
		}
	}
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
	return n.core.WantsClient()
}

// pumpServer carries bytes from the server through the core.
func (n *netSession) pumpServer() {
	for {
		chunk, err := n.fromServer.read()
		if len(chunk) > 0 {
			out := n.serverBytes(chunk)
			if len(out.ToServer) > 0 {
				n.flushSoon(&n.toServer, n.serverConn)
			}
			flushErr := n.toClient.flush(n.clientConn)
			n.fromServer.release()
			if flushErr != nil {
				n.over(fmt.Errorf("writing to the client: %w", flushErr))
				return
			}
			if out.Close != nil {
				n.over(out.Close)
				return
			}
		}
		if err != nil {
			n.serverGone(err)
			return
		}
	}
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
	n.toServer.add(out.ToServer)
	n.toClient.add(out.ToClient)
	n.recordLocked(out)
	if out.Ask != nil {
		n.askLocked(out.Ask)
		if n.left {
			n.held.cancel(hold.ErrWithdrawn)
		}
	}
	if out.Moot && n.held != nil {
		n.held.cancel(errMoot)
	}
	if out.Close != nil {
		n.setCauseLocked(out.Close)
		n.task("goodbye", n.goodbye)
	}
	select {
	case n.wanted <- struct{}{}:
	default:
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

// goodbye writes what is left for the client and closes.
func (n *netSession) goodbye() {
	n.clientConn.SetWriteDeadline(time.Now().Add(goodbyeLimit))
	n.toClient.flush(n.clientConn)
	n.over(nil)
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
	n.mu.Lock()
	n.left = true
	waiting := n.held != nil
	if waiting {
		n.held.cancel(hold.ErrWithdrawn)
	}
	n.mu.Unlock()
	half, ok := n.serverConn.(interface{ CloseWrite() error })
	if waiting || !ok || !errors.Is(err, io.EOF) || half.CloseWrite() != nil {
		n.over(errClientLeft)
	}
}

// serverGone acts on the end of the server's bytes. A client whose statement was
// held is told; otherwise it sees what it would see without holdfast.
func (n *netSession) serverGone(err error) {
	if n.abandonHeld() {
		n.endWith(serverGoneWords, hold.ErrServerGone)
	}
	n.clientConn.SetWriteDeadline(time.Now().Add(goodbyeLimit))
	n.toClient.flush(n.clientConn)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	n.over(err)
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
	n.clientConn.SetWriteDeadline(time.Now().Add(goodbyeLimit))
	n.toClient.flush(n.clientConn)
	n.over(cause)
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
	n.core.End(wire.Error{}, n.cause) // nothing is released from here on
	n.core.Take()
	for _, id := range n.core.Live() {
		n.server.o.Desk.Finish(id, hold.Unknown, "the connection ended before the server answered")
	}
}

// recordLocked counts and publishes what the core reports.
func (n *netSession) recordLocked(out session.Output) {
	st := &n.host.stats
	if out.Statements > 0 {
		st.statements.Add(uint64(out.Statements))
	}
	for _, e := range out.Ended {
		state := hold.Executed
		if e.Failed {
			state = hold.Failed
		}
		n.server.o.Desk.Finish(e.ID, state, e.Result)
	}
	for _, r := range out.Reports {
		switch r.Kind {
		case session.NotCounted:
			st.notCounted.Add(1)
			n.notCounted(r.Verdict)
		case session.WouldHold:
			st.wouldHold.Add(1)
			n.judged(event.WouldHold, r)
		case session.Warned:
			n.judged(event.Warned, r)
		case session.Refused:
			st.refused.Add(1)
			n.judged(event.Refused, r)
		}
	}
}

func (n *netSession) notCounted(v rules.Verdict) {
	if n.server.o.Events == nil {
		return
	}
	k := event.Key{Host: n.origin.Host, Database: n.origin.Database, User: n.origin.User}
	if len(v.Effects) > 0 {
		k.Verb, k.Relation = string(v.Effects[0].Verb), v.Effects[0].Target.String()
	}
	n.server.o.Events.NotCounted(k)
}

func (n *netSession) judged(outcome event.Outcome, r session.Report) {
	e := event.Judged{
		At: time.Now(), Session: n.id, Origin: event.From(n.origin),
		Outcome: outcome, Rule: r.Verdict.Rule, Reason: r.Verdict.Reason,
	}
	e.Statements = lines(r.Verdict)
	if r.SQL != "" {
		e.SQLHash = event.TextHash(r.SQL)
	}
	n.server.publish(e)
}
