package pgtest

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Impostor is a server of a test's own that does what a script says, on one
// connection after the other and on many at once: what no PostgreSQL would do, or
// more sessions than one would take.
type Impostor struct {
	// Addr is its address, host and port.
	Addr string

	listener net.Listener
	running  sync.WaitGroup
	mu       sync.Mutex
	open     map[net.Conn]struct{}
	closed   bool
	over     chan struct{} // closed by Close
}

// NewImpostor runs script for each connection, which is closed when the script
// ends. At the test's end everything is closed and the scripts are waited for.
func NewImpostor(t testing.TB, script func(*Visitor)) *Impostor {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", "0"))
	if err != nil {
		t.Fatalf("pgtest: listening: %v", err)
	}
	i := &Impostor{Addr: l.Addr().String(), listener: l, open: make(map[net.Conn]struct{}), over: make(chan struct{})}
	i.running.Go(func() { i.accept(script) })
	t.Cleanup(i.Close)
	return i
}

// URL is its libpq URL, without TLS.
func (i *Impostor) URL() string { return databaseURL(i.Addr, "postgres", nil) + "?sslmode=disable" }

// Open is how many connections it has.
func (i *Impostor) Open() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.open)
}

// Close closes its connections and waits for the scripts.
func (i *Impostor) Close() {
	i.listener.Close()
	i.mu.Lock()
	if !i.closed {
		i.closed = true
		close(i.over)
	}
	for conn := range i.open {
		conn.Close()
	}
	i.mu.Unlock()
	i.running.Wait()
}

func (i *Impostor) accept(script func(*Visitor)) {
	for {
		conn, err := i.listener.Accept()
		if err != nil {
			return
		}
		i.mu.Lock()
		if i.open[conn] = struct{}{}; i.closed {
			conn.Close()
		}
		i.mu.Unlock()
		i.running.Go(func() {
			script(&Visitor{Conn: conn, in: bufio.NewReaderSize(conn, 512), over: i.over})
			conn.Close()
			i.mu.Lock()
			delete(i.open, conn)
			i.mu.Unlock()
		})
	}
}

// Visitor is a client of an Impostor. Its methods return false, and zero values,
// once the client is gone.
type Visitor struct {
	Conn net.Conn
	in   *bufio.Reader
	over chan struct{}
}

// Say sends messages.
func (v *Visitor) Say(messages ...Message) bool {
	var b []byte
	for _, m := range messages {
		b = m.append(b)
	}
	return v.SayBytes(b)
}

// SayBytes sends bytes as they are.
func (v *Visitor) SayBytes(b []byte) bool {
	_, err := v.Conn.Write(b)
	return err == nil
}

// Startup reads up to the StartupMessage, and answers requests for encryption
// with N. It is false for a CancelRequest.
func (v *Visitor) Startup() bool {
	for {
		m, err := readMessage(v.in, false)
		if err != nil || len(m.Body) < 4 {
			return false
		}
		switch binary.BigEndian.Uint32(m.Body) {
		case codeTLS, codeGSS:
			v.SayBytes([]byte{'N'})
		case codeCancel:
			return false
		default:
			return true
		}
	}
}

// Read reads one message.
func (v *Visitor) Read() (Message, bool) {
	m, err := readMessage(v.in, true)
	return m, err == nil
}

// Linger reads and forgets until the client leaves.
func (v *Visitor) Linger() { io.Copy(io.Discard, v.in) }

// Hang does nothing until the Impostor is closed.
func (v *Visitor) Hang() { <-v.over }

// Reset closes the connection so that the client gets a reset.
func (v *Visitor) Reset() {
	if tcp, ok := v.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	v.Conn.Close()
}

// Greeting is what PostgreSQL says after a login by trust, up to ReadyForQuery.
func Greeting() []Message {
	return []Message{
		{'R', builder{}.int32(0)}, ParameterStatus("client_encoding", "UTF8"), ParameterStatus("server_version", "18.0"),
		ParameterStatus("standard_conforming_strings", "on"),
		{'K', builder{}.int32(4711).bytes([]byte("secr"))}, Ready('I'),
	}
}

// ParameterStatus is a ParameterStatus.
func ParameterStatus(name, value string) Message {
	return Message{'S', builder{}.text(name).text(value)}
}

// Ready is a ReadyForQuery.
func Ready(status byte) Message { return Message{'Z', []byte{status}} }

// Complete is a CommandComplete.
func Complete(tag string) Message { return Message{'C', builder{}.text(tag)} }

// Behave is a server that greets and answers each Query with an empty result, and
// each Sync with nothing more than that it is ready.
func Behave(v *Visitor) {
	if !v.Startup() || !v.Say(Greeting()...) {
		return
	}
	for {
		m, ok := v.Read()
		if !ok || m.Type == 'X' {
			return
		}
		if m.Type == 'S' && !v.Say(Ready('I')) {
			return
		}
		if m.Type == 'Q' && !v.Say(Complete("SELECT 0"), Ready('I')) {
			return
		}
	}
}

// Drip sends bytes one by one, with a pause in front of each.
func (v *Visitor) Drip(b []byte, pause time.Duration) bool {
	for _, c := range b {
		time.Sleep(pause)
		if !v.SayBytes([]byte{c}) {
			return false
		}
	}
	return true
}
