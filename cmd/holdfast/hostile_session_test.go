package main_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// framed is a message of any type with any body.
func framed(kind byte, body string) string {
	return string(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4))) + body
}

// announced is a header alone.
func announced(kind byte, length uint32) string {
	return string(binary.BigEndian.AppendUint32([]byte{kind}, length))
}

func statement(sql string) string { return framed('Q', sql+"\x00") }

var (
	syncs    = framed('S', "")
	selects  = framed('P', "\x00SELECT $1::int4\x00\x00\x00")
	bindsOne = framed('B', "\x00\x00\x00\x00\x00\x01\x00\x00\x00\x011\x00\x00")
	executes = framed('E', "\x00\x00\x00\x00\x00")
	copies   = statement("COPY events FROM STDIN")
)

// violations are bytes that a client sends in a session, all at once, and then no
// more.
var violations = []struct{ name, bytes string }{
	{"type y", framed('y', "")},
	{"type 0", framed(0, "")},
	{"type 255", framed(0xff, "")},
	{"a password", framed('p', "secret\x00")},
	{"an answer of a server", framed('Z', "I")},
	{"a StartupMessage", packet(version3, asPostgres)},
	{"an SSLRequest", packet(sslCode, "")},
	{"a CancelRequest", packet(cancelCode, "\x00\x00\x00\x01wron")},
	{"a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"},
	{"HTTP", "GET / HTTP/1.1\r\n\r\n"},
	{"half a header", "Q\x00\x00"},
	{"Query of length 0", announced('Q', 0)},
	{"Query of length 3", announced('Q', 3)},
	{"Query of a negative length", announced('Q', 0xffffffff)},
	{"Query of 2 GB", announced('Q', 0x7fffffff) + "SELECT 1"},
	{"Query of 1 GiB, cut short", announced('Q', 0x3ffffffe) + "SELECT 1"},
	{"Parse of a negative length", announced('P', 0x80000000)},
	{"Sync of 64 KiB", announced('S', 65536)},
	{"Terminate of 64 KiB", announced('X', 65536)},
	{"CopyData of 2 GB", announced('d', 0x7fffffff)},
	{"Query without an end", framed('Q', "SELECT 1")},
	{"Query without a body", framed('Q', "")},
	{"Query with a zero byte", framed('Q', "SELECT 1\x00; DROP TABLE events\x00")},
	{"Query without an end, and a good one", framed('Q', "SELECT 1") + statement("SELECT 2")},
	{"a good Query, and garbage", statement("SELECT 1") + framed('y', "")},
	{"two good ones, and a length of 3", statement("SELECT 1") + statement("SELECT 2") + announced('Q', 3)},
	{"a Query that fails, and garbage", statement("SELECT 1/0") + framed('y', "")},
	{"garbage in a transaction", statement("BEGIN") + framed('Q', "SELECT 1") + statement("SELECT 2") + statement("COMMIT")},
	{"Parse without a text", framed('P', "abcd")},
	{"Parse without types", framed('P', "\x00SELECT 1\x00") + syncs},
	{"Parse with too few types", framed('P', "\x00SELECT 1\x00\x7f\xff") + syncs},
	{"Parse with too many types", framed('P', "\x00SELECT 1\x00\x00\x00\x00\x00\x00\x17") + syncs},
	{"a bad Parse, and a good batch", framed('P', "abcd") + selects + bindsOne + executes + syncs + selects + bindsOne + executes + syncs},
	{"a batch with garbage in it", selects + bindsOne + executes + framed('y', "")},
	{"a batch with a bad length in it", selects + bindsOne + announced('E', 1)},
	{"a batch that never ends", selects + bindsOne + executes},
	{"Bind with negative counts", selects + framed('B', "\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") + syncs},
	{"Bind with a negative length", selects + framed('B', "\x00\x00\x00\x00\x00\x01\xff\xff\xff\xfe\x00\x00") + syncs},
	{"Bind with a lying length", selects + framed('B', "\x00\x00\x00\x00\x00\x01\x7f\xff\xff\xff1\x00\x00") + syncs},
	{"Bind with too few values", selects + framed('B', "\x00\x00\x00\x00\x00\x00\x00\x00") + syncs},
	{"Bind with 65,535 values", selects + framed('B', "\x00\x00\x00\x00\xff\xff"+strings.Repeat("\xff\xff\xff\xff", 65535)+"\x00\x00") + syncs},
	{"Bind with a format of 7", selects + framed('B', "\x00\x00\x00\x01\x00\x07\x00\x01\x00\x00\x00\x011\x00\x00") + syncs},
	{"Bind cut short", selects + framed('B', "\x00\x00") + syncs},
	{"Bind without names", selects + framed('B', "ab") + syncs},
	{"Execute cut short", selects + bindsOne + framed('E', "\x00") + syncs},
	{"Execute with more", selects + bindsOne + framed('E', "\x00\x00\x00\x00\x00\x00") + syncs},
	{"Execute without a name", selects + bindsOne + framed('E', "abc") + syncs},
	{"Execute of -1 rows", selects + bindsOne + framed('E', "\x00\xff\xff\xff\xff") + syncs},
	{"Execute twice", selects + bindsOne + executes + executes + syncs},
	{"Describe without a body", framed('D', "") + syncs},
	{"Describe of an unknown kind", framed('D', "x\x00") + syncs},
	{"Describe without an end", framed('D', "Sabc") + syncs},
	{"Describe of nothing", framed('D', "Snothing\x00") + syncs},
	{"Close without a body", framed('C', "") + syncs},
	{"Close of an unknown kind", framed('C', "x\x00") + syncs},
	{"Close without an end", framed('C', "Sabc") + syncs},
	{"Close with more", framed('C', "Sabc\x00x") + syncs},
	{"Close of nothing", framed('C', "Pnothing\x00") + syncs},
	{"Flush with a body", framed('H', "x") + statement("SELECT 1") + syncs + statement("SELECT 2")},
	{"Sync with a body", framed('S', "x") + statement("SELECT 1")},
	{"Terminate with a body", framed('X', "x")},
	{"Terminate, and a statement", framed('X', "") + statement("SELECT 1")},
	{"Terminate inside a Query", announced('Q', 100) + framed('X', "")},
	{"FunctionCall without a body", framed('F', "") + statement("SELECT 1")},
	{"CopyData outside of a COPY", framed('d', "DROP TABLE events") + statement("SELECT 1")},
	{"CopyDone outside of a COPY", framed('c', "") + statement("SELECT 1")},
	{"CopyFail outside of a COPY", framed('f', "why\x00") + statement("SELECT 1")},
	{"CopyFail without an end outside of one", framed('f', "why") + statement("SELECT 1")},
	{"COPY that is left", copies + framed('d', "7\tx\n")},
	{"COPY that fails", copies + framed('d', "7\tx\n") + framed('f', "why\x00") + statement("SELECT 1")},
	{"COPY that fails without an end", copies + framed('f', "why") + statement("SELECT 1")},
	{"COPY with a Query in it", copies + framed('d', "7\tx\n") + statement("SELECT 1")},
	{"COPY with garbage in it", copies + framed('y', "")},
	{"COPY with a bad length in it", copies + announced('d', 3)},
	{"COPY with Sync and Flush in it", copies + syncs + framed('H', "") + framed('c', "") + statement("SELECT 1")},
	{"COPY cut short", copies + announced('d', 1000) + "7\tx\n"},
	{"COPY of bad lines", copies + framed('d', "x\n") + framed('c', "") + statement("SELECT 1")},
	{"1,000 Syncs", strings.Repeat(syncs, 1000)},
	{"1,000 empty statements", strings.Repeat(statement(""), 1000)},
	{"10,000 Flushes", strings.Repeat(framed('H', ""), 10000)},
	{"a name of 1 MB", framed('P', strings.Repeat("n", 1<<20)+"\x00SELECT 1\x00\x00\x00") + framed('B', "\x00"+strings.Repeat("n", 1<<20)+"\x00\x00\x00\x00\x00\x00\x00") + executes + syncs},
	{"a name of any bytes", framed('P', "\x01'\";--\x7f\x00SELECT 1\x00\x00\x00") + framed('B', "\x00\x01'\";--\x7f\x00\x00\x00\x00\x00\x00\x00") + executes + syncs},
	{"a name that is no UTF-8", framed('P', "\xff\xfe\x00SELECT 1\x00\x00\x00") + syncs},
	{"a text that is no UTF-8", statement("SELECT '\xff'")},
	{"an unknown statement of any bytes", framed('C', "S\xc3\xa9\x01\x00") + syncs},
}

// Each is answered as the server answers it.
func TestHostileInASession(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		b := newBystander(t, s)
		before := footprintOf(t, s.hf.PID())
		for _, v := range violations {
			t.Run(v.name, func(t *testing.T) {
				direct := violate(t, s.srv.Addr(), s.db, v.bytes)
				if through := violate(t, s.hf.Listen, s.db, v.bytes); direct != through {
					t.Errorf("the server answered\n%.1000s\nand holdfast\n%.1000s", direct, through)
				}
				b.wantUntouched(t)
			})
		}
		s.wantRows(t, "3")
		wantBack(t, s.hf, before, 1)
		wantNoErrors(t, s.hf)
	})
}

// violate sends the bytes in a session of its own and returns what comes back. They
// are sent while the answers are read, for some are long.
func violate(t *testing.T, addr, db, bytes string) string {
	t.Helper()
	c := pgtest.Connect(t, addr, db)
	defer c.Close()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		c.TrySendBytes([]byte(bytes)) // the server may end the session first
		c.TryCloseWrite()
	}()
	words := hear(t, c)
	c.Close()
	<-sent
	return words
}

// Malformed messages inside a transaction abort it on the server itself, and what
// the client is told about it is true.
func TestMalformedInATransaction(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Query("BEGIN")
		c.Query("INSERT INTO events VALUES (9, 'x')")
		c.SendBytes([]byte(framed('Q', "SELECT 1")))
		readAnswer(t, c).wantError(t, "08P01", 'E')
		sum(c.Query("SELECT 1")).wantError(t, "25P02", 'E')
		sum(c.Query("COMMIT")).wantTag(t, "ROLLBACK", 'I')
		s.wantRows(t, "3")
	})
}

// A COPY that has begun takes no Query, be it a bad one.
func TestMalformedInACopy(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		var got []string
		for _, addr := range []string{s.srv.Addr(), s.hf.Listen} {
			c := pgtest.Connect(t, addr, s.db)
			c.Send(pgtest.Query("COPY events FROM STDIN"))
			c.Expect("G")
			c.SendBytes([]byte(framed('Q', "SELECT 1")))
			got = append(got, hear(t, c))
		}
		if got[0] != got[1] {
			t.Errorf("the server answered\n%s\nand holdfast\n%s", got[0], got[1])
		}
	})
}

// What is held is settled before garbage behind it, and nothing of it runs when it
// is denied.
func TestGarbageBehindAHold(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.SendBytes([]byte(statement("DROP TABLE events") + framed('y', "")))
		s.deny(t, "DROP TABLE")
		got := hear(t, c)
		if !strings.Contains(got, "ZH002") || !strings.HasSuffix(got, "E(FATAL 08P01 invalid frontend message type 121)") {
			t.Errorf("got %s", got)
		}
		s.wantRows(t, "3")
	})
}
