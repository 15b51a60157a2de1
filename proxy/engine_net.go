package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/tally"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// netSession drives one session core with goroutines over net.Conn: one reads from
// the client, one from the server, and neither exists while it is parked.
type netSession struct {
	server  *Server
	host    *host
	id      string
	key     string // in the registry; empty without BackendKeyData
	started time.Time
	kind    rules.Kind
	returns bool // the client has chosen return mode

	clientConn, serverConn net.Conn
	fromClient, fromServer *chunkReader
	toClient, toServer     outbox

	ousted atomic.Bool // kept more than there is for all, and is being ended

	ctx context.Context // ends with the session
	end context.CancelCauseFunc

	// What each statement looks at is next to each other.
	mu        sync.Mutex // guards what follows
	core      *session.Core
	phase     session.Phase
	phaseFrom time.Duration // by the server's clock; since then it is in that phase
	rows      tally.Writer  // where Options.Tally is not nil
	uncounted event.Counter // where Options.Events is not nil

	origin   rules.Origin
	seen     seen // when it began
	held     *heldBatch
	left     bool // the client has sent its last byte
	waiting  bool // the client's pump waits until it is wanted
	stopping bool
	cause    error  // why the session ended; the first one
	approved uint64 // transaction that people approved, as in session.Ask; 0 is none
	kept     int    // as counted in the server's budget

	wanted chan struct{}  // has an item when a pump that waits may be wanted again
	tasks  sync.WaitGroup // goroutines other than the pumps
	pumps  atomic.Int32   // that are not over: running or parked
	leave  func()         // called when everything is over

	quietSince time.Time // belongs to the goroutine that ends idle sessions; zero before it has looked
}

var sessionCount atomic.Uint64

// newSession makes the session of a finished login. start must follow.
func (s *Server) newSession(l *login) *netSession {
	n := &netSession{
		server: s, host: l.host, started: time.Now(),
		kind: rules.KindOf(l.origin.Application), returns: l.returns,
		id:         strconv.FormatUint(sessionCount.Add(1), 10),
		clientConn: l.conn, serverConn: l.server,
		fromClient: newChunkReader(l.conn, l.in),
		fromServer: newChunkReader(l.server, l.serverIn),
		origin:     l.origin, seen: l.seen(),
		wanted: make(chan struct{}, 1),
	}
	if s.o.Events != nil {
		n.uncounted = s.o.Events.Counter(&n.mu)
	}
	l.trace.session(n)
	if l.key != nil {
		n.key = cancelKey(l.host, l.key)
	}
	n.ctx, n.end = context.WithCancelCause(context.Background())
	n.toClient.init(l.conn)
	n.toServer.init(l.server)
	n.fromClient.resume = func() { go n.pump("client pump", n.pumpClient) }
	n.fromServer.resume = func() { go n.pump("server pump", n.pumpServer) }
	n.core = session.New(session.Config{
		Origin: l.origin, Mode: l.host.Mode,
		Reader: s.o.Reader, Policy: s.policy.Load,
		Refusal: func(v rules.Verdict) wire.Error { return refusedWords(n.host, v) },
		Status:  l.status, Settings: l.settings, ServerEncoding: l.encoding, SearchPath: l.path,
		Path: startPath(l.startup.Params), Answers: answersAboutNames(l.version),
		Tally: n.tallying(),
	})
	n.phase = n.core.Phase()
	return n
}

// start pumps bytes, in goroutines of its own, until the session is over. Then it
// cleans up and calls leave.
func (n *netSession) start(leave func()) {
	s := n.server
	s.running.Add(1)
	n.leave = leave
	s.sessions.add(n)
	n.host.stats.sessions.Add(1)
	n.pumps.Store(2)
	n.guard("start", func() {
		s.publish(event.SessionStarted{At: n.started, Session: n.id, Origin: event.From(n.origin)})
		if s.closing.Load() {
			n.stop(false)
		}
	})
	n.fromServer.resume()
	n.fromClient.resume()
}

// pump runs one direction until it is parked or over. The last one to be over ends
// the session.
func (n *netSession) pump(name string, f func() (parked bool)) {
	parked := false
	n.guard(name, func() { parked = f() })
	if !parked && n.pumps.Add(-1) == 0 {
		n.guard("end", n.conclude)
	}
}

// conclude cleans up once both directions are over.
func (n *netSession) conclude() {
	s := n.server
	defer s.running.Done()
	defer n.leave()
	n.guard("finish", n.finish)
	n.tasks.Wait()
	n.guard("transaction", n.forgetApproved)
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
