package proxy

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/holdfast-db/holdfast/internal/trace"
)

// Trace says whose connections are recorded.
type Trace struct {
	// Client is the address whose connections are; the zero value is clients of
	// Unix sockets.
	Client netip.Addr

	Recorder *trace.Recorder // required
}

// recording is what is recorded of one connection of a client. Nil records
// nothing, and every connection passes through it as it is.
type recording struct{ *trace.Connection }

// record begins to record a connection if it is one of the client asked for. end is
// to be called when it is over.
func (s *Server) record(conn net.Conn, h *host) (recorded net.Conn, end func()) {
	if s.o.Trace == nil || !s.o.Trace.wants(conn) {
		return conn, func() {}
	}
	from := conn.RemoteAddr().String()
	if conn.RemoteAddr().Network() == "unix" {
		from = localClient
	}
	c := s.o.Trace.Recorder.Connection(fmt.Sprintf("client %s, host %q", from, h.Name))
	if c == nil {
		return conn, func() {}
	}
	r := &recording{c}
	return r.client(conn), r.Close
}

// recordingOf is what is recorded of a connection, nil for nothing.
func recordingOf(conn net.Conn) *recording {
	if c, ok := conn.(*recordedConn); ok {
		return c.of
	}
	return nil
}

func (t *Trace) wants(conn net.Conn) bool {
	address := clientAddress(conn)
	if address == localClient {
		return !t.Client.IsValid()
	}
	from, err := netip.ParseAddr(address)
	return err == nil && from.Unmap() == t.Client
}

// client is the connection of the client: as it came, and again once it is
// decrypted.
func (r *recording) client(conn net.Conn) net.Conn {
	if r == nil {
		return conn
	}
	r.remark(conn, "the client")
	leg := r.Leg(trace.ClientToHoldfast, trace.HoldfastToClient)
	return &recordedConn{Conn: conn, of: r, leg: leg, reads: trace.Client, writes: trace.Server}
}

// server is a connection to the server.
func (r *recording) server(conn net.Conn) net.Conn {
	if r == nil {
		return conn
	}
	r.Remark("connects to the server at %s", conn.RemoteAddr())
	r.remark(conn, "the server")
	leg := r.Leg(trace.HoldfastToServer, trace.ServerToHoldfast)
	return &recordedConn{Conn: conn, of: r, leg: leg, reads: trace.Server, writes: trace.Client}
}

// remark says that what follows with one side came encrypted.
func (r *recording) remark(conn net.Conn, side string) {
	if secured, ok := conn.(*tls.Conn); ok {
		r.Remark("speaks %s with %s; what follows is decrypted", tls.VersionName(secured.ConnectionState().Version), side)
	}
}

// session says which session of the audit this is.
func (r *recording) session(n *netSession) {
	if r != nil {
		r.Remark("begins session %s of user %q in database %q", n.id, n.origin.User, n.origin.Database)
	}
}

// recordedConn records what is read from a connection and written to it. It has no
// descriptor to show, so it is read with a buffer of its own and written without
// writev: only connections that are recorded pay for that.
type recordedConn struct {
	net.Conn
	of            *recording
	leg           *trace.Leg
	reads, writes trace.Side // who sent what is read, and for whom is written
}

func (c *recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.leg.Bytes(c.reads, p[:n])
	return n, err
}

// Write records before it writes, so that no answer can stand before its question.
func (c *recordedConn) Write(p []byte) (int, error) {
	c.leg.Bytes(c.writes, p)
	return c.Conn.Write(p)
}

// NetConn is the connection below, as of a tls.Conn.
func (c *recordedConn) NetConn() net.Conn { return c.Conn }

// CloseWrite ends one half of the connection, where it has halves.
func (c *recordedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// unrecorded is the connection that a recorded one records.
func unrecorded(conn net.Conn) net.Conn {
	if r, ok := conn.(*recordedConn); ok {
		return r.Conn
	}
	return conn
}

// securedBy is the TLS of a connection, recorded or not.
func securedBy(conn net.Conn) (*tls.Conn, bool) {
	secured, ok := unrecorded(conn).(*tls.Conn)
	return secured, ok
}
