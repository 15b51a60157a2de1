package main_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// noAnswers are what clients send when they are asked for a password.
var noAnswers = []struct{ name, bytes string }{
	{"nothing", ""},
	{"type y", framed('y', "")},
	{"a Query", statement("DROP TABLE events")},
	{"Terminate", framed('X', "")},
	{"a StartupMessage", packet(version3, asPostgres)},
	{"a password of length 0", announced('p', 0)},
	{"a password of length 3", announced('p', 3)},
	{"a password of a negative length", announced('p', 0xffffffff)},
	{"a password of 64 KiB", framed('p', strings.Repeat("x", 65532))},
	{"a password cut short", announced('p', 100) + "SCRAM"},
	{"no mechanism", framed('p', "")},
	{"another mechanism", framed('p', "PLAIN\x00\x00\x00\x00\x01x")},
	{"a mechanism without an end", framed('p', "SCRAM-SHA-256")},
	{"a negative length inside", framed('p', "SCRAM-SHA-256\x00\xff\xff\xff\xf0")},
	{"a lying length inside", framed('p', "SCRAM-SHA-256\x00\x00\x00\x00\xffn,,n=,r=x")},
	{"no SCRAM", framed('p', "SCRAM-SHA-256\x00\x00\x00\x00\x03abc")},
	{"channel binding without TLS", framed('p', "SCRAM-SHA-256\x00\x00\x00\x00\x25p=tls-server-end-point,,n=,r=abcdefgh")},
	{"two answers at once", framed('p', "SCRAM-SHA-256\x00\x00\x00\x00\x0fn,,n=,r=abcdefg") + framed('p', "c=biws,r=abcdefgh,p=AAAA")},
	{"a statement behind a wrong answer", framed('p', "x") + statement("SELECT 1")},
}

// Each is answered as the server answers it, while a password is asked for.
func TestHostileDuringLogin(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			srv := pgtest.Start(t, v, pgtest.SCRAM())
			s := scene{srv: srv, db: "postgres", hf: pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv})}
			before := footprintOf(t, s.hf.PID())
			for _, c := range noAnswers {
				t.Run(c.name, func(t *testing.T) {
					direct, through := misanswer(t, srv.Addr(), c.bytes), misanswer(t, s.hf.Listen, c.bytes)
					if direct != through {
						t.Errorf("the server answered\n%s\nand holdfast\n%s", direct, through)
					}
				})
			}
			wantBack(t, s.hf, before, 0)
			wantNoErrors(t, s.hf)
		})
	}
}

// misanswer begins a login, sends bytes when the password is asked for, and returns
// what comes back.
func misanswer(t *testing.T, addr, bytes string) string {
	t.Helper()
	c := pgtest.Dial(t, addr)
	defer c.Close()
	c.Send(pgtest.Startup("user", "postgres", "database", "postgres"))
	c.Expect("R")
	c.TrySendBytes([]byte(bytes))
	c.TryCloseWrite()
	return hear(t, c)
}

// Garbage around TLS ends its own connection; what came in the clear is not taken.
func TestHostileTLS(t *testing.T) {
	srv := pgtest.Start(t, pgtest.Newest(t), pgtest.TLS())
	hf := proxyTLS(t, srv, "", pgtest.NewCertificate(t), false)
	s := scene{srv: srv, db: "postgres", hf: hf}
	b := newBystander(t, s)
	before := footprintOf(t, hf.PID())
	ssl := packet(sslCode, "")
	for name, c := range map[string]struct {
		steps []string
		want  string // "" is S and a closed connection, without an error in the clear
	}{
		"a login ahead of TLS":           {[]string{ssl + packet(version3, asPostgres)}, "E(FATAL 08P01 received unencrypted data after SSL request)"},
		"another SSLRequest ahead of it": {[]string{ssl + ssl}, "E(FATAL 08P01 received unencrypted data after SSL request)"},
		"no handshake":                   {[]string{ssl, ""}, ""},
		"garbage for a handshake":        {[]string{ssl, "GET / HTTP/1.1\r\n\r\n"}, ""},
		"a login for a handshake":        {[]string{ssl, packet(version3, asPostgres)}, ""},
		"half a handshake":               {[]string{ssl, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"}, ""},
		"TLS at once, and half of it":    {[]string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"}, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			got := converse(t, hf.Listen, c.steps)
			switch {
			case strings.Contains(got, "hangs"):
				t.Error("it hangs")
			case c.want == "" && (!strings.HasPrefix(got, "S") || strings.Contains(got, "FATAL")),
				c.want == "closed" && strings.Contains(got, "FATAL"),
				strings.HasPrefix(c.want, "E") && got != c.want:
				t.Errorf("got %s, want %s", got, c.want)
			}
			b.wantUntouched(t)
		})
	}
	for name, bytes := range map[string]string{
		"SSLRequest in TLS": ssl, "GSSENCRequest in TLS": packet(gssCode, ""), "length 0 in TLS": lying(0, packet(version3, "")),
		"protocol 99 in TLS": packet(99<<16, ""), "no end in TLS": packet(version3, "user\x00"), "garbage behind a login in TLS": packet(version3, asPostgres) + framed('y', ""),
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, addr := range []string{srv.Addr(), hf.Listen} {
				c := pgtest.Dial(t, addr)
				c.StartTLS(&tls.Config{InsecureSkipVerify: true})
				c.SendBytes([]byte(bytes))
				c.TryCloseWrite()
				got = append(got, hear(t, c))
				c.Close()
			}
			if got[0] != got[1] {
				t.Errorf("the server answered\n%s\nand holdfast\n%s", got[0], got[1])
			}
			b.wantUntouched(t)
		})
	}
	t.Run("TLS at once without ALPN", func(t *testing.T) {
		c := pgtest.Dial(t, hf.Listen)
		c.DirectTLS(&tls.Config{InsecureSkipVerify: true})
		c.TrySendBytes([]byte(packet(version3, asPostgres)))
		if got := hear(t, c); got != "" {
			t.Errorf("got %s", got)
		}
		c.Close()
	})
	wantBack(t, hf, before, 1)
	wantNoErrors(t, hf)
}
