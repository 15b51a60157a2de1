package pgtest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/trace"
)

// answerLimit is how long the client waits for a message before it fails the
// test. Long enough for a machine that is busy compiling.
const answerLimit = 30 * time.Second

// Client speaks the protocol message by message and keeps a trace of the
// exchange. It is for one goroutine; every method fails its test on an error of
// the connection. It reads on only where a method says so, so that what it sends
// and reads, and in which order, is up to the test.
type Client struct {
	// Key is the body of the BackendKeyData that Startup read.
	Key []byte

	t     testing.TB
	conn  net.Conn
	in    *bufio.Reader
	trace []string
}

// Dial connects to a server or proxy without sending anything: addr is host and
// port, or the path of a Unix socket. The connection is closed at the test's end.
func Dial(t testing.TB, addr string) *Client {
	t.Helper()
	network := "tcp"
	if strings.HasPrefix(addr, "/") {
		network = "unix"
	}
	conn, err := net.DialTimeout(network, addr, answerLimit)
	if err != nil {
		t.Fatalf("pgtest: dialling: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return &Client{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// Connect dials and starts a session as the user postgres, up to ReadyForQuery.
func Connect(t testing.TB, addr, database string) *Client {
	t.Helper()
	c := Dial(t, addr)
	c.Startup("user", "postgres", "database", database)
	return c
}

// StartTLS asks for TLS and fails the test when it is refused.
func (c *Client) StartTLS(config *tls.Config) {
	c.t.Helper()
	c.Send(SSLRequest())
	if answer := c.ReadAnswer(); answer != 'S' {
		c.t.Fatalf("pgtest: SSLRequest was answered %q", answer)
	}
	c.DirectTLS(config)
}

// DirectTLS begins TLS without asking, as libpq does with sslnegotiation=direct.
func (c *Client) DirectTLS(config *tls.Config) {
	c.t.Helper()
	conn := tls.Client(c.conn, config)
	conn.SetDeadline(time.Now().Add(answerLimit))
	if err := conn.Handshake(); err != nil {
		c.t.Fatalf("pgtest: TLS: %v", err)
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
}

// Startup sends a StartupMessage of names and values and reads up to the first
// ReadyForQuery. A server that asks for a password fails the test.
func (c *Client) Startup(pairs ...string) []Message {
	c.t.Helper()
	return c.Start(Startup(pairs...))
}

// Start is Startup with a message of one's own.
func (c *Client) Start(startup Message) []Message {
	c.t.Helper()
	c.Send(startup)
	answers := c.ReadUntil('Z')
	for _, m := range answers {
		if m.Type == 'K' {
			c.Key = m.Body
		}
	}
	return answers
}

// Send writes the messages in one write.
func (c *Client) Send(messages ...Message) {
	c.t.Helper()
	var b []byte
	for _, m := range messages {
		c.trace = append(c.trace, line(trace.Client, m))
		b = m.append(b)
	}
	c.SendBytes(b)
}

// SendBytes writes bytes as they are; the trace does not show them.
func (c *Client) SendBytes(b []byte) {
	c.t.Helper()
	c.conn.SetWriteDeadline(time.Now().Add(answerLimit))
	if _, err := c.conn.Write(b); err != nil {
		c.fatal("sending: %v", err)
	}
}

// TrySendBytes is SendBytes for a session that may end meanwhile, and for another
// goroutine than the one that reads.
func (c *Client) TrySendBytes(b []byte) error {
	c.conn.SetWriteDeadline(time.Now().Add(answerLimit))
	_, err := c.conn.Write(b)
	return err
}

// TryCloseWrite is CloseWrite for a session that may have ended, and for another
// goroutine than the one that reads.
func (c *Client) TryCloseWrite() error {
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("%T has no half to close", c.conn)
	}
	return half.CloseWrite()
}

// Read reads one message.
func (c *Client) Read() Message {
	c.t.Helper()
	m, err := c.TryRead(answerLimit)
	if err != nil {
		c.fatal("reading: %v", err)
	}
	return m
}

// TryRead reads one message, or returns the error of the connection: io.EOF when
// the other side closed it, os.ErrDeadlineExceeded when nothing came for limit.
func (c *Client) TryRead(limit time.Duration) (Message, error) {
	c.conn.SetReadDeadline(time.Now().Add(limit))
	m, err := readMessage(c.in, true)
	if err == nil {
		c.trace = append(c.trace, line(trace.Server, m))
	}
	return m, err
}

// ReadAnswer reads the one byte that answers an SSLRequest or a GSSENCRequest.
func (c *Client) ReadAnswer() byte {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(answerLimit))
	answer, err := c.in.ReadByte()
	if err != nil {
		c.fatal("reading: %v", err)
	}
	c.trace = append(c.trace, line(trace.Server, Message{Body: []byte{answer}}))
	return answer
}

// ReadUntil reads up to and with the first message of the given type.
func (c *Client) ReadUntil(kind byte) []Message {
	c.t.Helper()
	for read := []Message{}; ; {
		m := c.Read()
		read = append(read, m)
		if m.Type == kind {
			return read
		}
		if m.Type == 'E' && m.Fields()['S'] == "FATAL" {
			c.fatal("the session ended: %s", line(trace.Server, m))
		}
	}
}

// Query sends a simple query and reads up to ReadyForQuery.
func (c *Client) Query(sql string) []Message {
	c.t.Helper()
	c.Send(Query(sql))
	return c.ReadUntil('Z')
}

// Expect reads as many messages as types has letters and fails the test when
// their types differ; blanks are ignored: Expect("1 2 n C Z").
func (c *Client) Expect(types string) []Message {
	c.t.Helper()
	var read []Message
	for _, kind := range []byte(strings.ReplaceAll(types, " ", "")) {
		m := c.Read()
		if m.Type != kind {
			c.fatal("got %s, want a message of type %q", line(trace.Server, m), kind)
		}
		read = append(read, m)
	}
	return read
}

// ExpectEOF fails the test unless the other side closes the connection next;
// messages before that are read and returned.
func (c *Client) ExpectEOF() []Message {
	c.t.Helper()
	return c.readToEnd(func(err error) bool { return err == io.EOF })
}

// ExpectEOFOrReset is ExpectEOF for a peer that was killed: what it had not read
// makes the system reset the connection instead of closing it.
func (c *Client) ExpectEOFOrReset() []Message {
	c.t.Helper()
	return c.readToEnd(func(err error) bool { return err == io.EOF || errors.Is(err, syscall.ECONNRESET) })
}

func (c *Client) readToEnd(isEnd func(error) bool) []Message {
	c.t.Helper()
	for read := []Message{}; ; {
		m, err := c.TryRead(answerLimit)
		if err != nil && isEnd(err) {
			return read
		}
		if err != nil {
			c.fatal("waiting for the end of the connection: %v", err)
		}
		read = append(read, m)
	}
}

// Close closes the socket without a word.
func (c *Client) Close() { c.conn.Close() }

// CloseWrite ends what the client sends and leaves its other half open.
func (c *Client) CloseWrite() {
	c.t.Helper()
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok {
		c.t.Fatalf("pgtest: %T has no half to close", c.conn)
	}
	if err := half.CloseWrite(); err != nil {
		c.fatal("closing one half: %v", err)
	}
}

// fatal fails the test and shows the exchange so far.
func (c *Client) fatal(format string, args ...any) {
	c.t.Helper()
	c.t.Fatalf("pgtest: "+format+"\nso far:\n%s", append(args, c.Trace())...)
}
