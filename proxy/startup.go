package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// greetLimit bounds the time up to the StartupMessage, TLS included: no person
	// is asked for anything meanwhile.
	greetLimit = 15 * time.Second

	// firstTLSByte is the content type of a TLS handshake record, with which a
	// client begins that does not ask for TLS first.
	firstTLSByte = 0x16
)

// client is a connection that has said what it wants.
type client struct {
	conn    net.Conn
	in      *bufio.Reader // of conn; what it has buffered belongs to the session
	host    *host
	startup *wire.Startup
	origin  rules.Origin
	tls     bool
	trace   *recording
}

// refusal is an error that the client is told before it is disconnected.
type refusal struct{ e wire.Error }

func (r *refusal) Error() string { return r.e.Message }

func refuse(code, message, detail, hint string) error {
	return &refusal{wire.Error{Severity: "FATAL", Code: code, Message: message, Detail: detail, Hint: hint}}
}

// greet reads what a connection wants, and turns it to TLS when it asks for that.
// A client that must not go on is told so. full says that there are too many.
func (s *Server) greet(conn net.Conn, h *host, full bool) (*client, error) {
	conn.SetDeadline(time.Now().Add(greetLimit))
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, wire.MaxStartup), host: h, trace: recordingOf(conn)}
	err := c.negotiate()
	if err == nil && c.startup.Code != wire.CodeCancel {
		err = s.admit(c, full)
	}
	if err != nil {
		c.tell(err)
		return nil, err
	}
	c.conn.SetDeadline(time.Time{})
	return c, nil
}

// tell sends an error to a client that is not logged in. What else went wrong than
// a refusal is the client's doing and named; what the network did is not.
func (c *client) tell(err error) {
	e := wire.Error{Severity: "FATAL", Code: "08P01", Message: err.Error()}
	var r *refusal
	var network net.Error
	switch {
	case errors.As(err, &r):
		e = r.e
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.As(err, &network):
		return
	}
	c.conn.SetWriteDeadline(time.Now().Add(time.Second))
	c.conn.Write(wire.AppendError(nil, e))
}

// negotiate reads packets up to the one that says what the client wants.
func (c *client) negotiate() error {
	if first, err := c.in.Peek(1); err != nil {
		return fmt.Errorf("reading first packet: %w", err)
	} else if first[0] == firstTLSByte {
		if err := c.directTLS(); err != nil {
			return err
		}
	}
	gss := false
	for {
		raw, err := wire.ReadPacket(c.in)
		if err != nil {
			return err
		}
		if c.startup, err = wire.ReadStartup(raw); err != nil {
			return err
		}
		switch {
		case c.startup.Code == wire.CodeSSL && !c.tls:
			if err := c.answerSSL(); err != nil {
				return err
			}
		case c.startup.Code == wire.CodeGSSENC && !gss:
			// A server with Kerberos would say yes, and holdfast could then not
			// read what follows.
			gss = true
			if err := c.answer('N', "GSSAPI encryption request"); err != nil {
				return err
			}
		case c.startup.Code == wire.CodeSSL || c.startup.Code == wire.CodeGSSENC:
			return errors.New("encryption was asked for twice")
		default:
			return nil
		}
	}
}

// answer sends the one byte that answers a request for encryption. Bytes that came
// in the clear behind the request could be an attacker's (CVE-2021-23214).
func (c *client) answer(b byte, request string) error {
	if c.in.Buffered() > 0 {
		return fmt.Errorf("received unencrypted data after %s", request)
	}
	_, err := c.conn.Write([]byte{b})
	return err
}

func (c *client) answerSSL() error {
	if c.host.TLS == nil || c.conn.LocalAddr().Network() == "unix" {
		return c.answer('N', "SSL request")
	}
	if err := c.answer('S', "SSL request"); err != nil {
		return err
	}
	return c.handshake(unrecorded(c.conn))
}

// directTLS takes a client that begins with TLS (sslnegotiation=direct). It must
// name the protocol, so that no other one can be smuggled in.
func (c *client) directTLS() error {
	if c.host.TLS == nil {
		return errors.New("TLS is not offered here")
	}
	if err := c.handshake(&bufferedConn{c.conn, c.in}); err != nil {
		return err
	}
	if secured, ok := securedBy(c.conn); !ok || secured.ConnectionState().NegotiatedProtocol != alpn {
		return errors.New("received direct SSL connection request without ALPN protocol negotiation extension")
	}
	return nil
}

func (c *client) handshake(conn net.Conn) error {
	secured := tls.Server(conn, c.host.TLS)
	ctx, cancel := context.WithTimeout(context.Background(), greetLimit)
	defer cancel()
	if err := secured.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("negotiating TLS with the client: %w", err)
	}
	c.conn, c.tls = c.trace.client(secured), true
	c.in = bufio.NewReaderSize(c.conn, wire.MaxStartup)
	return nil
}

// bufferedConn is a connection of which some bytes were read already.
type bufferedConn struct {
	net.Conn
	in *bufio.Reader
}

func (b *bufferedConn) Read(p []byte) (int, error) { return b.in.Read(p) }

// NetConn is the connection below, as of a tls.Conn.
func (b *bufferedConn) NetConn() net.Conn { return b.Conn }

// admit says whether a client that sent a StartupMessage may go on to log in.
func (s *Server) admit(c *client, full bool) error {
	p := c.startup
	c.origin = rules.Origin{
		Host: c.host.Name, Environment: c.host.Environment,
		Database: p.Database(), User: p.User(), Application: p.Params["application_name"],
		Client: clientAddress(c.conn),
	}
	switch {
	case full:
		return refuse("53300", "sorry, too many clients already",
			fmt.Sprintf("holdfast serves at most %d connections.", s.o.MaxSessions), "Try again when others have left.")
	case s.closing.Load():
		return refuse("57P03", "the database system is shutting down", "holdfast is stopping.", "")
	case c.host.RequireTLS && !c.tls && c.conn.LocalAddr().Network() != "unix":
		return refuse("28000", "holdfast: this host takes only connections with TLS", "", "Connect with sslmode=require or above.")
	case c.host.Mode != Enforce:
		return nil
	case p.Replication():
		return refuse("ZH004", "holdfast: refused: replication connections on a protected host",
			"What a replication connection does cannot be judged.", "Connect to the server itself for replication.")
	}
	for _, setting := range rules.StartupSettings(p.Params) {
		if !rules.SafeSetting(setting.Name, setting.Value) {
			return refuseSetting(setting.Name, setting.Value, "the connection asks for it")
		}
	}
	return nil
}

// refuseSetting refuses a login under a setting with which text cannot be read.
func refuseSetting(name, value, source string) error {
	return refuse("ZH005", fmt.Sprintf("holdfast: refused: %s = %q", name, value),
		fmt.Sprintf("With this setting the text of statements cannot be read with certainty; %s.", source),
		"Use standard_conforming_strings = on and client_encoding = UTF8, or another encoding in which every byte below 128 is ASCII.")
}

// localClient stands for the address of a client of a Unix socket.
const localClient = "local"

// clientAddress is the client's address without its port.
func clientAddress(conn net.Conn) string {
	address := conn.RemoteAddr().String()
	if conn.RemoteAddr().Network() == "unix" {
		return localClient
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}
