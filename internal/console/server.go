package console

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/hold"
)

const (
	// readWait bounds the time for a request to arrive: callers are on this
	// machine and send a few hundred bytes.
	readWait = 10 * time.Second

	// writeWait bounds the time for an answer, a decision's writes to disk (up to
	// 10 seconds each) included.
	writeWait = 60 * time.Second

	// idleWait ends connections that nobody uses.
	idleWait = 60 * time.Second

	// maxHeader bounds the header of a request in bytes; ours has about 100.
	maxHeader = 8 << 10

	// drainWait is how long requests in progress may take at the end.
	drainWait = 5 * time.Second
)

// Options say what the console shows and where. Socket, Desk, Status and Sessions are
// needed.
type Options struct {
	// Socket is the path of the control socket. Its folder is made, with mode
	// 0700, if it is missing.
	Socket string

	// Group is the OS group that may use it too, with mode 0660; empty for 0600.
	Group string

	Desk Desk

	// Status says how this holdfast is. It is called from any goroutine.
	Status func(context.Context) Status

	// Sessions are the clients that are connected, the newest first. It is called from
	// any goroutine.
	Sessions func() []Session

	Alerts  Alerts       // may be nil
	Metrics http.Handler // of GET /metrics; may be nil

	// Link makes a link with which a caller signs in to the web console; nil where
	// there is none.
	Link func(hold.Answerer) (Link, error)

	// Submit asks about a file; nil where that cannot be done.
	Submit Submit

	Log zerolog.Logger
}

// Server is the control socket, bound.
type Server struct {
	listener *net.UnixListener
	lock     *os.File
	http     *http.Server
}

// Listen binds the control socket. It replaces the socket of a holdfast that
// died, and refuses to take that of a living one.
func Listen(o Options) (*Server, error) {
	l, lock, err := bind(o.Socket, o.Group)
	if err != nil {
		return nil, fmt.Errorf("opening the control socket: %w", err)
	}
	a := &api{
		desk: o.Desk, status: o.Status, sessions: o.Sessions, alerts: o.Alerts, metrics: o.Metrics, via: "cli", socket: true, link: o.Link,
		submit: o.Submit, caller: peerOf, closing: make(chan struct{}),
	}
	s := &Server{listener: l, lock: lock, http: &http.Server{
		Handler:           a.routes(),
		ConnContext:       withPeer,
		ReadHeaderTimeout: readWait,
		ReadTimeout:       readWait,
		WriteTimeout:      writeWait,
		IdleTimeout:       idleWait,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(o.Log, "control socket: ", 0),
	}}
	s.http.RegisterOnShutdown(sync.OnceFunc(func() { close(a.closing) }))
	return s, nil
}

// Close removes the socket at once, whether or not Serve was called, and is safe
// to call twice.
func (s *Server) Close() error {
	s.http.Close()
	err := s.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	if e := s.lock.Close(); e != nil && !errors.Is(e, os.ErrClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// Serve answers requests until ctx ends, lets those in progress finish, and
// removes the socket. It is called once.
func (s *Server) Serve(ctx context.Context) error {
	defer s.lock.Close()
	if err := ServeUntil(ctx, s.http, func() error { return s.http.Serve(s.listener) }); err != nil {
		return fmt.Errorf("serving the control socket: %w", err)
	}
	return nil
}

// ServeUntil runs serve, which serves requests with server, until ctx ends, and then
// lets those in progress finish, for five seconds at most. The error is that of serve
// where it ended by itself.
func ServeUntil(ctx context.Context, server *http.Server, serve func() error) error {
	failed := make(chan error, 1)
	go func() { failed <- serve() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWait)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
