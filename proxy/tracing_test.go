package proxy

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/trace"
	"github.com/holdfast-db/holdfast/rules"
)

// The mask of serve finds the passwords wherever the protocol carries SQL.
func TestTraceMasksPasswords(t *testing.T) {
	describe := trace.Describer{Mask: rules.Mask}
	const sql = "ALTER ROLE ana PASSWORD 'geheim'"
	for _, m := range []trace.Message{
		{Type: 'Q', Body: []byte(sql + "\x00")},
		{Type: 'Q', Body: []byte(sql)}, // malformed
		{Type: 'Q', Body: []byte(sql), Left: 1 << 20, Hash: "x"},
		{Type: 'Q', Body: []byte(sql[:len(sql)-1]), Left: 1 << 20, Hash: "x"}, // kept up to the middle of the password
		{Type: 'Q', Body: []byte("CREATE USER MAPPING FOR ana SERVER s OPTIONS (user 'a', password 'geheim')\x00")},
		{Type: 'Q', Body: []byte("DO $$ BEGIN " + sql + "; END $$\x00")},
		{Type: 'Q', Body: []byte("SELECT dblink_connect('postgres://ana:geheim@db/shop')\x00")},
		{Type: 'P', Body: []byte("\x00" + sql + "\x00\x00\x00")},
		{Type: 'B', Body: []byte("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x20" + sql + "\x00\x00")},
		{Type: 'F', Body: []byte("\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x20" + sql + "\x00\x00")},
		{Type: 'd', Body: []byte(sql)},
		{From: trace.Server, Type: 'D', Body: []byte("\x00\x01\x00\x00\x00\x20" + sql)},
		{From: trace.Server, Type: 'E', Body: []byte("M" + sql + "\x00\x00")},
		{From: trace.Server, Type: 'E', Body: []byte("WSQL statement \"" + sql + "\"\nPL/pgSQL function f()\x00\x00")},
		{From: trace.Server, Type: 'N', Body: []byte("Mstatement: " + sql + "\x00\x00")},
	} {
		if line := describe.Describe(m); strings.Contains(line, "geheim") || !strings.Contains(line, "***") {
			t.Error(line)
		}
	}
}

// address is a connection from somewhere.
type address struct {
	net.Conn
	from net.Addr
}

func (a address) RemoteAddr() net.Addr { return a.from }

func TestTraceWants(t *testing.T) {
	tcp := func(text string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(text)) }
	unix := &net.UnixAddr{Net: "unix"}
	for _, test := range []struct {
		client string
		from   net.Addr
		want   bool
	}{
		{"10.0.0.7", tcp("10.0.0.7:1"), true},
		{"10.0.0.7", tcp("[::ffff:10.0.0.7]:1"), true},
		{"10.0.0.7", tcp("10.0.0.70:1"), false},
		{"10.0.0.7", unix, false},
		{"fe80::1%eth0", tcp("[fe80::1%eth0]:1"), true},
		{"fe80::1", tcp("[fe80::1%eth0]:1"), false},
		{"2001:db8::1", tcp("[2001:db8:0::1]:1"), true},
		{"local", unix, true},
		{"local", tcp("127.0.0.1:1"), false},
	} {
		trace := &Trace{}
		if test.client != "local" {
			trace.Client = netip.MustParseAddr(test.client)
		}
		if got := trace.wants(address{from: test.from}); got != test.want {
			t.Errorf("%s wants %s: %t", test.client, test.from, got)
		}
	}
}

// What is not recorded is left as it is, down to its type.
func TestNoRecording(t *testing.T) {
	conn := net.Conn(&net.TCPConn{})
	r := recordingOf(conn)
	recorded, end := new(Server).record(conn, nil)
	if r != nil || recorded != conn || r.client(conn) != conn || r.server(conn) != conn {
		t.Error("a connection that is not recorded is wrapped")
	}
	r.session(nil)
	end()
}
