package main_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// recursive are texts that nest without end. Some overflow the C stack of the
// parser at a few 10 KB, which would end every session at once.
var recursive = map[string]func(size int) string{
	"plus":        func(n int) string { return "SELECT 1" + strings.Repeat("+1", n/2) },
	"concat":      func(n int) string { return "SELECT 'a'" + strings.Repeat("||'a'", n/5) },
	"cast":        func(n int) string { return "SELECT 1" + strings.Repeat("::int", n/5) },
	"COLLATE":     func(n int) string { return "SELECT 'a'" + strings.Repeat(` COLLATE "C"`, n/12) },
	"JOIN":        func(n int) string { return "SELECT 1 FROM events" + strings.Repeat(" CROSS JOIN events", n/18) },
	"UNION":       func(n int) string { return "SELECT 1" + strings.Repeat(" UNION SELECT 1", n/15) },
	"AND":         func(n int) string { return "SELECT 1 WHERE 1=1" + strings.Repeat(" AND 1=1", n/8) },
	"NOT":         func(n int) string { return "SELECT " + strings.Repeat("NOT ", n/4) + "true" },
	"minus":       func(n int) string { return "SELECT " + strings.Repeat("- ", n/2) + "1" },
	"brackets":    func(n int) string { return "SELECT " + strings.Repeat("(", n/2) + "1" + strings.Repeat(")", n/2) },
	"subselects":  func(n int) string { return strings.Repeat("SELECT (", n/9) + "SELECT 1" + strings.Repeat(")", n/9) },
	"subscripts":  func(n int) string { return "SELECT a" + strings.Repeat("[1]", n/3) },
	"CASE":        func(n int) string { return strings.Repeat("SELECT CASE WHEN true THEN (", n/28) },
	"open string": func(n int) string { return "SELECT '" + strings.Repeat("x", n) },
	"comments":    func(n int) string { return strings.Repeat("/*", n/2) },
	"VALUES":      func(n int) string { return "VALUES (1)" + strings.Repeat(",(1)", n/4) },
}

// None of them may touch another session, with or without something destructive
// behind it; and with it, it must not run unasked.
func TestCrashTexts(t *testing.T) {
	// A server of its own: planning some of them takes it minutes, and no signal
	// but a crash ends that.
	s := ownServer(t, pgtest.Newest(t))
	t.Cleanup(s.srv.Crash)
	bystander := s.connect(t)
	pid := pidOf(t, bystander)
	for name, text := range recursive {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{47 << 10, 1 << 20} {
				both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
					c := s.connect(t)
					send(c, text(size))
					c.TryRead(time.Second) // it may well be at it for longer
					wantUntouched(t, s, bystander, pid)
					c.Close()

					c = s.connect(t)
					send(c, text(size)+"; DROP TABLE events")
					readDenyingToEnd(t, s, c)
					wantUntouched(t, s, bystander, pid)
					c.Close()
				})
			}
		})
	}
	if !s.hf.Running() {
		t.Fatal("holdfast is gone")
	}
}

func wantUntouched(t *testing.T, s scene, bystander *pgtest.Client, pid string) {
	t.Helper()
	if got := pidOf(t, bystander); got != pid {
		t.Fatal("the bystander's session is another one")
	}
	s.wantRows(t, "3")
}

// readDenyingToEnd is readDenying for a session that may end; it reports whether
// the session goes on.
func readDenyingToEnd(t *testing.T, s scene, c *pgtest.Client) bool {
	t.Helper()
	for {
		m, err := c.TryRead(2 * time.Minute)
		if err != nil {
			return false
		}
		if m.Type == 'N' && isHeld(m) {
			s.hf.Deny(t, s.hf.AwaitHold(t, "").ID)
		}
		if m.Type == 'Z' {
			return true
		}
	}
}

// Bytes that are no protocol end their own connection and nothing else.
func TestBytesThatAreNoProtocol(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		bystander := s.connect(t)
		length := func(n uint32, rest string) string { return string(binary.BigEndian.AppendUint32(nil, n)) + rest }
		for name, bytes := range map[string]string{
			"HTTP":                     "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
			"startup of 4 GB":          length(0xffffffff, "\x00\x03\x00\x00"),
			"startup of 0 bytes":       length(0, "\x00\x03\x00\x00"),
			"startup of 3 bytes":       length(3, "\x00\x03\x00\x00"),
			"startup without an end":   length(20, "\x00\x03\x00\x00user\x00postgres"),
			"protocol 2":               length(8, "\x00\x02\x00\x00"),
			"protocol 99":              length(9, "\x00\x63\x00\x00\x00"),
			"short CancelRequest":      length(8, "\x04\xd2\x16\x2e"),
			"TLS with bytes behind it": length(8, "\x04\xd2\x16\x2f") + length(20, "\x00\x03\x00\x00user\x00x\x00\x00"),
			"nothing at all":           "",
		} {
			t.Run(name, func(t *testing.T) {
				conn, err := net.Dial("tcp", s.hf.Listen)
				if err != nil {
					t.Fatalf("dialling: %v", err)
				}
				defer conn.Close()
				if _, err := conn.Write([]byte(bytes)); err != nil {
					t.Logf("writing: %v", err) // it may have been closed on us
				}
				conn.(*net.TCPConn).CloseWrite()
				conn.SetReadDeadline(time.Now().Add(long))
				for buffer := make([]byte, 1024); err == nil; {
					_, err = conn.Read(buffer)
				}
				if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
					t.Error("the connection stayed open")
				}
				usable(t, bystander)
			})
		}
	})
}

// To a first packet of a length that none has, PostgreSQL closes without a word,
// and so must holdfast: a client that says goodbye before it has said hello (as
// node-postgres does with connect and end in one go) takes a word for an error.
func TestFirstPacketOfNoLength(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		for name, bytes := range map[string]string{
			"Terminate":          "X\x00\x00\x00\x04",
			"HTTP":               "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
			"startup of 4 GB":    "\xff\xff\xff\xff\x00\x03\x00\x00",
			"startup of 3 bytes": "\x00\x00\x00\x03\x00\x03\x00\x00",
		} {
			t.Run(name, func(t *testing.T) {
				direct := replyToBytes(t, fmt.Sprintf("%s:%d", s.srv.Host, s.srv.Port), bytes)
				if through := replyToBytes(t, s.hf.Listen, bytes); through != direct {
					t.Errorf("through holdfast the answer is %q, direct %q", through, direct)
				}
			})
		}
	})
}

// replyToBytes is what comes back for bytes, up to the end of the connection.
func replyToBytes(t *testing.T, address, bytes string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("dialling: %v", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(bytes)); err != nil {
		t.Fatalf("writing: %v", err)
	}
	conn.SetReadDeadline(time.Now().Add(long))
	reply, err := io.ReadAll(conn)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Errorf("%s kept the connection open", address)
	}
	return string(reply) // a reset is an end as well: it comes when something was not read
}

// Messages that no client sends, inside a session.
func TestMessagesThatAreNoProtocol(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		bystander := s.connect(t)
		for name, bytes := range map[string]string{
			"unknown type":               "y\x00\x00\x00\x04",
			"length 0":                   "Q\x00\x00\x00\x00",
			"length 3":                   "Q\x00\x00\x00\x03",
			"length 2 GB":                "Q\x7f\xff\xff\xffSELECT 1",
			"length 4 GB":                "Q\xff\xff\xff\xff",
			"Query without its end":      "Q\x00\x00\x00\x0cDROP TAB",
			"Query with a NUL inside":    "Q\x00\x00\x00\x21SELECT 1\x00; DROP TABLE events\x00",
			"Parse without an end":       "P\x00\x00\x00\x08abcd",
			"Parse with too many types":  "P\x00\x00\x00\x10\x00SELECT 1\x00\x7f\xff",
			"Bind with negative lengths": "B\x00\x00\x00\x10\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
			"Bind cut short":             "B\x00\x00\x00\x06\x00\x00",
			"Execute cut short":          "E\x00\x00\x00\x05\x00",
			"Describe of nothing":        "D\x00\x00\x00\x04",
			"Close of an unknown kind":   "C\x00\x00\x00\x06x\x00",
			"FunctionCall cut short":     "F\x00\x00\x00\x06\x00\x00",
			"CopyData outside of a COPY": "d\x00\x00\x00\x08DROP",
			"Password in the middle":     "p\x00\x00\x00\x08abc\x00",
		} {
			t.Run(name, func(t *testing.T) {
				c := s.connect(t)
				c.SendBytes([]byte(bytes))
				c.CloseWrite()
				for {
					if _, err := c.TryRead(long); err != nil {
						break
					}
				}
				usable(t, bystander)
				s.wantRows(t, "3")
			})
		}
	})
}
