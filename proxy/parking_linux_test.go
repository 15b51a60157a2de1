package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// TestParkedSessionsUseNoGoroutine: a thousand of them, which answer again when
// they are asked, and leave nothing behind.
func TestParkedSessionsUseNoGoroutine(t *testing.T) {
	const sessions = 1000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < 5*sessions {
		t.Skipf("needs %d descriptors, %d are allowed (%v)", 5*sessions, limit.Cur, err)
	}
	r := newParkingRig(t, nil)
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	var clients []*simpleClient
	for range sessions {
		clients = append(clients, r.connect())
	}
	for round := range 2 {
		r.park(2 * sessions)
		pgtest.Await(t, awaitLimit,
			func() string {
				return fmt.Sprintf("%d goroutines, %d without sessions", runtime.NumGoroutine(), goroutines)
			},
			func() bool { return runtime.NumGoroutine() <= goroutines+sessions }) // those of the scripted server
		for i, c := range clients {
			c.query(fmt.Sprintf("select %d", i+round*sessions))
		}
	}
	r.park(2 * sessions)
	for _, c := range clients {
		c.Close()
	}
	r.awaitSessions(0)
	if n := r.lot.count(); n != 0 {
		t.Errorf("%d directions are still parked", n)
	}
	pgtest.Await(t, awaitLimit,
		func() string {
			return fmt.Sprintf("%d descriptors are open, before there were %d", openDescriptors(t), descriptors)
		},
		func() bool { return openDescriptors(t) <= descriptors })
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// TestParkingLosesNothing: sessions are parked and woken all the time while both
// sides send, in pieces that end anywhere; every byte arrives, in order.
func TestParkingLosesNothing(t *testing.T) {
	const sessions, queries = 8, 2000
	r := newParkingRig(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var sweeper, all sync.WaitGroup
	sweeper.Go(func() {
		for ctx.Err() == nil {
			r.sweep(nil)
			runtime.Gosched()
		}
	})
	for range sessions {
		c := r.connect()
		all.Go(func() { sendInPieces(t, c, queries) })
		all.Go(func() { readInOrder(t, c, queries) })
	}
	all.Wait()
	cancel()
	sweeper.Wait()
	r.lot.mu.Lock()
	parkings := r.lot.last
	r.lot.mu.Unlock()
	if parkings == 0 {
		t.Errorf("%d parkings: nothing was tested", parkings)
	}
}

func selectNumber(i int) string { return fmt.Sprintf("select %d", i) }

func sendInPieces(t *testing.T, c *simpleClient, queries int) {
	random := rand.New(rand.NewPCG(uint64(queries), 1))
	var waiting []byte
	for i := range queries {
		waiting = append(waiting, queryMessage(selectNumber(i))...)
		for random.IntN(3) == 0 && len(waiting) > 0 {
			n := 1 + random.IntN(len(waiting))
			if _, err := c.Write(waiting[:n]); err != nil {
				t.Error(err)
				return
			}
			waiting = waiting[n:]
			runtime.Gosched()
		}
	}
	if _, err := c.Write(waiting); err != nil {
		t.Error(err)
	}
}

func readInOrder(t *testing.T, c *simpleClient, queries int) {
	for i := range queries {
		for _, want := range "DCZ" {
			typ, body, err := c.read()
			if err != nil || typ != byte(want) || typ == wire.DataRow && string(body) != selectNumber(i) {
				t.Errorf("got %q %q, %v; want %c of query %d", typ, body, err, want, i)
				return
			}
		}
	}
}

// TestParkingOverTLS: a TLS connection that was interrupted goes on where it was,
// also in the middle of a record.
func TestParkingOverTLS(t *testing.T) {
	made := pgtest.NewCertificate(t)
	pair, err := tls.LoadX509KeyPair(made.Cert, made.Key)
	if err != nil {
		t.Fatal(err)
	}
	r := newParkingRig(t, &tls.Config{Certificates: []tls.Certificate{pair}})
	pieces := &pieceConn{}
	if pieces.Conn, err = net.Dial("tcp", r.address); err != nil {
		t.Fatal(err)
	}
	pieces.Write([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"))
	var answer [1]byte
	if _, err := io.ReadFull(pieces, answer[:]); err != nil || answer[0] != 'S' {
		t.Fatalf("got %q, %v", answer, err)
	}
	c := r.login(tls.Client(pieces, &tls.Config{InsecureSkipVerify: true}))
	for i := range 3 {
		r.park(2)
		c.query(selectNumber(i))
	}
	r.park(2)
	pieces.between = func() { r.park(2) } // it is woken by each piece and parked again
	c.query("select 4711")
	pieces.between = nil
	r.park(2)
	c.Close()
	r.awaitSessions(0)
}

// pieceConn writes in three pieces, if it has something to do between them.
type pieceConn struct {
	net.Conn
	between func()
}

func (p *pieceConn) Write(b []byte) (int, error) {
	if p.between == nil || len(b) < 9 {
		return p.Conn.Write(b)
	}
	for _, piece := range [][]byte{b[:3], b[3:8], b[8:]} {
		if _, err := p.Conn.Write(piece); err != nil {
			return 0, err
		}
		if len(piece) < 9 {
			p.between()
		}
	}
	return len(b), nil
}

func TestParkingOverAUnixSocket(t *testing.T) {
	r := newParkingRig(t, nil)
	conn, err := net.Dial("unix", r.Status().Hosts[0].Listen[1])
	if err != nil {
		t.Fatal(err)
	}
	c := r.login(conn)
	for i := range 3 {
		r.park(2)
		c.query(selectNumber(i))
	}
	r.park(2)
	c.Close()
	r.awaitSessions(0)
}

func TestClientLeavesWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	polite, abrupt := r.connect(), r.connect()
	r.park(4)
	polite.Close()
	r.awaitSessions(1)
	abrupt.Conn.(*net.TCPConn).SetLinger(0) // a reset
	abrupt.Close()
	r.awaitSessions(0)
}

func TestServerDiesWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	clients := []*simpleClient{r.connect(), r.connect()}
	r.park(4)
	r.behind.closeAll()
	for _, c := range clients {
		c.expectEOF()
	}
	r.awaitSessions(0)
}

// TestServerSpeaksWhileParked: what the server sends unasked arrives at once.
func TestServerSpeaksWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	c := r.connect()
	r.park(2)
	r.behind.each(func(conn net.Conn) { conn.Write([]byte("A\x00\x00\x00\x0b\x00\x00\x00\x01x\x00\x00")) })
	c.expect("A")
	c.query("select 1")
}

func TestStopWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	c := r.connect()
	r.park(2)
	began := time.Now()
	r.stop()
	c.expect("E")
	c.expectEOF()
	if d := time.Since(began); d >= drainGrace {
		t.Errorf("stopping took %v: the session was not ended at once", d)
	}
}

func TestCancelWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	r.connect()
	r.park(2)
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request := "\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01keys"
	conn.Write([]byte(request))
	if got := <-r.behind.cancels; string(got) != request {
		t.Errorf("the server got %q, want %q", got, request)
	}
}

// TestHeldWhileParked: a session that waits for people is as good a sleeper as any.
func TestHeldWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	answers := make(chan hold.State)
	r.desk.wait = func(ctx context.Context, q hold.Request) (hold.Hold, error) {
		select {
		case state := <-answers:
			return hold.Hold{ID: heldID, State: state, Request: q, DecidedBy: "ben"}, nil
		case <-ctx.Done():
			return untilGone(ctx, q)
		}
	}
	c := r.connect()
	c.Write(queryMessage("drop table t"))
	c.expect("N")
	r.park(2)
	answers <- hold.Released
	c.expect("N D C Z")
	c.Write(queryMessage("drop table t"))
	c.expect("N")
	r.park(2)
	c.Close()
	r.awaitSessions(0)
	if n := r.Status().Hosts[0].Held; n != 0 {
		t.Errorf("%d statements are still held", n)
	}
}

// TestPanicWhenWoken ends the session that has it and no other.
func TestPanicWhenWoken(t *testing.T) {
	r := newParkingRig(t, nil)
	broken := r.connect()
	r.awaitSessions(1)
	all := r.sessions.all()
	other := r.connect()
	r.park(4)
	all[0].mu.Lock()
	all[0].core = nil
	all[0].mu.Unlock()
	broken.Write(queryMessage("select 1"))
	broken.expectEOF()
	r.awaitSessions(1)
	other.query("select 2")
}

// TestIdleWhileParked: who is ended is told why, and being looked at wakes nobody else.
func TestIdleWhileParked(t *testing.T) {
	r := newParkingRig(t, nil)
	program, forgotten := r.connect(), r.connectAs("psql")
	r.park(4)
	r.SetTerms("shop-prod", Terms{Idle: Idle{Limit: time.Millisecond, Sessions: []rules.Kind{rules.KindInteractive}}})
	typ, body, err := forgotten.read()
	if code := wire.ErrorField(body, 'C'); err != nil || typ != wire.ErrorResponse || code != "57P05" {
		t.Errorf("got %q %s, %v; want 57P05", typ, code, err)
	}
	forgotten.expectEOF()
	r.awaitSessions(1)
	if n := r.lot.count(); n != 2 {
		t.Errorf("%d directions are parked, want the 2 of the other session", n)
	}
	program.query("select 1")
}

// TestLimitedIsNotParked: what has a deadline keeps it, and is woken to see it.
func TestLimitedIsNotParked(t *testing.T) {
	r := newParkingRig(t, nil)
	r.connect()
	r.park(2)
	n := r.sessions.all()[0]
	n.fromServer.limit(unswept)
	r.lot.wake(n.fromServer)
	n.fromServer.busy.Store(false)
	r.sweep(nil)
	if r.lot.count() != 1 || n.fromServer.interrupted {
		t.Error("a reader with a deadline was interrupted")
	}
	n.fromServer.limit(0)
	r.awaitSessions(0)
}

// TestWrappedConnectionsAreNotParked: there is no descriptor to watch.
func TestWrappedConnectionsAreNotParked(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	if parkable(client) || parkable(struct{ net.Conn }{client}) {
		t.Error("a connection without a descriptor counts as parkable")
	}
}

// BenchmarkWaking compares queries of sessions that are awake with those of sessions
// that park both directions and wake them. The share of the client and of the
// server is in both.
func BenchmarkWaking(b *testing.B) {
	const sessions = 500
	for _, parked := range []bool{false, true} {
		b.Run(fmt.Sprintf("parked=%v", parked), func(b *testing.B) {
			r := newParkingRig(b, nil)
			var clients []*simpleClient
			for range sessions {
				clients = append(clients, r.connect())
			}
			began := cpuTime(b)
			for b.Loop() {
				if parked {
					r.park(2 * sessions)
				}
				for _, c := range clients {
					c.Write(queryMessage("select 1"))
				}
				for _, c := range clients {
					c.expect("D C Z")
				}
			}
			b.ReportMetric(float64((cpuTime(b)-began).Nanoseconds())/float64(b.N*sessions), "cpu-ns/query")
		})
	}
}

// cpuTime is what this process has used.
func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
