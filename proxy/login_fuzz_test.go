package proxy

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// nowhere is a connection that takes everything and gives nothing.
type nowhere struct{ net.Conn }

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func (nowhere) LocalAddr() net.Addr { return &net.TCPAddr{} }

func (nowhere) RemoteAddr() net.Addr { return &net.TCPAddr{} }

func clientOfTests(says []byte) *client {
	h := &host{}
	h.terms.Store(&Terms{Banner: rules.Kinds()})
	return &client{conn: nowhere{}, in: bufio.NewReader(bytes.NewReader(says)), host: h, startup: &wire.Startup{}}
}

// FuzzLogin: whatever a server and a client say during a login, there is no panic,
// no end without an answer, and no session without AuthenticationOk.
func FuzzLogin(f *testing.F) {
	ok := []byte("R\x00\x00\x00\x08\x00\x00\x00\x00")
	f.Add(append(ok, "S\x00\x00\x00\x08a\x00b\x00K\x00\x00\x00\x0c\x00\x00\x00\x01secrZ\x00\x00\x00\x05I"...), []byte(nil))
	f.Add([]byte("R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00R\x00\x00\x00\x08\x00\x00\x00\x03"), []byte("p\x00\x00\x00\x06a\x00"))
	f.Add([]byte("E\x00\x00\x00\x05\x00"), []byte("y"))
	f.Fuzz(func(t *testing.T, server, client []byte) {
		l := &login{
			client: clientOfTests(client), server: nowhere{},
			serverIn: bufio.NewReader(bytes.NewReader(server)), out: bufio.NewWriter(io.Discard),
		}
		if err := l.relay(); err == nil && !bytes.Contains(server, ok) {
			t.Errorf("a session without AuthenticationOk: %q", server)
		}
		if n := len(l.key); n > maxKey {
			t.Errorf("a key of %d bytes is kept", n)
		}
	})
}

// FuzzGreeting: whatever a client begins with, there is no panic, and what is
// taken is a StartupMessage of version 3 or a CancelRequest.
func FuzzGreeting(f *testing.F) {
	f.Add([]byte(startupOfAna))
	f.Add([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f" + startupOfAna))
	f.Add([]byte("\x00\x00\x00\x10\x04\xd2\x16\x2e12345678"))
	f.Add([]byte("\x16\x03\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := clientOfTests(b)
		if err := c.negotiate(); err == nil && c.startup.Code>>16 != wire.ProtocolMajor && c.startup.Code != wire.CodeCancel {
			t.Errorf("taken: %+v", c.startup)
		}
	})
}
