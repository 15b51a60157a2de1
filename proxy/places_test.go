package proxy

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/rules"
)

// startupOfAna is a StartupMessage.
const startupOfAna = "\x00\x00\x00\x12\x00\x03\x00\x00user\x00ana\x00\x00"

// doorstep is a server whose clients come through pipes, in a bubble of fake time.
// Its host's server takes connections and says nothing.
type doorstep struct {
	*Server
	servers []*peer
}

func newDoorstep(t *testing.T, sessions, hosts int) *doorstep {
	t.Helper()
	d := &doorstep{}
	silent := &Upstream{sslmode: "disable", connect: func(context.Context, string, string) (net.Conn, error) {
		far, near := net.Pipe()
		d.servers = append(d.servers, newPeer(far))
		return near, nil
	}}
	o := Options{
		Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy(),
		Desk: &scriptedDesk{wait: untilGone}, Log: zerolog.Nop(), MaxSessions: sessions,
	}
	for i := range hosts {
		o.Hosts = append(o.Hosts, Host{Name: string(rune('a' + i)), Listen: []string{"127.0.0.1:0"}, Server: silent})
	}
	var err error
	if d.Server, err = New(o); err != nil {
		t.Fatal(err)
	}
	return d
}

// knock connects to a host and says something.
func (d *doorstep) knock(host int, says string) *peer {
	far, near := net.Pipe()
	p := newPeer(far)
	go d.connection(near, d.hosts[host])
	far.Write([]byte(says))
	synctest.Wait()
	return p
}

func (d *doorstep) wantNobody(t *testing.T) {
	t.Helper()
	synctest.Wait()
	if n := d.count.Load(); n != 0 || d.greeting.order.Len() != 0 {
		t.Errorf("%d clients and %d strangers are still counted", n, d.greeting.order.Len())
	}
	for _, h := range d.hosts {
		if n := h.logins.Load(); n != 0 {
			t.Errorf("%d logins of host %s are still counted", n, h.Name)
		}
	}
}

// A server that takes connections and never answers costs a minute, and the client
// is told.
func TestServerThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorstep(t, 10, 1)
		began := time.Now()
		c := d.knock(0, startupOfAna)
		for !c.closed() {
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if d := time.Since(began); d < loginLimit || d > loginLimit+5*time.Second {
			t.Errorf("given up after %v", d)
		}
		if got := c.take(); got != "E:08001" {
			t.Errorf("the client got %q", got)
		}
		d.wantNobody(t)
		if len(d.servers) != 1 || !d.servers[0].closed() {
			t.Error("the connection to the server is open")
		}
	})
}

// Stopping does not wait for it.
func TestStopEndsLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorstep(t, 10, 1)
		stranger, login := d.knock(0, "\x00"), d.knock(0, startupOfAna)
		if list := d.Sessions(); len(list) != 1 || list[0].State != "logging in" || list[0].User != "ana" || list[0].ID != "" {
			t.Errorf("%+v", list)
		}
		d.stopEarly()
		synctest.Wait()
		if !stranger.closed() || !login.closed() || !d.servers[0].closed() {
			t.Error("a connection is still open")
		}
		d.wantNobody(t)
	})
}

// TestTooManyClients: the one too many gets the error that the server itself gives,
// and strangers take nobody's place.
func TestTooManyClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorstep(t, 4, 2) // one login on each host
		stranger := d.knock(0, "\x00")
		first := d.knock(0, startupOfAna)
		second := d.knock(0, startupOfAna)
		if got := second.take(); got != "E:53300" || !second.closed() {
			t.Errorf("a second login on one host got %q", got)
		}
		other := d.knock(1, startupOfAna)
		if got := other.take(); got != "" || other.closed() {
			t.Errorf("a login on the other host got %q", got)
		}
		d.count.Add(2) // sessions
		full := d.knock(1, startupOfAna)
		if got := full.take(); got != "E:53300" || !full.closed() {
			t.Errorf("the client above all places got %q", got)
		}
		d.count.Add(-2)
		for _, p := range []*peer{stranger, first, other} {
			p.conn.Close()
		}
		d.stopEarly()
		d.wantNobody(t)
	})
}

// A flood of connections that say nothing pushes out itself, and nobody who speaks.
func TestFloodOfSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoorstep(t, 10, 1)
		d.greeting.max = 50
		var flood []*peer
		for range 200 {
			flood = append(flood, d.knock(0, "\x00"))
		}
		if n := d.greeting.order.Len(); n != 50 {
			t.Errorf("%d strangers are kept", n)
		}
		if !flood[0].closed() || !flood[149].closed() || flood[150].closed() {
			t.Error("not the oldest were closed")
		}
		if c := d.knock(0, startupOfAna); c.closed() || len(d.servers) != 1 {
			t.Error("a client that speaks was not let in")
		}
		d.stopEarly()
		d.wantNobody(t)
	})
}

func TestOpenFilesBoundSessions(t *testing.T) {
	hosts := make([]Host, 1)
	var log strings.Builder
	o := Options{Hosts: hosts, MaxSessions: DefaultMaxSessions, Log: zerolog.New(&log)}
	if err := o.fitDescriptors(1024, false); err != nil || o.MaxSessions < 100 || perClient*o.MaxSessions+aside(1024, 1) > 1024 {
		t.Errorf("%d sessions, %v", o.MaxSessions, err)
	}
	if !strings.Contains(log.String(), "LimitNOFILE") {
		t.Errorf("log: %q", log.String())
	}
	o.MaxSessions = 5000
	if err := o.fitDescriptors(1024, true); err == nil || o.MaxSessions != 5000 || !strings.Contains(err.Error(), "5000 sessions") {
		t.Errorf("%d sessions, %v", o.MaxSessions, err)
	}
	if err := o.fitDescriptors(64, false); err == nil {
		t.Error("64 descriptors are enough")
	}
	if err := o.fitDescriptors(0, true); err != nil {
		t.Error(err)
	}
}
