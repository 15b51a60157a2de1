package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// loginLimit bounds the time from the StartupMessage to the first ReadyForQuery:
// the server's own default of authentication_timeout.
const loginLimit = time.Minute

// login is the conversation up to the first ReadyForQuery. Authentication passes
// through: client and server talk to each other, and holdfast keeps nothing of it.
type login struct {
	*client
	out      *bufio.Writer // to the client
	server   net.Conn
	unwatch  func() bool // ends what closes server when holdfast stops
	serverIn *bufio.Reader
	settings rules.Settings
	encoding string // of the server
	path     string // search_path, where the server reports it
	version  string // of the server
	key      []byte // BackendKeyData as it came; nil when the server sent none
	status   byte
	asked    bool // the server waits for an answer of the client
	accepted bool // AuthenticationOk has come
	lost     bool // the client sent what only the server can answer; nothing more of it is taken
}

// login dials the server, passes authentication through and returns the session
// that is ready for its first statement, with its place among the sessions. A
// failure that the server did not report itself is told to the client.
func (s *Server) login(c *client) (sess *netSession, err error) {
	loggedIn, leave, err := s.enter(c.host)
	if err != nil {
		c.tell(err)
		return nil, err
	}
	defer s.entering.add(c)()
	l := &login{client: c, out: bufio.NewWriter(c.conn)}
	defer func() {
		loggedIn()
		if sess == nil { // by an error or a panic
			leave()
			l.hangUp()
		}
	}()
	deadline := time.Now().Add(loginLimit)
	c.conn.SetDeadline(deadline)
	if err := l.connect(s.early, deadline); err != nil {
		c.tell(refuse("08001", "holdfast: the server cannot be reached", err.Error(), "Ask whoever runs the server or holdfast."))
		return nil, err
	}
	if err := l.relay(); err != nil {
		l.out.Flush()
		c.tell(err)
		return nil, err
	}
	c.conn.SetDeadline(time.Time{})
	l.server.SetDeadline(time.Time{})
	l.unwatch()
	return s.newSession(l), nil
}

// hangUp closes the connection to the server, if there is one.
func (l *login) hangUp() {
	if l.server != nil {
		l.unwatch()
		l.server.Close()
		l.server = nil
	}
}

// connect reaches the server and gets its first message, by TLS or without as the
// host's sslmode says.
func (l *login) connect(ctx context.Context, deadline time.Time) (err error) {
	attempts := l.host.Server.attempts()
	for i, withTLS := range attempts {
		last := i == len(attempts)-1
		if err = l.attempt(ctx, deadline, withTLS, last); err == nil {
			return nil
		}
		l.hangUp()
	}
	return err
}

var errTurnedAway = errors.New("the server turned the connection away")

// attempt sends the StartupMessage and waits for the beginning of the answer. An
// error of the server is an answer only for the last attempt.
func (l *login) attempt(ctx context.Context, deadline time.Time, withTLS, last bool) (err error) {
	if l.server, err = l.host.Server.dial(ctx, withTLS); err != nil {
		l.server = nil
		return err
	}
	l.server = l.trace.server(l.server)
	conn := l.server
	l.unwatch = context.AfterFunc(ctx, func() { conn.Close() })
	l.server.SetDeadline(deadline)
	l.serverIn = bufio.NewReader(l.server)
	if _, err := l.server.Write(l.startup.Raw); err != nil {
		return fmt.Errorf("sending the startup message: %w", err)
	}
	first, err := l.serverIn.Peek(1)
	if err != nil {
		return fmt.Errorf("waiting for the answer to the startup message: %w", err)
	}
	if first[0] == wire.ErrorResponse && !last {
		return errTurnedAway
	}
	return nil
}

var errServerRefused = errors.New("the server refused the login")

// relay passes messages on until the server is ready for the first statement.
func (l *login) relay() error {
	for {
		done, err := l.next()
		if err != nil || done {
			if flushErr := l.out.Flush(); err == nil {
				err = flushErr
			}
			return err
		}
		if !l.asked {
			continue
		}
		if err := l.out.Flush(); err != nil {
			return fmt.Errorf("logging in: writing to the client: %w", err)
		}
		if err := l.clientAnswer(); err != nil {
			return err
		}
	}
}
