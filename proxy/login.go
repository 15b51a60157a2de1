package proxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
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

// Codes of Authentication messages. Manual: "Message Formats", Authentication*.
const (
	authOK              = 0
	authSASL            = 10
	authSASLFinal       = 12
	scramPlus           = "SCRAM-SHA-256-PLUS"
	maxLoginMessage     = 1 << 20 // an error or a setting; the server's are far below
	authHeader          = wire.HeaderLen + 4
	wrongPasswordOrKind = "28000"
)

// login is the conversation up to the first ReadyForQuery. Authentication passes
// through: client and server talk to each other, and holdfast keeps nothing of it.
type login struct {
	*client
	out      *bufio.Writer // to the client
	server   net.Conn
	serverIn *bufio.Reader
	settings rules.Settings
	key      []byte // BackendKeyData as it came; nil when the server sent none
	status   byte
	asked    bool // the server waits for an answer of the client
}

// login dials the server, passes authentication through and returns the session
// that is ready for its first statement. A failure that the server did not report
// itself is told to the client.
func (s *Server) login(c *client) (*netSession, error) {
	l := &login{client: c, out: bufio.NewWriter(c.conn)}
	deadline := time.Now().Add(loginLimit)
	c.conn.SetDeadline(deadline)
	if err := l.connect(deadline); err != nil {
		c.tell(refuse("08001", "holdfast: the server cannot be reached", err.Error(), "Ask whoever runs the server or holdfast."))
		return nil, err
	}
	if err := l.relay(); err != nil {
		l.out.Flush()
		var r *refusal
		if errors.As(err, &r) {
			c.tell(err)
		}
		l.server.Close()
		return nil, err
	}
	c.conn.SetDeadline(time.Time{})
	l.server.SetDeadline(time.Time{})
	return s.newSession(l), nil
}

// connect reaches the server and gets its first message, by TLS or without as the
// host's sslmode says.
func (l *login) connect(deadline time.Time) (err error) {
	attempts := l.host.Server.attempts()
	for i, withTLS := range attempts {
		last := i == len(attempts)-1
		l.server, err = l.host.Server.dial(context.Background(), withTLS)
		if err != nil {
			if last {
				return err
			}
			continue
		}
		l.server = l.trace.server(l.server)
		l.server.SetDeadline(deadline)
		l.serverIn = bufio.NewReader(l.server)
		if _, err = l.server.Write(l.startup.Raw); err == nil {
			var first []byte
			if first, err = l.serverIn.Peek(1); err == nil && (last || first[0] != wire.ErrorResponse) {
				return nil
			}
		}
		if last {
			l.server.Close()
			return fmt.Errorf("sending the startup message: %w", err)
		}
		l.server.Close()
	}
	return err
}

var errServerRefused = errors.New("the server refused the login")

// relay passes messages on until the server is ready for the first statement.
func (l *login) relay() error {
	for {
		raw, err := wire.ReadMessage(l.serverIn, maxLoginMessage)
		if err != nil {
			return fmt.Errorf("logging in at the server: %w", err)
		}
		done, err := l.serverMessage(raw)
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

// serverMessage notes what a message of the server says and passes it on. done
// says that the login is complete.
func (l *login) serverMessage(raw []byte) (done bool, err error) {
	body := raw[wire.HeaderLen:]
	switch raw[0] {
	case wire.Authentication:
		raw = l.authentication(raw)
	case wire.ParameterStatus:
		l.parameter(body)
	case wire.BackendKeyData:
		l.key = append([]byte(nil), body...)
	case wire.ErrorResponse:
		l.out.Write(raw)
		return false, errServerRefused
	case wire.ReadyForQuery:
		if err := l.checkSettings(); err != nil {
			return false, err
		}
		if len(body) == 1 {
			l.status = body[0]
		}
		done = true
	}
	_, err = l.out.Write(raw)
	return done, err
}

// authentication notes whether the server waits for an answer, and takes
// SCRAM-SHA-256-PLUS off the list for a client without TLS: it would refuse to see
// it offered there.
func (l *login) authentication(raw []byte) []byte {
	if len(raw) < authHeader {
		return raw
	}
	switch code := binary.BigEndian.Uint32(raw[wire.HeaderLen:]); code {
	case authOK, authSASLFinal:
		l.asked = false
		return raw
	case authSASL:
		l.asked = true
		if l.serverTLS() && !l.tls {
			return withoutMechanism(raw, scramPlus)
		}
	default:
		l.asked = true
	}
	return raw
}

// withoutMechanism is an AuthenticationSASL message without one of its mechanisms.
func withoutMechanism(raw []byte, drop string) []byte {
	out := append([]byte(nil), raw[:authHeader]...)
	for list := raw[authHeader:]; len(list) > 0; {
		name, rest, ok := wire.CString(list)
		if !ok {
			return raw
		}
		if string(name) != drop {
			out = append(append(out, name...), 0)
		}
		list = rest
	}
	binary.BigEndian.PutUint32(out[1:], uint32(len(out)-1))
	return out
}

func (l *login) serverTLS() bool {
	_, ok := securedBy(l.server)
	return ok
}

// clientAnswer passes one answer of the client on. It is never logged.
func (l *login) clientAnswer() error {
	raw, err := wire.ReadMessage(l.in, wire.MaxAuth)
	if err != nil {
		return fmt.Errorf("reading the client's answer during login: %w", err)
	}
	if raw[0] != wire.Password {
		return refuse("08P01", fmt.Sprintf("expected password response, got message type %s", wire.TypeName(raw[0])), "", "")
	}
	if bytes.HasPrefix(raw[wire.HeaderLen:], []byte(scramPlus+"\x00")) && !l.sameCertificate() {
		return refuse(wrongPasswordOrKind, "holdfast: the login cannot be bound to this TLS connection",
			"The client binds its password to the certificate it sees (SCRAM-SHA-256-PLUS), which is holdfast's and not the server's.",
			"Connect with channel_binding=disable, or give holdfast the server's own certificate and key, or use TLS on one side only.")
	}
	if _, err := l.server.Write(raw); err != nil {
		return fmt.Errorf("logging in: writing to the server: %w", err)
	}
	return nil
}

// sameCertificate says that the client sees the very certificate that the server
// shows, which is what channel binding compares (RFC 5929, tls-server-end-point).
func (l *login) sameCertificate() bool {
	server, ok := securedBy(l.server)
	if !ok || !l.tls || len(l.host.TLS.Certificates) == 0 {
		return false
	}
	shown := l.host.TLS.Certificates[0].Certificate
	seen := server.ConnectionState().PeerCertificates
	return len(shown) > 0 && len(seen) > 0 && bytes.Equal(shown[0], seen[0].Raw)
}

func (l *login) parameter(body []byte) {
	name, value, ok := wire.ReadParameterStatus(body)
	if !ok {
		return
	}
	switch string(name) {
	case "client_encoding":
		l.settings.ClientEncoding = string(value)
	case "standard_conforming_strings":
		l.settings.StandardConformingStrings = string(value)
	case "application_name":
		l.origin.Application = string(value)
	}
}

// checkSettings refuses a login that the server itself has put under a setting
// with which text cannot be read (ALTER ROLE ... SET, postgresql.conf).
func (l *login) checkSettings() error {
	if l.host.Mode != Enforce {
		return nil
	}
	for name, value := range map[string]string{
		"client_encoding":             l.settings.ClientEncoding,
		"standard_conforming_strings": l.settings.StandardConformingStrings,
	} {
		if value != "" && !rules.SafeSetting(name, value) {
			return refuseSetting(name, value, "the server sets it for this user or database")
		}
	}
	return nil
}
