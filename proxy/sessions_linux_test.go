package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// TestSessionsOfParked: listing wakes nobody, and tells who is held.
func TestSessionsOfParked(t *testing.T) {
	r := newParkingRig(t, nil)
	r.desk.wait = func(ctx context.Context, q hold.Request) (hold.Hold, error) { return untilGone(ctx, q) }
	idle := r.connect()
	idle.query("select 4711") // its session has begun by the time of the answer
	waits := r.connect()
	waits.Write(queryMessage("drop table t"))
	waits.expect("N")
	r.park(4)
	goroutines := runtime.NumGoroutine()
	list := r.Sessions()
	if len(list) != 2 || list[1].State != "idle" || list[1].Statement != "" || list[1].Hold != "" {
		t.Fatalf("%+v", list)
	}
	if h := list[0]; h.State != "held" || h.Hold != heldID || h.Statement != "DROP TABLE t" || h.ID == list[1].ID ||
		h.Host != "shop-prod" || h.User != "ana" || h.Database != "ana" || h.Client != "127.0.0.1" || h.TLS || h.Kind != "program" {
		t.Errorf("%+v", h)
	}
	if n := r.lot.count(); n != 4 || runtime.NumGoroutine() > goroutines {
		t.Errorf("%d directions are parked after a list", n)
	}
	waits.Close()
	r.awaitSessions(1)
	if list := r.Sessions(); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

// TestSessionsDoNotWait for one that keeps its lock.
func TestSessionsDoNotWait(t *testing.T) {
	r := newParkingRig(t, nil)
	r.connect()
	r.awaitListed()
	n := r.sessions.all()[0]
	n.mu.Lock()
	list := r.Sessions()
	n.mu.Unlock()
	if len(list) != 1 || list[0].State != "running" || list[0].User != "ana" {
		t.Errorf("%+v", list)
	}
}

// TestSessionsState: since when a session does what it does, and by TLS.
func TestSessionsState(t *testing.T) {
	made := pgtest.NewCertificate(t)
	pair, err := tls.LoadX509KeyPair(made.Cert, made.Key)
	if err != nil {
		t.Fatal(err)
	}
	r := newParkingRig(t, &tls.Config{Certificates: []tls.Certificate{pair}})
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	conn.Write([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"))
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	c := r.login(tls.Client(conn, &tls.Config{InsecureSkipVerify: true}))
	r.awaitListed() // the client may use what the session begins with before that
	before := time.Now()
	c.query("begin")
	pgtest.Await(t, awaitLimit, func() string { return fmt.Sprintf("%+v", r.Sessions()) }, func() bool {
		list := r.Sessions()
		return len(list) == 1 && list[0].State == "idle" && list[0].TLS && list[0].StateSince.After(before) && list[0].Since.Before(before)
	})
}

// awaitListed waits until a session is listed.
func (r *parkingRig) awaitListed() {
	r.t.Helper()
	pgtest.Await(r.t, awaitLimit, func() string { return "nobody is listed" }, func() bool {
		list := r.Sessions()
		return len(list) == 1 && list[0].State != stateLoggingIn
	})
}

// BenchmarkSessions lists 5,000 sessions.
func BenchmarkSessions(b *testing.B) {
	r := newParkingRig(b, nil)
	r.connect()
	r.awaitListed()
	n := r.sessions.all()[0]
	for range 4999 {
		one := &netSession{server: n.server, host: n.host, id: "4711", started: n.started, clientConn: n.clientConn, core: n.core, origin: n.origin}
		r.sessions.add(one)
		defer r.sessions.remove(one)
	}
	for b.Loop() {
		if list := r.Sessions(); len(list) != 5000 {
			b.Fatal(len(list))
		}
	}
}
