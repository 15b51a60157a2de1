package main_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// packet is a first packet: its length word, a code or version, and the rest.
func packet(code uint32, rest string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(rest)))
	return string(binary.BigEndian.AppendUint32(b, code)) + rest
}

// lying is a packet whose length word says something else.
func lying(length uint32, packet string) string {
	return string(binary.BigEndian.AppendUint32(nil, length)) + packet[4:]
}

const (
	sslCode, gssCode, cancelCode = 80877103, 80877104, 80877102
	version3                     = 3 << 16
	asPostgres                   = "user\x00postgres\x00database\x00postgres\x00\x00"
)

// strangers are what connections say that never get as far as a session, in steps:
// after each but the last, one byte of an answer is awaited.
var strangers = []struct {
	name  string
	steps []string
}{
	{"nothing at all", []string{""}},
	{"one byte", []string{"\x00"}},
	{"half of a length", []string{"\x00\x00"}},
	{"HTTP", []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}},
	{"SSH", []string{"SSH-2.0-OpenSSH_9.2\r\n"}},
	{"a TLS record where TLS is not offered", []string{"\x16\x03\x01\x00\x05hello"}},
	{"length 0", []string{lying(0, packet(version3, ""))}},
	{"length 3", []string{lying(3, packet(version3, ""))}},
	{"length 7", []string{lying(7, packet(version3, ""))}},
	{"a negative length", []string{lying(0xffffffff, packet(version3, ""))}},
	{"length 2 GB", []string{lying(0x7fffffff, packet(version3, ""))}},
	{"a length above the limit", []string{packet(version3, strings.Repeat("x", 9997))}},
	{"a length at the limit", []string{packet(version3, strings.Repeat("x", 9996))}},
	{"a packet cut short", []string{lying(100, packet(version3, "user\x00post"))}},
	{"protocol 0", []string{packet(0, "")}},
	{"protocol 1", []string{packet(1<<16, asPostgres)}},
	{"protocol 2", []string{packet(2<<16, asPostgres)}},
	{"protocol 4", []string{packet(4<<16, asPostgres)}},
	{"protocol 99", []string{packet(99<<16, "")}},
	{"protocol 1234.9999", []string{packet(1234<<16|9999, "")}},
	{"protocol 3.99", []string{packet(version3|99, asPostgres)}},
	{"an unknown protocol option", []string{packet(version3, "_pq_.nothing\x001\x00"+asPostgres)}},
	{"no parameters and no end", []string{packet(version3, "")}},
	{"no parameters", []string{packet(version3, "\x00")}},
	{"an end too many", []string{packet(version3, "\x00\x00")}},
	{"bytes behind the end", []string{packet(version3, asPostgres+"x")}},
	{"no end", []string{packet(version3, "user\x00postgres\x00")}},
	{"a name without a value", []string{packet(version3, "user\x00")}},
	{"an empty user", []string{packet(version3, "user\x00\x00\x00")}},
	{"a user that does not exist", []string{packet(version3, "user\x00\xff\xfe'\"; --\x00database\x00postgres\x00\x00")}},
	{"a database that does not exist", []string{packet(version3, "user\x00postgres\x00database\x00../../etc\x00\x00")}},
	{"a name of 9,000 bytes", []string{packet(version3, strings.Repeat("n", 9000)+"\x00v\x00"+asPostgres)}},
	{"an unknown setting", []string{packet(version3, "nosuch\x00v\x00"+asPostgres)}},
	{"options that cannot be", []string{packet(version3, "options\x00-c \x00"+asPostgres)}},
	{"1,000 parameters", []string{packet(version3, strings.Repeat("user\x00postgres\x00", 600)[:600*14]+asPostgres)}},
	{"SSLRequest twice at once", []string{packet(sslCode, "") + packet(sslCode, "")}},
	{"SSLRequest twenty times", []string{packet(sslCode, ""), strings.Repeat(packet(sslCode, ""), 19)}},
	{"SSLRequest twice", []string{packet(sslCode, ""), packet(sslCode, "")}},
	{"SSLRequest, a login at once", []string{packet(sslCode, "") + packet(version3, asPostgres)}},
	{"SSLRequest with a body", []string{packet(sslCode, "x")}},
	{"CancelRequest behind SSLRequest", []string{packet(sslCode, ""), packet(cancelCode, "\x00\x00\x00\x01wron")}},
	{"CancelRequest without a key", []string{packet(cancelCode, "")}},
	{"CancelRequest with half a key", []string{packet(cancelCode, "\x00\x00\x00\x01")}},
	{"CancelRequest with a wrong key", []string{packet(cancelCode, "\x00\x00\x00\x01wron")}},
	{"CancelRequest with a key of 300 bytes", []string{packet(cancelCode, strings.Repeat("k", 300))}},
	{"CancelRequest with a key of 9,996 bytes", []string{packet(cancelCode, strings.Repeat("k", 9996))}},
	{"a login, and a statement at once", []string{packet(version3, asPostgres) + "Q\x00\x00\x00\x0dSELECT 1\x00"}},
	{"a login, and garbage at once", []string{packet(version3, asPostgres) + "y\x00\x00\x00\x04"}},
	{"a login, and another", []string{packet(version3, asPostgres) + packet(version3, asPostgres)}},
	{"a login, and Terminate", []string{packet(version3, asPostgres) + "X\x00\x00\x00\x04"}},
	{"a login, and a password", []string{packet(version3, asPostgres) + "p\x00\x00\x00\x05\x00"}},
}

// Each is answered as the server answers it.
func TestHostileBeforeLogin(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		b := newBystander(t, s)
		before := footprintOf(t, s.hf.PID())
		for _, c := range strangers {
			t.Run(c.name, func(t *testing.T) {
				direct, through := converse(t, s.srv.Addr(), c.steps), converse(t, s.hf.Listen, c.steps)
				if direct != through {
					t.Errorf("the server answered\n%s\nand holdfast\n%s", direct, through)
				}
				b.wantUntouched(t)
			})
		}
		wantBack(t, s.hf, before, 1)
		wantNoErrors(t, s.hf)
	})
}

// GSSENCRequest is answered with N even where the server would say G, as holdfast
// could not read what follows.
func TestEncryptionRequestsInTurn(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		b := newBystander(t, s)
		ssl, gss := packet(sslCode, ""), packet(gssCode, "")
		for name, c := range map[string]struct {
			steps []string
			want  string
		}{
			"GSS, SSL, GSS": {[]string{gss, ssl, gss}, "N N E(FATAL 0A000 unsupported frontend protocol 1234.5680: server supports 3.0 to 3.2)"},
			"SSL, GSS, SSL": {[]string{ssl, gss, ssl}, "N N E(FATAL 0A000 unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2)"},
			"GSS and more":  {[]string{gss + ssl}, "N E(FATAL 08P01 received unencrypted data after GSSAPI encryption request)"},
		} {
			if got := converse(t, s.hf.Listen, c.steps); got != c.want {
				t.Errorf("%s: %s", name, got)
			}
			b.wantUntouched(t)
		}
	})
}

// converse says what is to be said, closes its half and returns what was answered.
func converse(t *testing.T, addr string, steps []string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatalf("dialling: %v", err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(long))
	var words []string
	for i, step := range steps {
		io.WriteString(conn, step) // it may have been closed on us
		one := make([]byte, 1)
		if i == len(steps)-1 {
			break
		}
		if _, err := io.ReadFull(conn, one); err != nil {
			return strings.Join(words, " ") + " and no more"
		}
		words = append(words, string(one))
	}
	conn.(*net.TCPConn).CloseWrite()
	rest, err := io.ReadAll(conn)
	if os.IsTimeout(err) {
		words = append(words, "hangs")
	}
	return strings.Join(append(words, wordsOf(rest)...), " ")
}

// wordsOf is heard for bytes that may begin with an answer of one byte.
func wordsOf(b []byte) (words []string) {
	for len(b) > 0 {
		if b[0] == 'N' && (len(b) == 1 || b[1] == 'E') {
			words, b = append(words, "N"), b[1:]
			continue
		}
		if len(b) < 5 || int(binary.BigEndian.Uint32(b[1:]))+1 > len(b) {
			return append(words, fmt.Sprintf("%q", b))
		}
		n := int(binary.BigEndian.Uint32(b[1:])) + 1
		words, b = append(words, heard(pgtest.Message{Type: b[0], Body: b[5:n]})), b[n:]
	}
	return words
}
