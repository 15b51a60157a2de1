package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
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
	authHeader          = wire.HeaderLen + 4
	wrongPasswordOrKind = "28000"
)

const (
	// maxLoginMessage bounds a message of the server that is looked at during the
	// login. Settings are the longest, and far below; libpq takes no more than
	// 30,000 bytes of their kind.
	maxLoginMessage = 64 << 10

	// minKey and maxKey are the lengths of a BackendKeyData that is remembered: the
	// process with a secret of 4 to 256 bytes, as the protocol allows. Others are
	// passed on; a CancelRequest with one goes to the server like any other.
	minKey, maxKey = 8, 260

	// firstLongKeys is the server version that brought protocol 3.2.
	firstLongKeys = 18
)

// login is the conversation up to the first ReadyForQuery. Authentication passes
// through: client and server talk to each other, and holdfast keeps nothing of it.
type login struct {
	*client
	out      *bufio.Writer // to the client
	server   net.Conn
	unwatch  func() bool // ends what closes server when holdfast stops
	serverIn *bufio.Reader
	settings rules.Settings
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

// nonsense refuses a login because of what the server says.
func nonsense(what string) error {
	return refuse("08P01", "holdfast: the server sent something that is not the PostgreSQL protocol", what, "Ask whoever runs the server or holdfast.")
}

// next takes the server's next message. done says that the login is complete.
func (l *login) next() (done bool, err error) {
	h, err := wire.PeekMessage(l.serverIn)
	if err != nil {
		return false, fmt.Errorf("logging in at the server: %w", err)
	}
	if err := wire.CheckServer(h); err != nil {
		return false, nonsense(err.Error())
	}
	switch h.Type {
	case wire.ErrorResponse, wire.NoticeResponse: // of any length: triggers write them, too
		if _, err := io.CopyN(l.out, l.serverIn, int64(h.Total)); err != nil {
			return false, fmt.Errorf("passing the server's message on: %w", err)
		}
		if h.Type == wire.ErrorResponse {
			return false, errServerRefused
		}
		return false, nil
	}
	if h.Total > maxLoginMessage {
		return false, nonsense(fmt.Sprintf("message %s of %d bytes during a login", wire.TypeName(h.Type), h.Total))
	}
	raw, err := wire.ReadMessage(l.serverIn, maxLoginMessage)
	if err != nil {
		return false, fmt.Errorf("logging in at the server: %w", err)
	}
	return l.serverMessage(raw)
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
		if l.key = nil; len(body) >= minKey && len(body) <= maxKey {
			l.key = append([]byte(nil), body...)
		}
	case wire.NegotiateProtocol:
	case wire.ReadyForQuery:
		if !l.accepted || len(body) != 1 {
			return false, nonsense("ReadyForQuery before the login was accepted")
		}
		if err := l.checkSettings(); err != nil {
			return false, err
		}
		l.status = body[0]
		done = true
	default:
		return false, nonsense(fmt.Sprintf("message %s during a login", wire.TypeName(raw[0])))
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
	case authOK:
		l.asked, l.accepted = false, l.accepted || len(raw) == authHeader
	case authSASLFinal:
		l.asked = false
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
	_, ok := l.server.(*tls.Conn)
	return ok
}

// clientAnswer passes one answer of the client on. It is never logged. Of what is
// no answer the server gets the header, which is enough for it to say so.
func (l *login) clientAnswer() error {
	if l.lost {
		return nonsense("it asks on although the client's answer was none")
	}
	h, err := wire.PeekMessage(l.in)
	if err != nil {
		return fmt.Errorf("reading the client's answer during login: %w", err)
	}
	header, _ := l.in.Peek(wire.HeaderLen)
	if h.Type != wire.Password || h.Total < wire.HeaderLen || h.Total-1 > wire.MaxAuth {
		return l.lastAnswer(header)
	}
	header = bytes.Clone(header)
	raw, err := wire.ReadMessage(l.in, wire.MaxAuth)
	if errors.Is(err, io.ErrUnexpectedEOF) { // the server answers half of one, too
		return l.lastAnswer(header)
	}
	if err != nil {
		return fmt.Errorf("reading the client's answer during login: %w", err)
	}
	if bytes.HasPrefix(raw[wire.HeaderLen:], []byte(scramPlus+"\x00")) && !l.sameCertificate() {
		return refuse(wrongPasswordOrKind, "holdfast: the login cannot be bound to this TLS connection",
			"The client binds its password to the certificate it sees (SCRAM-SHA-256-PLUS), which is holdfast's and not the server's.",
			"Connect with channel_binding=disable, or give holdfast the server's own certificate and key, or use TLS on one side only.")
	}
	return l.toServer(raw)
}

// lastAnswer gives the server the header of what is no answer, and nothing more.
func (l *login) lastAnswer(header []byte) error {
	l.lost, l.asked = true, false
	if err := l.toServer(header); err != nil {
		return err
	}
	if half, ok := l.server.(interface{ CloseWrite() error }); ok {
		half.CloseWrite() // best effort: the deadline of the login ends it, too
	}
	return nil
}

func (l *login) toServer(raw []byte) error {
	if _, err := l.server.Write(raw); err != nil {
		return fmt.Errorf("logging in: writing to the server: %w", err)
	}
	return nil
}

// sameCertificate says that the client sees the very certificate that the server
// shows, which is what channel binding compares (RFC 5929, tls-server-end-point).
func (l *login) sameCertificate() bool {
	server, ok := l.server.(*tls.Conn)
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
	case "server_version":
		l.host.noteVersion(string(value))
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

// noteVersion remembers which minor versions of the protocol the server speaks, for
// what is told to clients that come with another major one.
func (h *host) noteVersion(version string) {
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < firstLongKeys {
		h.newest.Store(protocol30)
		return
	}
	h.newest.Store(protocol32)
}

// minor is the newest minor version of protocol 3 that the server speaks, as far as
// it is known; 2 before the first login.
func (h *host) minor() int {
	if h.newest.Load() == protocol30 {
		return 0
	}
	return 2
}

// What is known of a server's protocol; the zero value is nothing.
const protocol30, protocol32 = 1, 2
