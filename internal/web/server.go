package web

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/passkey"
)

const (
	// readWait bounds the time for a request to arrive: the longest is a form of a
	// few hundred bytes, over a telephone's network.
	readWait = 20 * time.Second

	// writeWait bounds the time for an answer, a decision's writes to disk (up to 10
	// seconds each) included.
	writeWait = 60 * time.Second

	// idleWait ends connections that nobody uses.
	idleWait = 120 * time.Second

	// maxHeader bounds the header of a request in bytes. Cookies of others on the
	// same host count too.
	maxHeader = 32 << 10

	// maxConnections bounds the connections of all browsers together. A browser
	// uses one to six, and a team has tens of them.
	maxConnections = 1024
)

// Server is the console, bound.
type Server struct {
	Options
	base     *url.URL // what people open
	listener net.Listener
	http     *http.Server
	sessions *sessions
	live     *live
	pages    pages
	searches chan struct{} // has a place for each search at a time
	hashing  chan struct{} // has a place for each password that is hashed at a time
	drawing  chan struct{} // has a place for each chart that is drawn at a time
	sums     tablesKept
	attempts *attempts
	provider *provider      // nil without OIDC
	party    *passkey.Party // nil where there are no passkeys
	noParty  string         // why not
	log      zerolog.Logger
}

// Listen binds the address.
func Listen(o Options) (*Server, error) {
	if err := CheckAddress(o.Listen, o.URL, o.TLS != nil); err != nil {
		return nil, fmt.Errorf("opening the console: %w", err)
	}
	pages, err := parsePages()
	if err != nil {
		return nil, fmt.Errorf("opening the console: %w", err)
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("opening the console: %w", err)
	}
	s := &Server{
		Options: o, listener: limited(l, maxConnections), pages: pages, log: o.Log,
		sessions: newSessions(), live: newLive(), searches: make(chan struct{}, maxSearches),
		hashing: make(chan struct{}, maxHashing), attempts: newAttempts(),
		drawing: make(chan struct{}, maxDrawing),
	}
	s.base = s.address(l.Addr())
	if o.OIDC != nil {
		s.provider = newProvider(*o.OIDC, s.URL())
	}
	if err := s.openPasskeys(); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the console: %w", err), l.Close())
	}
	s.http = &http.Server{
		Handler:           s.doors(s.guard(s.routes())),
		ReadHeaderTimeout: readWait,
		ReadTimeout:       readWait,
		WriteTimeout:      writeWait,
		IdleTimeout:       idleWait,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(o.Log, "console: ", 0),
	}
	s.http.RegisterOnShutdown(s.live.close)
	if o.TLS != nil {
		s.http.TLSConfig = o.TLS.Clone()
	}
	return s, nil
}

// address is what people open, with the port that was bound where none was named.
func (s *Server) address(bound net.Addr) *url.URL {
	if s.Options.URL != "" {
		if u, err := parseURL(s.Options.URL); err == nil {
			return u
		}
	}
	host, _, _ := net.SplitHostPort(s.Listen)
	_, port, _ := net.SplitHostPort(bound.String())
	u := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
	if s.TLS != nil {
		u.Scheme = "https"
	}
	return u
}

// URL is the address that people open, without a slash at its end.
func (s *Server) URL() string { return s.base.String() }

// Close ends everything at once, whether or not Serve was called, and is safe to
// call twice.
func (s *Server) Close() error {
	s.live.close()
	s.http.Close()
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// accept serves until the server is shut down. With TLS it speaks HTTP/2 as well.
func (s *Server) accept() error {
	if s.TLS != nil {
		return s.http.ServeTLS(s.listener, "", "")
	}
	return s.http.Serve(s.listener)
}

// Serve answers requests until ctx ends, and lets those in progress finish. It is
// called once.
func (s *Server) Serve(ctx context.Context) error {
	watch := s.Desk.Watch()
	defer watch.Close()
	var hearing sync.WaitGroup
	hearing.Go(func() { s.live.run(watch.Ready(), func() { watch.Take() }, 0) })
	if s.Alerts != nil {
		alerts := s.Alerts.Watch()
		defer alerts.Close()
		hearing.Go(func() { s.live.run(alerts.Ready(), func() { alerts.Take() }, alertPause) })
	}
	defer func() {
		s.live.close()
		hearing.Wait()
	}()
	if err := console.ServeUntil(ctx, s.http, s.accept); err != nil {
		return fmt.Errorf("serving the console: %w", err)
	}
	return nil
}
