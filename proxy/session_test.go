package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// scriptedDesk answers holds as a test says.
type scriptedDesk struct {
	wait func(ctx context.Context, r hold.Request) (hold.Hold, error)

	mu       sync.Mutex
	requests []hold.Request
	finished []hold.State
	blocked  []hold.Blocked
	broken   bool // Finish panics
}

const heldID = "h3x8m2qd"

func (d *scriptedDesk) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	d.mu.Lock()
	d.requests = append(d.requests, r)
	d.mu.Unlock()
	held(hold.Hold{ID: heldID, State: hold.Pending, Request: r, Asked: time.Now(), Expires: time.Now().Add(r.Wait)})
	return d.wait(ctx, r)
}

func (d *scriptedDesk) Finish(_ string, s hold.State, _ string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		panic("finish")
	}
	d.finished = append(d.finished, s)
}

func (d *scriptedDesk) SetBlocked(id string, b hold.Blocked) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.blocked = append(d.blocked, b)
}
func (d *scriptedDesk) EndTransaction(string) {}

// untilGone waits for the end of the context and tells the state of its cause.
func untilGone(ctx context.Context, r hold.Request) (hold.Hold, error) {
	<-ctx.Done()
	state := hold.Withdrawn
	if cause := context.Cause(ctx); errors.Is(cause, hold.ErrServerGone) || errors.Is(cause, hold.ErrStopping) {
		state = hold.Abandoned
	}
	return hold.Hold{ID: heldID, State: state, Request: r}, nil
}

func decided(state hold.State) func(context.Context, hold.Request) (hold.Hold, error) {
	return func(_ context.Context, r hold.Request) (hold.Hold, error) {
		return hold.Hold{ID: heldID, State: state, Request: r, DecidedBy: "ben", Note: "no"}, nil
	}
}

// peer is the far end of one of a session's connections: it collects what comes.
type peer struct {
	conn net.Conn
	mu   sync.Mutex
	got  bytes.Buffer
	eof  bool
}

func newPeer(conn net.Conn) *peer {
	p := &peer{conn: conn}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			p.mu.Lock()
			p.got.Write(buf[:n])
			p.eof = err != nil
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return p
}

// take returns what came since the last call, a word for each message: the type,
// and the SQLSTATE of errors and notices.
func (p *peer) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := bytes.Clone(p.got.Bytes())
	p.got.Reset()
	var words []string
	for len(b) > 0 {
		h, ok := wire.Peek(b)
		if !ok || h.Total > len(b) {
			words = append(words, "partial")
			break
		}
		word := string(h.Type)
		if code := wire.ErrorField(b[wire.HeaderLen:h.Total], 'C'); (h.Type == wire.ErrorResponse || h.Type == wire.NoticeResponse) && code != "" {
			word += ":" + code
		}
		words = append(words, word)
		b = b[h.Total:]
	}
	return strings.Join(words, " ")
}

func (p *peer) closed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.eof
}

// fixture is a session between two pipes, in a bubble of fake time.
type fixture struct {
	*netSession
	client, server *peer
	desk           *scriptedDesk
	log            *bytes.Buffer
	done           chan struct{}
}

func newFixture(t *testing.T, wait func(context.Context, hold.Request) (hold.Hold, error)) *fixture {
	t.Helper()
	f := &fixture{desk: &scriptedDesk{wait: wait}, log: &bytes.Buffer{}, done: make(chan struct{})}
	s, err := New(Options{
		Hosts:  []Host{{Name: "shop-prod", Listen: []string{"127.0.0.1:0"}, Server: &Upstream{}}},
		Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy(),
		Desk: f.desk, Log: zerolog.New(zerolog.SyncWriter(f.log)),
	})
	if err != nil {
		t.Fatal(err)
	}
	clientEnd, clientConn := net.Pipe()
	serverEnd, serverConn := net.Pipe()
	f.netSession = s.newSession(&login{
		client: &client{conn: clientConn, in: bufio.NewReader(clientConn), host: s.hosts[0], origin: rules.Origin{Host: "shop-prod", User: "ana"}, startup: &wire.Startup{}},
		server: serverConn, serverIn: bufio.NewReader(serverConn), status: 'I',
		settings: rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"},
	})
	f.client, f.server = newPeer(clientEnd), newPeer(serverEnd)
	f.start(func() { close(f.done) })
	return f
}

func (f *fixture) query(sql string) {
	f.client.conn.Write(append(append([]byte{'Q', 0, 0, 0, byte(len(sql) + 5)}, sql...), 0))
	synctest.Wait()
}

// serverReady lets the server complete a command.
func (f *fixture) serverReady(status byte) {
	f.server.conn.Write([]byte{'C', 0, 0, 0, 6, 'X', 0, 'Z', 0, 0, 0, 5, status})
	synctest.Wait()
}

// rejects lets the server reject the refusal.
func (f *fixture) rejects() {
	f.server.conn.Write(append(wire.AppendError(nil, wire.Error{Code: "42601", Message: "m"}), 'Z', 0, 0, 0, 5, 'I'))
	synctest.Wait()
}

func (f *fixture) expect(t *testing.T, toServer, toClient string) {
	t.Helper()
	if got := f.server.take(); got != toServer {
		t.Errorf("the server got %q, want %q", got, toServer)
	}
	if got := f.client.take(); got != toClient {
		t.Errorf("the client got %q, want %q", got, toClient)
	}
}

// end closes what is open and waits for the session.
func (f *fixture) end() {
	f.client.conn.Close()
	f.server.conn.Close()
	<-f.done
}

func TestNoticeAtOnceAndEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		defer f.end()
		f.query("drop table t")
		f.expect(t, "", "N:00000")
		time.Sleep(59 * time.Second)
		synctest.Wait()
		f.expect(t, "", "")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		f.expect(t, "", "N:00000")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		f.expect(t, "", "N:00000 N:00000")
	})
}

func TestWaitsOfAHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, decided(hold.Denied))
		defer f.end()
		f.query("drop table t")
		f.expect(t, "Q", "N:00000")
		f.rejects()
		f.expect(t, "", "E:ZH002 Z")
		f.query("begin")
		f.serverReady('T')
		f.query("drop table t")
		f.rejects()
		if r := f.desk.requests; len(r) != 2 || r[0].Wait != DefaultWait || r[0].InTransaction || r[1].Wait != DefaultWaitInTransaction || !r[1].InTransaction {
			t.Errorf("asked %+v", r)
		}
	})
}

func TestReleasedAndFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, decided(hold.Released))
		f.query("drop table t")
		f.expect(t, "Q", "N:00000 N:00000")
		f.serverReady('I')
		f.expect(t, "", "C Z")
		f.query("drop table u") // and the server dies
		f.end()
		if s := f.desk.finished; len(s) != 2 || s[0] != hold.Executed || s[1] != hold.Unknown {
			t.Errorf("finished as %v", s)
		}
	})
}

func TestClientLeavesWhileHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		f.query("drop table t")
		f.client.conn.Close()
		synctest.Wait()
		if !f.server.closed() {
			t.Error("the connection to the server is still open")
		}
		<-f.done
	})
}

func TestServerDiesWhileHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		f.query("drop table t")
		f.server.conn.Close()
		synctest.Wait()
		f.expect(t, "", "N:00000 E:08006")
		<-f.done
	})
}

// TestServerSaysWhyItDies: its own words are all the client gets.
func TestServerSaysWhyItDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		f.query("drop table t")
		f.server.conn.Write(wire.AppendError(nil, wire.Error{Severity: "FATAL", Code: "57P01", Message: "m"}))
		f.server.conn.Close()
		synctest.Wait()
		f.expect(t, "", "N:00000 E:57P01")
		<-f.done
	})
}

func TestStopEndsHeldAndIdleSessionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		f.query("drop table t")
		f.stop(false)
		synctest.Wait()
		f.expect(t, "", "N:00000 E:57P01")
		<-f.done
		f = newFixture(t, untilGone)
		f.stop(false)
		synctest.Wait()
		f.expect(t, "", "E:57P01")
		<-f.done
	})
}

func TestStopWaitsForATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		f.query("begin")
		f.serverReady('T')
		f.stop(false)
		synctest.Wait()
		f.expect(t, "Q", "C Z")
		f.query("commit")
		f.serverReady('I')
		f.expect(t, "Q", "C Z E:57P01")
		<-f.done
		f = newFixture(t, untilGone)
		f.query("begin")
		f.serverReady('T')
		f.stop(true)
		synctest.Wait()
		f.expect(t, "Q", "C Z E:57P01")
		<-f.done
	})
}

// TestPanicsEndOneSession: in the goroutine of a hold and in a pump, with the
// session's lock held.
func TestPanicsEndOneSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(context.Context, hold.Request) (hold.Hold, error) { panic("desk") })
		f.query("drop table t")
		f.expect(t, "", "N:00000 E:XX000")
		<-f.done
		if log := f.log.String(); !strings.Contains(log, `"panic":"desk"`) || !strings.Contains(log, "stack") {
			t.Errorf("log: %s", log)
		}
		f = newFixture(t, decided(hold.Released))
		f.desk.broken = true
		f.query("drop table t")
		f.serverReady('I')
		f.expect(t, "Q", "N:00000 N:00000 C Z E:XX000") // what was queued before goes out
		<-f.done
		f = newFixture(t, untilGone)
		f.mu.Lock()
		f.core = nil // not even the goodbye works
		f.mu.Unlock()
		f.server.conn.Write([]byte{'Z', 0, 0, 0, 5, 'I'})
		<-f.done
		synctest.Wait()
		if !f.client.closed() || !f.server.closed() {
			t.Error("a connection is still open")
		}
	})
}

func TestDeskNotAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(context.Context, hold.Request) (hold.Hold, error) { return hold.Hold{}, hold.ErrUnavailable })
		defer f.end()
		f.query("truncate t")
		f.expect(t, "Q", "N:00000")
		f.rejects()
		f.expect(t, "", "E:ZH006 Z")
		f.query("select 1")
		f.expect(t, "Q", "")
	})
}

func TestSilentClientIsDisconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, untilGone)
		f.end()
		far, near := net.Pipe()
		peer := newPeer(far)
		began := time.Now()
		f.netSession.server.connection(near, f.host)
		synctest.Wait()
		if d := time.Since(began); !peer.closed() || d < greetLimit || d > 2*greetLimit {
			t.Errorf("disconnected after %v", d)
		}
	})
}
