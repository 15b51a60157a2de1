package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// drainGrace is how long sessions may finish what they are doing once the
	// server stops: less than the 30 s after which Kubernetes and the 90 s after
	// which systemd kill.
	drainGrace = 10 * time.Second

	// acceptPause is waited after accept failed, for want of descriptors mostly:
	// long enough not to spin, short enough not to be noticed.
	acceptPause = 50 * time.Millisecond

	// acceptSilence is how long that is not said again.
	acceptSilence = time.Minute
)

// keepAlive finds peers that vanished without a word in about two minutes, and
// keeps the idle limits of networks away (some drop after 350 s).
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 60 * time.Second, Interval: 15 * time.Second, Count: 4}

// Server accepts clients for its hosts. Make it with New.
type Server struct {
	o        Options
	hosts    []*host
	sessions registry
	greeting strangers
	entering entering
	count    atomic.Int64 // clients that are logged in or logging in
	kept     budget
	clock    clock
	closing  atomic.Bool
	running  sync.WaitGroup // one for each connection before its login, and each session
	lot      *lot           // where sessions are parked; nil parks none
	policy   atomic.Pointer[rules.Policy]

	// early ends when holdfast stops, and with it what is no session yet.
	early     context.Context
	stopEarly context.CancelFunc
}

// host is a Host with what is counted about it.
type host struct {
	Host
	stats        stats
	logins       atomic.Int64          // clients that are logging in
	cancels      turns                 // CancelRequests with keys of our sessions
	strayCancels turns                 // the others
	terms        atomic.Pointer[Terms] // in place of those of Host
	newest       atomic.Int32          // minor version of protocol 3 that the server speaks, and 1; 0 is not known

	mu    sync.Mutex
	bound []string // addresses bound so far
}

func (h *host) setBound(address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bound = append(h.bound, address)
}

// addresses are those bound, or before that those to bind.
func (h *host) addresses() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.bound) < len(h.Listen) {
		return h.Listen
	}
	return append([]string(nil), h.bound...)
}

// New checks the options and makes a server that does not listen yet.
func New(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{o: o, greeting: strangers{max: maxStrangers(openFileLimit())}}
	s.policy.Store(o.Policy)
	s.early, s.stopEarly = context.WithCancel(context.Background())
	for _, h := range o.Hosts {
		if h.TLS != nil {
			h.TLS = h.TLS.Clone()
			h.TLS.NextProtos = []string{alpn}
			h.TLS.MinVersion = max(h.TLS.MinVersion, tls.VersionTLS12)
		}
		made := &host{Host: h, cancels: newTurns(), strayCancels: newTurns()}
		made.terms.Store(&h.Terms)
		s.hosts = append(s.hosts, made)
	}
	return s, nil
}

// Serve listens on all addresses of all hosts, calls ready (which may be nil)
// once every one is bound, and serves until ctx ends. Then it stops accepting,
// ends idle sessions at once and the others when they are idle or after a few
// seconds, each with the server's own error for an administrator's shutdown
// (57P01), and returns nil. It returns an error when an address cannot be bound,
// and must be called once.
func (s *Server) Serve(ctx context.Context, ready func()) error {
	listeners, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer s.startParking()()
	defer s.startIdleWatch()()
	defer s.clock.start()()
	var accepting sync.WaitGroup
	for i, l := range listeners {
		accepting.Go(func() { s.accept(l.Listener, listeners[i].host) })
	}
	if ready != nil {
		ready()
	}
	<-ctx.Done()
	s.closing.Store(true)
	for _, l := range listeners {
		l.Close()
	}
	accepting.Wait()
	s.drain()
	return nil
}

type listener struct {
	net.Listener
	host *host
}

// listen binds every address, or none.
func (s *Server) listen(ctx context.Context) (bound []listener, err error) {
	defer func() {
		if err != nil {
			for _, l := range bound {
				l.Close()
			}
		}
	}()
	config := net.ListenConfig{KeepAliveConfig: keepAlive}
	for _, h := range s.hosts {
		for _, address := range h.Listen {
			network := "tcp"
			if path, ok := strings.CutPrefix(address, "unix:"); ok {
				network, address = "unix", path
				if err := removeStale(path); err != nil {
					return bound, fmt.Errorf("listening for host %q: %w", h.Name, err)
				}
			}
			l, err := config.Listen(ctx, network, address)
			if err != nil {
				return bound, fmt.Errorf("listening for host %q: %w", h.Name, err)
			}
			if network == "unix" {
				// As the server's own socket: who may log in is decided by the login.
				if err := os.Chmod(address, 0o777); err != nil {
					l.Close()
					return bound, fmt.Errorf("opening the socket of host %q to others: %w", h.Name, err)
				}
			}
			h.setBound(l.Addr().String())
			bound = append(bound, listener{l, h})
		}
	}
	return bound, nil
}

// removeStale removes a Unix socket that nobody listens on any more.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != os.ModeSocket {
		return fmt.Errorf("%s exists and is no socket", path)
	}
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return fmt.Errorf("somebody listens on %s already", path)
	}
	return os.Remove(path)
}

// accept takes connections until the listener is closed.
func (s *Server) accept(l net.Listener, h *host) {
	var told time.Time
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			s.running.Go(func() { s.connection(conn, h) })
			continue
		case errors.Is(err, net.ErrClosed):
			return
		case time.Since(told) > acceptSilence:
			told = time.Now()
			s.o.Log.Error().Err(err).Str("host", h.Name).Msg("accepting connections fails; said once a minute")
		}
		time.Sleep(acceptPause)
	}
}

// connection is the life of one connection up to its login; a session then goes on
// by itself.
func (s *Server) connection(conn net.Conn, h *host) {
	conn, end := s.record(conn, h)
	if sess := s.welcome(conn, h); sess != nil {
		sess.start(func() {
			s.count.Add(-1)
			end()
		})
		return
	}
	conn.Close()
	end()
}

// welcome takes a connection up to its session, which has a place among all
// sessions, or answers what else it wants. It is nil when the connection is done
// with.
func (s *Server) welcome(conn net.Conn, h *host) *netSession {
	defer func() {
		if p := recover(); p != nil {
			s.logPanic("connection", p)
		}
	}()
	defer context.AfterFunc(s.early, func() { conn.Close() })()
	c, err := s.meet(conn, h)
	if err != nil {
		s.o.Log.Debug().Err(err).Str("host", h.Name).Stringer("client", conn.RemoteAddr()).Msg("connection ended before login")
		return nil
	}
	if c.startup.Code == wire.CodeCancel {
		s.cancel(c)
		return nil
	}
	sess, err := s.login(c)
	if err != nil {
		s.o.Log.Info().Err(err).Str("host", h.Name).Str("user", c.startup.User()).
			Str("database", c.startup.Database()).Stringer("client", conn.RemoteAddr()).Msg("login failed")
		return nil
	}
	return sess
}

// meet greets a stranger.
func (s *Server) meet(conn net.Conn, h *host) (*client, error) {
	defer s.greeting.add(conn)()
	return s.greet(conn, h)
}

// drain ends the sessions.
func (s *Server) drain() {
	s.stopEarly()
	for _, sess := range s.sessions.all() {
		sess.stop(false)
	}
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	timer := time.NewTimer(drainGrace)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-timer.C:
	}
	for _, sess := range s.sessions.all() {
		sess.stop(true)
	}
	<-done
}
