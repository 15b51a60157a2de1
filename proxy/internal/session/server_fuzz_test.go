package session

import "testing"

// FuzzServerBytes: whatever a server sends, in two pieces, there is no panic, and
// what is kept of it is bounded.
func FuzzServerBytes(f *testing.F) {
	f.Add(encode(f, parsed(), bound(), row("1"), complete("SELECT 1"), ready('I')), 7)
	f.Add(encode(f, copyIn(), failure("08P01"), ready('E')), 3)
	f.Add(encode(f, setting("client_encoding", "UTF8"), noticeOf("00000"), suspended()), 1)
	f.Add([]byte("W\x00\x00\x00\x07\x00\x00\x00E\x00\x00\x00\x05\x00"), 9)
	f.Fuzz(func(t *testing.T, b []byte, split int) {
		c := newScript(t, Enforce).core
		c.Client(encode(t, query("copy t from stdin"), parse("s", "select 1"), bindTo("p", "s"), describe('P', "p"),
			execute("p"), closeOf('S', "s"), sync(), query("drop table t")))
		c.Take()
		at := max(0, min(split, len(b)))
		for _, piece := range [][]byte{b[:at], b[at:]} {
			c.Server(piece)
			c.Take()
			c.Refuse(violationWords("m"), "h3x8m2qd")
			c.Take()
		}
		if kept := len(c.serverIn); kept > len(b) {
			t.Errorf("%d bytes kept of %d", kept, len(b))
		}
	})
}
