package proxy

import (
	"encoding/binary"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
)

// Many long statements at once end the longest of them, and nobody with a shorter
// one notices.
func TestLongStatementsOfAllTogether(t *testing.T) {
	s := serve(t, pgtest.NewImpostor(t, pgtest.Behave).URL())
	s.kept.max = 8 << 20
	bystander := pgtest.Connect(t, s.addr(0), "postgres")
	var greedy []*pgtest.Client
	for range 12 { // each at most 1 MiB and what append makes of it
		c := pgtest.Connect(t, s.addr(0), "postgres")
		c.SendBytes(binary.BigEndian.AppendUint32([]byte{'Q'}, 1<<30-2))
		c.TrySendBytes([]byte(strings.Repeat("x", 1<<20)))
		greedy = append(greedy, c)
	}
	ended := make(chan string, len(greedy))
	for _, c := range greedy {
		go func() {
			m, err := c.TryRead(patience)
			if err != nil {
				ended <- err.Error()
				return
			}
			ended <- m.Fields()['C']
		}()
	}
	if got := <-ended; got != "53200" {
		t.Errorf("the first to go got %q", got)
	}
	bystander.Query("SELECT '" + strings.Repeat("x", 600<<10) + "'")
	for _, c := range greedy {
		c.Close()
	}
	for range len(greedy) - 1 {
		<-ended
	}
	s.wantNobodyBut(t, 1)
	if s.kept.total != 0 || len(s.kept.by) != 0 {
		t.Errorf("%d bytes of %d sessions are still counted", s.kept.total, len(s.kept.by))
	}
}

// flood writes until the other side takes no more, and says how much it took.
type flood struct {
	taken atomic.Int64
	over  chan struct{}
}

func pour(conn net.Conn, b []byte) *flood {
	f := &flood{over: make(chan struct{})}
	go func() {
		defer close(f.over)
		for {
			n, err := conn.Write(b)
			f.taken.Add(int64(n))
			if err != nil {
				return
			}
		}
	}()
	return f
}

// awaitFull waits until nothing more is taken of a stream.
func awaitFull(t *testing.T, taken func() int64) {
	t.Helper()
	last, since := int64(-1), 0
	pgtest.Await(t, patience, func() string { return "it is still taken" }, func() bool {
		if n := taken(); n != last {
			last, since = n, 0
		}
		since++
		return since > 50
	})
}

// awaitEnough waits until no more is taken of the session's client.
func awaitEnough(t *testing.T, n *netSession) {
	t.Helper()
	pgtest.Await(t, patience, func() string { return "more is taken" }, func() bool { return !n.wantsClient() })
}

// awaitHeldWithEnough waits until the session is held and takes no more of its client.
func awaitHeldWithEnough(t *testing.T, n *netSession) {
	t.Helper()
	pgtest.Await(t, patience, func() string { return "it is not held, or more is taken" }, func() bool {
		n.mu.Lock()
		held := n.core.Held()
		n.mu.Unlock()
		return held && !n.wantsClient()
	})
}

// only is the one session there is.
func (s *serving) only(t *testing.T) *netSession {
	t.Helper()
	var n *netSession
	pgtest.Await(t, patience, func() string { return "there is no session" }, func() bool {
		if all := s.sessions.all(); len(all) == 1 {
			n = all[0]
		}
		return n != nil
	})
	return n
}

func connectRaw(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.Write([]byte(startupOfAna))
	return conn
}

// A client that sends on while its statement is held is left in its socket.
func TestFloodBehindAHold(t *testing.T) {
	s := serve(t, pgtest.NewImpostor(t, pgtest.Behave).URL())
	conn := connectRaw(t, s.addr(0))
	conn.Write([]byte("Q\x00\x00\x00\x11drop table t\x00"))
	f := pour(conn, []byte(strings.Repeat("Q\x00\x00\x00\x0dSELECT 1\x00", 1000)))
	n := s.only(t)
	// While the login goes on the client is left in its socket, too: only what is
	// found once the statement is held counts.
	awaitHeldWithEnough(t, n)
	n.mu.Lock()
	if kept := n.core.Kept(); kept > 2*(session.MaxHeldInput+chunkSize) {
		t.Errorf("%d bytes are kept", kept)
	}
	n.mu.Unlock()
	conn.Close()
	<-f.over
	s.wantNobodyBut(t, 0)
}

// A client that sends on without an answer is left in its socket, too.
func TestFloodWithoutAnswers(t *testing.T) {
	s := serve(t, pgtest.NewImpostor(t, func(v *pgtest.Visitor) {
		v.Startup()
		v.Say(pgtest.Greeting()...)
		v.Linger()
	}).URL())
	conn := connectRaw(t, s.addr(0))
	f := pour(conn, []byte(strings.Repeat("S\x00\x00\x00\x04", 10000)))
	awaitEnough(t, s.only(t))
	awaitFull(t, f.taken.Load)
	conn.Close()
	<-f.over
	s.wantNobodyBut(t, 0)
}

// A client that does not read while results flow costs a chunk, not the result.
func TestClientsThatDoNotRead(t *testing.T) {
	const clients, perClient = 20, 1 << 20
	var sent atomic.Int64
	row := []byte("D\x00\x00\xff\xff" + strings.Repeat("x", 0xffff-4))
	s := serve(t, pgtest.NewImpostor(t, func(v *pgtest.Visitor) {
		v.Startup()
		v.Say(pgtest.Greeting()...)
		for v.SayBytes(row) {
			sent.Add(int64(len(row)))
		}
	}).URL())
	before := heap()
	var conns []net.Conn
	for range clients {
		conns = append(conns, connectRaw(t, s.addr(0)))
	}
	pgtest.Await(t, patience, func() string { return "nothing flows" }, func() bool { return sent.Load() > clients*int64(len(row)) })
	awaitFull(t, sent.Load)
	if grown := heap() - before; grown > clients*perClient {
		t.Errorf("the heap has grown by %d KiB for %d clients; %d KiB were sent", grown>>10, clients, sent.Load()>>10)
	}
	for _, conn := range conns {
		conn.Close()
	}
	s.wantNobodyBut(t, 0)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Resets at any moment of a login and a session leave nothing behind.
func TestResetsAtEachPoint(t *testing.T) {
	i := pgtest.NewImpostor(t, pgtest.Behave)
	s := serve(t, i.URL())
	said := startupOfAna + "Q\x00\x00\x00\x0dSELECT 1\x00" + "Q\x00\x00\x00\x11drop table t\x00" + "X\x00\x00\x00\x04"
	for cut := range len(said) + 1 {
		conn, err := net.Dial("tcp", s.addr(0))
		if err != nil {
			t.Fatal(err)
		}
		conn.Write([]byte(said[:cut]))
		if cut%2 == 0 {
			conn.(*net.TCPConn).SetLinger(0)
		}
		conn.Close()
	}
	s.wantNobodyBut(t, 0)
	pgtest.Await(t, patience, func() string { return "the server has connections left" }, func() bool { return i.Open() == 0 })
}

// A flood of CancelRequests with made-up keys waits for its turn, and does not
// delay those who know a key.
func TestFloodOfCancels(t *testing.T) {
	got := make(chan string, 10)
	i := pgtest.NewImpostor(t, func(v *pgtest.Visitor) {
		first := make([]byte, 16)
		if n, _ := v.Conn.Read(first); n == 16 && string(first[12:]) == "wron" {
			v.Hang() // a server that takes its time
		} else if n == 16 {
			got <- string(first[8:])
		}
	})
	s := serve(t, i.URL())
	s.sessions.add(&netSession{core: session.New(session.Config{}), key: cancelKey(s.hosts[0], []byte("\x00\x00\x12\x67secr"))})
	const flood = 3 * maxCancelsWaiting
	for range flood {
		conn, err := net.Dial("tcp", s.addr(0))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.Write([]byte("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01wron"))
	}
	pgtest.Await(t, patience, func() string { return "the flood is not under way" }, func() bool { return i.Open() == maxCancels })
	conn, err := net.Dial("tcp", s.addr(0))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x12\x67secr"))
	select {
	case key := <-got:
		if key != "\x00\x00\x12\x67secr" {
			t.Errorf("got key %q", key)
		}
	case <-time.After(patience):
		t.Error("the true request waits behind the flood")
	}
	if n := i.Open(); n > maxCancels+1 {
		t.Errorf("%d requests at the server", n)
	}
	s.sessions.remove(s.only(t))
}
