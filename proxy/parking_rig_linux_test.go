package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// parkingRig is a Server between clients and a scripted server, all over TCP, whose
// sessions are swept by the test alone.
type parkingRig struct {
	*Server
	t       testing.TB
	address string
	desk    *scriptedDesk
	behind  *echoServer
	stop    func() // ends Serve and waits for it
}

// unswept is longer than any test.
const unswept = time.Hour

// awaitLimit is for what takes milliseconds on a machine with nothing else to do.
const awaitLimit = time.Minute

// newParkingRig starts everything; with a certificate both legs speak TLS.
func newParkingRig(t testing.TB, secured *tls.Config) *parkingRig {
	t.Helper()
	r := &parkingRig{t: t, desk: &scriptedDesk{wait: untilGone}, behind: newEchoServer(t, secured)}
	sslmode := "disable"
	if secured != nil {
		sslmode = "require"
	}
	upstream, err := ParseUpstream("postgres://" + r.behind.Addr().String() + "?sslmode=" + sslmode)
	if err != nil {
		t.Fatal(err)
	}
	r.Server, err = New(Options{
		Hosts:  []Host{{Name: "shop-prod", Listen: []string{"127.0.0.1:0", "unix:" + t.TempDir() + "/s"}, Server: upstream, TLS: secured}},
		Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy(),
		Desk: r.desk, Log: zerolog.New(io.Discard), ParkAfter: unswept,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, served := make(chan struct{}), make(chan error, 1)
	go func() { served <- r.Serve(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-served:
		t.Fatal(err)
	}
	r.address = r.Status().Hosts[0].Listen[0]
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

// park sweeps until this many directions are parked.
func (r *parkingRig) park(directions int) {
	r.t.Helper()
	pgtest.Await(r.t, awaitLimit,
		func() string { return fmt.Sprintf("%d of %d directions are parked", r.lot.count(), directions) },
		func() bool {
			r.sweep(nil)
			return r.lot.count() == directions
		})
}

// awaitSessions waits until this many sessions are left.
func (r *parkingRig) awaitSessions(n int) {
	r.t.Helper()
	pgtest.Await(r.t, awaitLimit,
		func() string {
			return fmt.Sprintf("%d sessions are left, %d connections", len(r.sessions.all()), r.count.Load())
		},
		func() bool { return len(r.sessions.all()) == n && int(r.count.Load()) == n })
}

// simpleClient speaks the simple protocol.
type simpleClient struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
}

// connect logs in.
func (r *parkingRig) connect() *simpleClient {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.login(conn)
}

// connectAs logs in under an application_name.
func (r *parkingRig) connectAs(application string) *simpleClient {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.loginWith(conn, "user\x00ana\x00application_name\x00"+application+"\x00\x00")
}

func (r *parkingRig) login(conn net.Conn) *simpleClient {
	r.t.Helper()
	return r.loginWith(conn, "user\x00ana\x00\x00")
}

func (r *parkingRig) loginWith(conn net.Conn, params string) *simpleClient {
	r.t.Helper()
	r.t.Cleanup(func() { conn.Close() })
	c := &simpleClient{Conn: conn, t: r.t, in: bufio.NewReaderSize(conn, 256)}
	packet := binary.BigEndian.AppendUint32(nil, uint32(8+len(params)))
	c.Write(append(append(packet, 0, 3, 0, 0), params...))
	c.expect("R K Z")
	return c
}

// read returns the next message.
func (c *simpleClient) read() (typ byte, body []byte, err error) {
	c.SetReadDeadline(time.Now().Add(awaitLimit))
	raw, err := wire.ReadMessage(c.in, wire.MaxMessage)
	if err != nil {
		return 0, nil, err
	}
	return raw[0], raw[wire.HeaderLen:], nil
}

// expect reads messages of these types.
func (c *simpleClient) expect(types string) {
	c.t.Helper()
	for _, want := range strings.Fields(types) {
		typ, body, err := c.read()
		if err != nil || string(typ) != want {
			c.t.Fatalf("got %q %q, %v; want %s of %s", typ, body, err, want, types)
		}
	}
}

// expectEOF reads up to the end of the connection.
func (c *simpleClient) expectEOF() {
	c.t.Helper()
	if typ, body, err := c.read(); err == nil || os.IsTimeout(err) {
		c.t.Errorf("got %q %q, %v; want the end", typ, body, err)
	}
}

func queryMessage(sql string) []byte {
	m := binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(5+len(sql)))
	return append(append(m, sql...), 0)
}

// query runs one query that the server echoes.
func (c *simpleClient) query(sql string) {
	c.t.Helper()
	if _, err := c.Write(queryMessage(sql)); err != nil {
		c.t.Fatal(err)
	}
	if typ, body, err := c.read(); err != nil || typ != wire.DataRow || string(body) != sql {
		c.t.Fatalf("got %q %q, %v; want %q", typ, body, err, sql)
	}
	c.expect("C Z")
}

// echoServer answers each Query with its text.
type echoServer struct {
	net.Listener
	tls     *tls.Config // nil: the server does not speak it
	cancels chan []byte // packets that were CancelRequests

	mu    sync.Mutex
	conns []net.Conn
	every sync.WaitGroup
}

func newEchoServer(t testing.TB, secured *tls.Config) *echoServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &echoServer{Listener: l, tls: secured, cancels: make(chan []byte, 1)}
	s.every.Go(s.accept)
	t.Cleanup(func() {
		l.Close()
		s.closeAll()
		s.every.Wait()
	})
	return s
}

// accept serves until the listener closes.
func (s *echoServer) accept() {
	for {
		conn, err := s.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, conn)
		s.mu.Unlock()
		s.every.Go(func() {
			defer conn.Close()
			s.serve(conn)
		})
	}
}

// each calls f with every connection so far.
func (s *echoServer) each(f func(net.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		f(c)
	}
}

func (s *echoServer) closeAll() { s.each(func(c net.Conn) { c.Close() }) }

// serve is one session.
func (s *echoServer) serve(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 256)
	packet, err := wire.ReadPacket(in)
	if err == nil && s.tls != nil {
		conn.Write([]byte("S"))
		conn = tls.Server(conn, s.tls)
		in = bufio.NewReaderSize(conn, 256)
		packet, err = wire.ReadPacket(in)
	}
	if err != nil {
		return
	}
	if startup, err := wire.ReadStartup(packet); err != nil || startup.Code == wire.CodeCancel {
		s.cancels <- packet
		return
	}
	conn.Write([]byte("R\x00\x00\x00\x08\x00\x00\x00\x00K\x00\x00\x00\x0c\x00\x00\x00\x01keysZ\x00\x00\x00\x05I"))
	for {
		raw, err := wire.ReadMessage(in, wire.MaxMessage)
		if err != nil || raw[0] != wire.Query {
			return
		}
		conn.Write(echo(raw[wire.HeaderLen : len(raw)-1]))
	}
}

// echo is the answer to a query of that text.
func echo(text []byte) []byte {
	m := binary.BigEndian.AppendUint32([]byte{wire.DataRow}, uint32(4+len(text)))
	m = append(m, text...)
	return append(m, "C\x00\x00\x00\x0dSELECT 1\x00Z\x00\x00\x00\x05I"...)
}
