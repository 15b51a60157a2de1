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
)

const (
	// drainGrace is how long sessions may finish what they are doing once the
	// server stops: less than the 30 s after which Kubernetes and the 90 s after
	// which systemd kill.
	drainGrace = 10 * time.Second

	// acceptPause is waited after accept failed, for want of descriptors mostly:
	// long enough not to spin, short enough not to be noticed.
	acceptPause = 50 * time.Millisecond
)

// keepAlive finds peers that vanished without a word in about two minutes, and
// keeps the idle limits of networks away (some drop after 350 s).
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 60 * time.Second, Interval: 15 * time.Second, Count: 4}

// Server accepts clients for its hosts. Make it with New.
type Server struct {
	o        Options
	hosts    []*host
	sessions registry
	greeting sync.Map     // connections that are not logged in: net.Conn to nothing
	count    atomic.Int64 // connections, logged in or not
	closing  atomic.Bool
	running  sync.WaitGroup // one for each connection
}

// host is a Host with what is counted about it.
type host struct {
	Host
	stats stats

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
	s := &Server{o: o}
	for _, h := range o.Hosts {
		if h.TLS != nil {
			h.TLS = h.TLS.Clone()
			h.TLS.NextProtos = []string{alpn}
			h.TLS.MinVersion = max(h.TLS.MinVersion, tls.VersionTLS12)
		}
		s.hosts = append(s.hosts, &host{Host: h})
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
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			s.running.Go(func() { s.connection(conn, h) })
		case errors.Is(err, net.ErrClosed):
			return
		default:
			s.o.Log.Error().Err(err).Str("host", h.Name).Msg("accepting a connection failed")
			time.Sleep(acceptPause)
		}
	}
}

// connection is the life of one connection, up to its end.
func (s *Server) connection(conn net.Conn, h *host) {
	defer conn.Close()
	defer func() {
		if p := recover(); p != nil {
			s.logPanic("connection", p)
		}
	}()
	conn, end := s.record(conn, h)
	defer end()
	full := s.count.Add(1) > int64(s.o.MaxSessions)
	defer s.count.Add(-1)
	s.greeting.Store(conn, nil)
	defer s.greeting.Delete(conn)
	c, err := s.greet(conn, h, full)
	if err != nil {
		s.o.Log.Debug().Err(err).Str("host", h.Name).Stringer("client", conn.RemoteAddr()).Msg("connection ended before login")
		return
	}
	if c.startup.Code == wire.CodeCancel {
		s.cancel(c)
		return
	}
	sess, err := s.login(c)
	if err != nil {
		s.o.Log.Info().Err(err).Str("host", h.Name).Str("user", c.startup.User()).
			Str("database", c.startup.Database()).Stringer("client", conn.RemoteAddr()).Msg("login failed")
		return
	}
	s.greeting.Delete(conn)
	sess.run()
}

// drain ends the sessions.
func (s *Server) drain() {
	s.greeting.Range(func(conn, _ any) bool {
		conn.(net.Conn).Close()
		return true
	})
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
