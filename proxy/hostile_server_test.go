package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/rules"
)

// patience is far longer than anything below takes: nothing may hang.
const patience = 20 * time.Second

// nonsense of a server, and what its client is to see in the end: "closed", "left"
// (the client leaves, since it goes on for ever), "works", or the SQLSTATE of an
// ErrorResponse.
var nonsenses = []struct {
	name, sslmode, want string
	script              func(*pgtest.Visitor)
}{
	{"closes at once", "", "08001", func(*pgtest.Visitor) {}},
	{"resets at once", "", "08001", func(v *pgtest.Visitor) { v.Reset() }},
	{"closes after the StartupMessage", "", "08001", func(v *pgtest.Visitor) { v.Startup() }},
	{"resets after the StartupMessage", "", "08001", func(v *pgtest.Visitor) { v.Startup(); v.Reset() }},
	{"speaks HTTP", "", "08P01", raw("HTTP/1.1 400 Bad Request\r\n\r\n")},
	{"a length of 2 GB", "", "08P01", raw("R\x7f\xff\xff\xff")},
	{"a negative length", "", "08P01", raw("R\xff\xff\xff\xff")},
	{"a length of 0", "", "08P01", raw("R\x00\x00\x00\x00")},
	{"a header cut short", "", "closed", raw("R\x00\x00")},
	{"a setting of 1 MiB", "", "08P01", greetsWith(pgtest.ParameterStatus("x", strings.Repeat("y", 1<<20)))},
	{"an unknown type", "", "08P01", greetsWith(pgtest.Message{Type: '?'})},
	{"a result", "", "08P01", greetsWith(pgtest.Complete("SELECT 1"))},
	{"ReadyForQuery before anything", "", "08P01", greetsWith(pgtest.Ready('I'))},
	{"an empty ReadyForQuery", "", "08P01", greetsWith(accepted, pgtest.Message{Type: 'Z'})},
	{"an Authentication of 2 bytes", "", "closed", greetsWith(pgtest.Message{Type: 'R', Body: []byte{0, 0}})},
	{"a password asked for for ever", "", "08P01", func(v *pgtest.Visitor) {
		for v.Startup(); v.Say(pgtest.Message{Type: 'R', Body: []byte{0, 0, 0, 3}}); v.Read() {
		}
	}},
	{"AuthenticationOk twice", "", "works", greeted(accepted, accepted)},
	{"NegotiateProtocolVersion", "", "works", greeted(pgtest.Message{Type: 'v', Body: make([]byte, 8)})},
	{"a key of 0 bytes", "", "works", greeted(key(0))},
	{"a key of 4 bytes", "", "works", greeted(key(4))},
	{"a key of 260 bytes", "", "works", greeted(key(260))},
	{"a key of 10,000 bytes", "", "works", greeted(key(10000))},
	{"a key of 100,000 bytes", "", "08P01", greetsWith(key(100000))},
	{"an ErrorResponse without an end", "", "E", greetsWith(pgtest.Message{Type: 'E', Body: []byte("SFATAL")})},
	{"an ErrorResponse of 10 MB", "", "E", greetsWith(pgtest.Message{Type: 'E', Body: []byte("SFATAL\x00M" + strings.Repeat("x", 10<<20) + "\x00\x00")})},
	{"a notice of 10 MB", "", "works", greeted(accepted, pgtest.Message{Type: 'N', Body: []byte("SNOTICE\x00M" + strings.Repeat("x", 10<<20) + "\x00\x00")})},
	{"settings for ever", "", "left", func(v *pgtest.Visitor) { v.Startup(); forEver(v, pgtest.ParameterStatus("x", "y")) }},
	{"notices for ever", "", "left", func(v *pgtest.Visitor) {
		v.Startup()
		forEver(v, pgtest.Message{Type: 'N', Body: []byte("SNOTICE\x00\x00")})
	}},
	{"a greeting byte by byte", "", "works", func(v *pgtest.Visitor) {
		v.Startup()
		for _, m := range pgtest.Greeting() {
			v.Drip(append([]byte{m.Type, 0, 0, 0, byte(len(m.Body) + 4)}, m.Body...), time.Microsecond)
		}
		answer(v)
	}},
	{"TLS: an error", "require", "08001", ssl("E\x00\x00\x00\x05\x00")},
	{"TLS: X", "require", "08001", ssl("X")},
	{"TLS: nothing", "require", "08001", ssl("")},
	{"TLS: not offered", "require", "08001", ssl("N")},
	{"TLS: garbage behind S", "require", "08001", ssl("SHTTP/1.1 400 Bad Request\r\n\r\n")},
	{"TLS: a login in the clear behind S", "require", "08001", ssl("SR\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I")},

	{"closes in a session", "", "closed", after(func(*pgtest.Visitor) {})},
	{"resets in a session", "", "closed", after(func(v *pgtest.Visitor) { v.Reset() })},
	{"a session's length of 2 GB", "", "closed", after(say("D\x7f\xff\xff\xff"))},
	{"a session's negative length", "", "08P01", after(say("D\xff\xff\xff\xff"))},
	{"a session's length of 3", "", "08P01", after(say("C\x00\x00\x00\x03"))},
	{"a description of 17 MiB", "", "08P01", after(say("T\x01\x10\x00\x00"))},
	{"a row that is never finished", "", "left", after(func(v *pgtest.Visitor) { v.SayBytes([]byte("D\x00\x01\x00\x00abc")); v.Linger() })},
	{"ReadyForQuery unasked", "", "works", after(func(v *pgtest.Visitor) {
		for range 1000 {
			v.Say(pgtest.Ready('E'), pgtest.Ready('?'), pgtest.Message{Type: 'Z'})
		}
		done(v)
	})},
	{"replies nobody asked for", "", "works", after(func(v *pgtest.Visitor) {
		for _, t := range "123CDEGHIKRSTVWAnst?" {
			if t != 'W' && t != 'E' {
				v.Say(pgtest.Message{Type: byte(t)}, pgtest.Message{Type: byte(t), Body: []byte{0, 0, 0, 0}})
			}
		}
		done(v)
	})},
	{"a stream of a walsender", "", "closed", after(say("W\x00\x00\x00\x07\x00\x00\x00d\x7f\xff\xff\xff"))},
	{"an error without an end", "", "E", after(say("E\x00\x00\x00\x07SER"))},
	{"a fatal error, and stays", "", "left", after(func(v *pgtest.Visitor) {
		v.SayBytes([]byte("E\x00\x00\x00\x0cSFATAL\x00\x00"))
		v.Linger()
	})},
	{"settings for ever in a session", "", "left", after(func(v *pgtest.Visitor) {
		forEver(v, pgtest.ParameterStatus("application_name", strings.Repeat("y", 1000)))
	})},
	{"notifications for ever", "", "left", after(func(v *pgtest.Visitor) {
		forEver(v, pgtest.Message{Type: 'A', Body: []byte("\x00\x00\x00\x01a\x00b\x00")})
	})},
	{"stays although the client has left", "", "gone", after(func(v *pgtest.Visitor) {
		done(v)
		v.Linger() // up to the client's end
		v.Hang()
	})},
}

var accepted = pgtest.Message{Type: 'R', Body: make([]byte, 4)}

func key(n int) pgtest.Message { return pgtest.Message{Type: 'K', Body: make([]byte, n)} }

// raw answers the StartupMessage with bytes.
func raw(s string) func(*pgtest.Visitor) {
	return func(v *pgtest.Visitor) { v.Startup(); v.SayBytes([]byte(s)) }
}

func say(s string) func(*pgtest.Visitor) { return func(v *pgtest.Visitor) { v.SayBytes([]byte(s)) } }

// greetsWith answers the StartupMessage with messages.
func greetsWith(messages ...pgtest.Message) func(*pgtest.Visitor) {
	return func(v *pgtest.Visitor) { v.Startup(); v.Say(messages...) }
}

// greeted behaves, with messages in front of its greeting.
func greeted(messages ...pgtest.Message) func(*pgtest.Visitor) {
	return func(v *pgtest.Visitor) {
		v.Startup()
		v.Say(messages...)
		v.Say(pgtest.Greeting()...)
		answer(v)
	}
}

// ssl answers an SSLRequest with bytes.
func ssl(s string) func(*pgtest.Visitor) {
	return func(v *pgtest.Visitor) {
		io.ReadFull(v.Conn, make([]byte, 8))
		v.SayBytes([]byte(s))
	}
}

// after greets and waits for a statement first.
func after(then func(*pgtest.Visitor)) func(*pgtest.Visitor) {
	return func(v *pgtest.Visitor) {
		v.Startup()
		v.Say(pgtest.Greeting()...)
		v.Read()
		then(v)
	}
}

func done(v *pgtest.Visitor) { v.Say(pgtest.Complete("SELECT 0"), pgtest.Ready('I')) }

func answer(v *pgtest.Visitor) { v.Read(); done(v) }

func forEver(v *pgtest.Visitor, m pgtest.Message) {
	for v.Say(m) {
	}
}

// serving is a proxy in this process.
type serving struct {
	*Server
	log strings.Builder
}

func serve(t *testing.T, upstreams ...string) *serving {
	t.Helper()
	return serveWith(t, func(*Options) {}, upstreams...)
}

// serveWith is serve with options that set changes.
func serveWith(t *testing.T, set func(*Options), upstreams ...string) *serving {
	t.Helper()
	s := &serving{}
	o := Options{
		Reader: rules.NewReader(rules.ReaderOptions{}), Policy: rules.DefaultPolicy(),
		Desk: &scriptedDesk{wait: untilGone}, Log: zerolog.New(zerolog.SyncWriter(&s.log)),
	}
	for _, u := range upstreams {
		server, err := ParseUpstream(u)
		if err != nil {
			t.Fatal(err)
		}
		o.Hosts = append(o.Hosts, Host{Name: "host of " + u, Listen: []string{"127.0.0.1:0"}, Server: server})
	}
	set(&o)
	var err error
	if s.Server, err = New(o); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Serve(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if strings.Contains(s.log.String(), `"level":"error"`) {
			t.Errorf("the log has errors:\n%s", s.log.String())
		}
	})
	<-ready
	return s
}

func (s *serving) addr(host int) string { return s.hosts[host].addresses()[0] }

// wantNobodyBut waits until only so many clients are left.
func (s *serving) wantNobodyBut(t *testing.T, n int64) {
	t.Helper()
	pgtest.Await(t, patience, func() string { return "clients are still there" }, func() bool { return s.count.Load() == n })
}

func TestHostileServers(t *testing.T) {
	upstreams := []string{pgtest.NewImpostor(t, pgtest.Behave).URL()}
	for _, n := range nonsenses {
		url := pgtest.NewImpostor(t, n.script).URL()
		if n.sslmode != "" {
			url = strings.Replace(url, "disable", n.sslmode, 1)
		}
		upstreams = append(upstreams, url)
	}
	s := serve(t, upstreams...)
	bystander := pgtest.Connect(t, s.addr(0), "postgres")
	before := runtime.NumGoroutine() + 2 // the script that hangs, and its session is not among them
	for i, n := range nonsenses {
		t.Run(n.name, func(t *testing.T) {
			if got := visit(t, s.addr(i+1), n.want); got != n.want {
				t.Errorf("the client saw %q, want %q", got, n.want)
			}
			bystander.Query("SELECT 1")
			s.wantNobodyBut(t, 1)
		})
	}
	pgtest.Await(t, patience, func() string { return "goroutines are left" }, func() bool {
		return runtime.NumGoroutine() <= before
	})
}

// visit connects, sends a statement once it may, and says how it ended.
func visit(t *testing.T, addr, want string) string {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	conn.Write([]byte(startupOfAna))
	last, ready := "", 0
	limited := io.Reader(conn)
	if want == "left" {
		limited = io.LimitReader(conn, 64<<10)
		conn.SetReadDeadline(time.Now().Add(time.Second)) // what never ends may also be silent
	}
	header := make([]byte, 5)
	for {
		if _, err := io.ReadFull(limited, header); err != nil {
			return ending(err, want, last)
		}
		size := int(header[1])<<24 | int(header[2])<<16 | int(header[3])<<8 | int(header[4]) - 4
		body := make([]byte, min(size, 1<<20))
		if _, err := io.ReadFull(limited, body); err != nil {
			return ending(err, want, last)
		}
		if _, err := io.CopyN(io.Discard, limited, int64(size-len(body))); err != nil {
			return ending(err, want, last)
		}
		switch header[0] {
		case 'R':
			if len(body) == 4 && body[3] != 0 {
				conn.Write([]byte("x\x00\x00\x00\x04")) // no password
			}
		case 'E':
			if last = "E"; len(body) > 0 {
				for _, f := range strings.Split(string(body), "\x00") {
					if strings.HasPrefix(f, "C") && len(f) == 6 {
						last = f[1:]
					}
				}
			}
		case 'C':
			if string(body) == "SELECT 0\x00" {
				last = "works"
			}
		case 'Z':
			switch ready++; {
			case last == "works" && want == "gone":
				return want
			case last == "works":
				return last
			case ready == 1:
				conn.Write([]byte("Q\x00\x00\x00\x0dSELECT 1\x00"))
			}
		}
	}
}

func ending(err error, want, last string) string {
	switch {
	case want == "left" && (err == io.EOF || err == io.ErrUnexpectedEOF || errors.Is(err, os.ErrDeadlineExceeded)):
		return "left"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "hangs"
	case last != "":
		return last
	}
	return "closed"
}
