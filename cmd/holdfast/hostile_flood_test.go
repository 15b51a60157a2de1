package main_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// twoHosts is a holdfast with a real server and, on another address, one that takes
// any number of sessions.
type twoHosts struct {
	scene
	crowd    string // address of the host that takes any number
	impostor *pgtest.Impostor
}

func newTwoHosts(t *testing.T, script func(*pgtest.Visitor)) twoHosts {
	t.Helper()
	srv := pgtest.Shared(t, pgtest.Newest(t))
	h := twoHosts{scene: scene{srv: srv, db: srv.Database(t, shop)}, impostor: pgtest.NewImpostor(t, script)}
	h.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Plain: true, Config: func(p pgtest.Paths) string {
		h.crowd = fmt.Sprintf("127.0.0.1:%d", pgtest.FreePort(t))
		return oneHost(p, "") + fmt.Sprintf("  - {name: crowd, listen: %q, server: %q}\n", h.crowd, h.impostor.URL())
	}})
	return h
}

// dial connects without a word, and fails the test where the machine has no room.
func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, long)
	if err != nil {
		t.Fatalf("dialling: %v (5,000 sessions need a limit of 12,000 open files)", err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(2 * long))
	return conn
}

// maxUnderWay is how many logins a test has under way at a time. With the 12,000 open files
// that 5,000 sessions need, holdfast lets more than 1,000 clients log in to a host at once,
// and refuses others: on a busy machine it gets to them more slowly than they come.
const maxUnderWay = 500

// crowdIn logs in n clients.
func (h twoHosts) crowdIn(t *testing.T, n int) []net.Conn {
	t.Helper()
	conns := make([]net.Conn, n)
	login := packet(version3, asPostgres)
	for i := range n + maxUnderWay {
		if i < n {
			conns[i] = dial(t, h.crowd)
			io.WriteString(conns[i], login)
		}
		if first := i - maxUnderWay; first >= 0 && first < n {
			if err := exchange(conns[first], ""); err != nil {
				t.Fatalf("logging in: %v", err)
			}
		}
	}
	return conns
}

// inParallel calls do for 0 to n-1 from a few goroutines, which may not fail a test.
func inParallel(n int, do func(int) error) error {
	var next atomic.Int64
	var working sync.WaitGroup
	failures := make(chan error, 16)
	for range cap(failures) {
		working.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := do(int(i)); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	working.Wait()
	close(failures)
	return <-failures
}

// exchange sends something and reads up to a ReadyForQuery.
func exchange(conn net.Conn, say string) error {
	conn.SetDeadline(time.Now().Add(2 * long))
	if _, err := io.WriteString(conn, say); err != nil {
		return err
	}
	header := make([]byte, 5)
	for {
		if _, err := io.ReadFull(conn, header); err != nil {
			return err
		}
		size := int64(header[1])<<24 | int64(header[2])<<16 | int64(header[3])<<8 | int64(header[4]) - 4
		if _, err := io.CopyN(io.Discard, conn, size); err != nil {
			return err
		}
		switch header[0] {
		case 'E':
			return fmt.Errorf("an error of the server")
		case 'Z':
			return nil
		}
	}
}

// 5,000 sessions that do nothing stay usable, and leave nothing behind.
func TestFiveThousandIdleSessions(t *testing.T) {
	const idle = 5000
	h := newTwoHosts(t, pgtest.Behave)
	b := newBystander(t, h.scene)
	before := footprintOf(t, h.hf.PID())
	conns := h.crowdIn(t, idle)
	b.wantUntouched(t)
	pgtest.Await(t, long, func() string { return "status does not say that they are there" }, func() bool { return sessions(t, h.hf) == idle+1 })
	for range 2 {
		if err := inParallel(idle, func(i int) error { return exchange(conns[i], statement("SELECT 1")) }); err != nil {
			t.Fatalf("using a session: %v", err)
		}
		b.wantUntouched(t)
	}
	full := footprintOf(t, h.hf.PID())
	t.Logf("with %d sessions %+v, %d KiB each", idle, full, (full.resident-before.resident)/idle)
	for _, conn := range conns {
		conn.Close()
	}
	pgtest.Await(t, long, func() string { return "sessions or descriptors are left" }, func() bool {
		return sessions(t, h.hf) == 1 && footprintOf(t, h.hf.PID()).descriptors <= before.descriptors
	})
	b.wantUntouched(t)
	wantNoErrors(t, h.hf)
}

// 500 connections a second that say nothing, go on after half a packet, or log in
// and leave without a word, for some seconds.
func TestFiveHundredConnectsASecond(t *testing.T) {
	const rate, seconds = 500, 5
	h := newTwoHosts(t, pgtest.Behave)
	b := newBystander(t, h.scene)
	before := footprintOf(t, h.hf.PID())
	says := []string{"", "\x00\x00", packet(sslCode, ""), packet(version3, "user\x00"), packet(version3, asPostgres)}
	var open []net.Conn
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	worst := time.Duration(0)
	for i := range rate * seconds {
		<-tick.C
		say, addr := says[i%len(says)], h.hf.Listen
		if i%2 == 0 || say == packet(version3, asPostgres) { // a real server has a hundred places
			addr = h.crowd
		}
		conn := dial(t, addr)
		io.WriteString(conn, say)
		if open = append(open, conn); i%3 == 0 {
			conn.Close()
		}
		if i%50 == 0 {
			began := time.Now()
			b.wantUntouched(t)
			worst = max(worst, time.Since(began))
		}
		if i%250 == 0 { // somebody honest comes in the middle of it
			c := h.connect(t)
			usable(t, c)
			c.Close()
		}
	}
	full := footprintOf(t, h.hf.PID())
	t.Logf("%+v; the bystander waited %v at most", full, worst)
	for _, conn := range open {
		conn.Close()
	}
	pgtest.Await(t, long, func() string { return "sessions or descriptors are left" }, func() bool {
		return sessions(t, h.hf) == 1 && footprintOf(t, h.hf.PID()).descriptors <= before.descriptors
	})
	if full.threads > before.threads+threadsAllowed {
		t.Errorf("%d threads, before %d", full.threads, before.threads)
	}
	b.wantUntouched(t)
	wantNoErrors(t, h.hf)
}

// Connections that say nothing are bounded in number, whoever else comes.
func TestSilentConnections(t *testing.T) {
	const silent, kept = 6000, 4096 // maxGreeting in proxy/places.go
	h := newTwoHosts(t, pgtest.Behave)
	b := newBystander(t, h.scene)
	before := footprintOf(t, h.hf.PID())
	var conns []net.Conn
	for range silent {
		conns = append(conns, dial(t, h.hf.Listen))
	}
	if now := footprintOf(t, h.hf.PID()); now.descriptors > before.descriptors+kept+10 {
		t.Errorf("%d descriptors, before %d", now.descriptors, before.descriptors)
	}
	c := h.connect(t)
	usable(t, c)
	c.Close()
	b.wantUntouched(t)
	for _, conn := range conns {
		conn.Close()
	}
	wantBack(t, h.hf, before, 1)
	wantNoErrors(t, h.hf)
}

// Slow clients: a login and a statement a byte at a time, beside 200 that trickle a
// statement they never finish.
func TestSlowClients(t *testing.T) {
	h := newTwoHosts(t, pgtest.Behave)
	b := newBystander(t, h.scene)
	before := footprintOf(t, h.hf.PID())
	var slow []net.Conn
	for range 200 {
		conn := dial(t, h.crowd)
		if err := exchange(conn, packet(version3, asPostgres)); err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, announced('P', 1<<30-2)+"name\x00SELECT ")
		slow = append(slow, conn)
	}
	conn := dial(t, h.hf.Listen)
	for _, c := range []byte(packet(version3, asPostgres)) {
		conn.Write([]byte{c})
		slow[int(c)%len(slow)].Write([]byte{'x'})
	}
	if err := exchange(conn, ""); err != nil {
		t.Fatalf("logging in byte by byte: %v", err)
	}
	for _, c := range []byte(statement("SELECT 1")) {
		conn.Write([]byte{c})
	}
	if err := exchange(conn, ""); err != nil {
		t.Fatalf("a statement byte by byte: %v", err)
	}
	b.wantUntouched(t)
	if now := footprintOf(t, h.hf.PID()); now.resident > before.resident+64<<10 {
		t.Errorf("%d KiB resident, before %d: what is announced is not what is there", now.resident, before.resident)
	}
	for _, c := range append(slow, conn) {
		c.Close()
	}
	wantBack(t, h.hf, before, 1)
	wantNoErrors(t, h.hf)
}

// A statement of many megabytes is held like any other, in memory of its own size and
// some times that, and people get its beginning.
func TestLongStatementIsHeld(t *testing.T) {
	const size = 64 << 20
	// While it is collected its memory is moved to twice as much now and then, and the
	// collector lets the heap double.
	const allowed = 8 * size >> 10
	h := newTwoHosts(t, pgtest.Behave)
	b := newBystander(t, h.scene)
	before := footprintOf(t, h.hf.PID())
	conn := dial(t, h.hf.Listen)
	if err := exchange(conn, packet(version3, strings.Replace(asPostgres, "database\x00postgres", "database\x00"+h.db, 1))); err != nil {
		t.Fatal(err)
	}
	go io.WriteString(conn, statement("DROP TABLE events /* "+strings.Repeat("x", size)+" */"))
	hold := h.hf.AwaitHold(t, "DROP TABLE events")
	held := footprintOf(t, h.hf.PID())
	t.Logf("%+v, before %+v", held, before)
	if grown := held.resident - before.resident; grown > allowed {
		t.Errorf("resident memory has grown by %d KiB", grown)
	}
	if len(hold.SQL) > 300<<10 {
		t.Errorf("the hold has %d bytes of text", len(hold.SQL))
	}
	b.wantUntouched(t)
	h.hf.Deny(t, hold.ID)
	if err := exchange(conn, ""); err == nil || !strings.Contains(err.Error(), "an error of the server") {
		t.Errorf("denied, and got %v", err)
	}
	h.wantRows(t, "3")
	conn.Close()
}

// A host whose server takes connections and never answers has no part in the
// others', nor in stopping.
func TestServerThatHangs(t *testing.T) {
	h := newTwoHosts(t, func(v *pgtest.Visitor) { v.Hang() })
	b := newBystander(t, h.scene)
	for range 300 {
		io.WriteString(dial(t, h.crowd), packet(version3, asPostgres))
	}
	c := h.connect(t)
	usable(t, c)
	b.wantUntouched(t)
	b.Query("COMMIT")
	began := time.Now()
	h.hf.Stop(t)
	if d := time.Since(began); d > long {
		t.Errorf("stopping took %v", d)
	}
	if log := h.hf.Log(); strings.Contains(log, `"level":"error"`) {
		t.Error("an error was logged")
	}
}
