package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// greetLimit bounds the time up to the StartupMessage, TLS included: no person
	// is asked for anything meanwhile.
	greetLimit = 15 * time.Second

	// greetBuffer is what is read at once of a client that says who it is: more than
	// drivers send, and little enough to be had by maxGreeting strangers.
	greetBuffer = 4 << 10

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
	returns bool // it has chosen return mode
	trace   *recording
}

// refusal is an error that the client is told before it is disconnected.
type refusal struct {
	e   wire.Error
	old bool // in the words of protocols 1 and 2
}

func (r *refusal) Error() string { return r.e.Message }

func refuse(code, message, detail, hint string) error {
	return &refusal{e: wire.Error{Severity: "FATAL", Code: code, Message: message, Detail: detail, Hint: hint}}
}

// greet reads what a connection wants, and turns it to TLS when it asks for that.
// A client that must not go on is told so, where the server has words for it.
func (s *Server) greet(conn net.Conn, h *host) (*client, error) {
	conn.SetDeadline(time.Now().Add(greetLimit))
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, greetBuffer), host: h, trace: recordingOf(conn)}
	err := c.negotiate()
	if err == nil && c.startup.Code != wire.CodeCancel {
		err = s.admit(c)
	}
	if err != nil {
		c.tell(err)
		return nil, err
	}
	c.conn.SetDeadline(time.Time{})
	return c, nil
}

// tell sends a refusal to a client that is not logged in. Of everything else the
// server, too, says nothing but to its log.
func (c *client) tell(err error) {
	var r *refusal
	if !errors.As(err, &r) {
		return
	}
	said := wire.AppendError(nil, r.e)
	if r.old {
		said = wire.AppendOldError(nil, r.e)
	}
	c.conn.SetWriteDeadline(time.Now().Add(time.Second))
	c.conn.Write(said)
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
	askedTLS, askedGSS := c.tls, c.tls
	for {
		raw, err := wire.ReadPacket(c.in)
		if err != nil {
			return err
		}
		c.startup, err = wire.ReadStartup(raw)
		switch {
		case err != nil:
			return c.badStartup(err)
		case c.startup.Code == wire.CodeSSL && !askedTLS:
			err = c.answerSSL()
			askedTLS, askedGSS = true, askedGSS || c.tls
		case c.startup.Code == wire.CodeGSSENC && !askedGSS:
			// A server with Kerberos would say yes, and holdfast could then not
			// read what follows.
			err = c.answer('N', "GSSAPI encryption request")
			askedGSS = true
		case c.startup.Code == wire.CodeSSL || c.startup.Code == wire.CodeGSSENC:
			// Asked for twice it is no request but a version, as for the server.
			return c.badStartup(&wire.VersionError{Code: c.startup.Code})
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// badStartup words a first packet that cannot be taken as the server words it.
func (c *client) badStartup(err error) error {
	var version *wire.VersionError
	switch {
	case errors.As(err, &version):
		r := refusal{old: version.Old()}
		r.e = wire.Error{Severity: "FATAL", Code: "0A000", Message: fmt.Sprintf("%s: server supports 3.0 to 3.%d", version, c.host.minor())}
		return &r
	case errors.Is(err, wire.ErrStartupLayout):
		return refuse("08P01", err.Error(), "", "")
	}
	return err
}

// unencrypted refuses bytes that came in the clear behind a request for
// encryption: they could be an attacker's (CVE-2021-23214).
func unencrypted(request string) error {
	return refuse("08P01", "received unencrypted data after "+request,
		"This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.", "")
}

// answer sends the one byte that answers a request for encryption.
func (c *client) answer(b byte, request string) error {
	if _, err := c.conn.Write([]byte{b}); err != nil {
		return fmt.Errorf("answering %s: %w", request, err)
	}
	if c.in.Buffered() > 0 {
		return unencrypted(request)
	}
	return nil
}

func (c *client) answerSSL() error {
	const request = "SSL request"
	if c.host.TLS == nil || c.conn.LocalAddr().Network() == "unix" {
		return c.answer('N', request)
	}
	if c.in.Buffered() > 0 { // said before TLS begins, where the client can still read it
		return unencrypted(request)
	}
	if err := c.answer('S', request); err != nil {
		return err
	}
	return c.handshake(unrecorded(c.conn))
}

// directTLS takes a client that begins with TLS (sslnegotiation=direct). It must
// name the protocol, so that no other one can be smuggled in.
func (c *client) directTLS() error {
	if c.host.TLS == nil {
		return errors.New("the client began with TLS, which is not offered here")
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
	c.in = bufio.NewReaderSize(c.conn, greetBuffer)
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
func (s *Server) admit(c *client) error {
	p := c.startup
	c.origin = rules.Origin{
		Host: c.host.Name, Environment: c.host.Environment,
		Database: p.Database(), User: p.User(), Application: p.Params["application_name"],
		Client: clientAddress(c.conn),
	}
	switch {
	case s.closing.Load():
		return refuse("57P03", "the database system is shutting down", "holdfast is stopping.", "")
	case c.host.RequireTLS && !c.tls && c.conn.LocalAddr().Network() != "unix":
		return refuse("28000", "holdfast: this host takes only connections with TLS", "", "Connect with sslmode=require or above.")
	case c.host.RequireCertificate && c.conn.LocalAddr().Network() != "unix" && len(certificateOf(c.conn)) == 0:
		return refuse("28000", "holdfast: this host takes only connections with a client certificate", "",
			"Connect with TLS and a certificate of your own: sslcert and sslkey.")
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
	return c.chooseMode()
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
