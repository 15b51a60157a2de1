package trace

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// piece is bytes of one side.
type piece struct {
	from Side
	b    []byte
}

// frame gives the lines of pieces, cut by cut.
func frame(pieces []piece, cut func(n int) int) []string {
	var lines []string
	var f Framer
	each := func(m Message) { lines = append(lines, []string{"> ", "< "}[m.From]+masked().Describe(m)) }
	for _, p := range pieces {
		for b := p.b; len(b) > 0; {
			n := cut(len(b))
			f.Feed(p.from, bytes.Clone(b[:n]), each)
			b = b[n:]
		}
	}
	f.End(each)
	return lines
}

func whole(n int) int { return n }

var startup = packet(int32(3<<16), "user", "ana", []byte{0})

var conversations = []struct {
	name   string
	pieces []piece
	want   []string
}{
	{"login", []piece{
		{Client, packet(int32(codeSSL))}, {Server, []byte("N")}, {Client, packet(int32(codeGSSENC))}, {Server, []byte("N")},
		{Client, startup}, {Server, slices.Concat(wire('R', int32(3)))}, {Client, wire('p', "geheim")},
		{Server, slices.Concat(wire('R', int32(0)), wire('Z', []byte("I")))},
		{Client, slices.Concat(wire('Q', "SELECT 1"), wire('X'))},
	}, []string{"> SSLRequest", `< answer "N"`, "> GSSENCRequest", `< answer "N"`, "> StartupMessage 3.0 user=ana",
		"< AuthenticationCleartextPassword", "> PasswordMessage *", "< AuthenticationOk", "< ReadyForQuery I", `> Query "SELECT 1"`, "> Terminate"}},
	{"TLS", []piece{{Client, packet(int32(codeSSL))}, {Server, []byte("S")}, {Client, []byte("\x16\x03geheim")}, {Server, []byte("geheim")}},
		[]string{"> SSLRequest", `< answer "S"`}},
	{"direct TLS", []piece{{Client, []byte("\x16\x03geheim")}, {Server, []byte("geheim")}}, []string{"> (TLS begins without a request)"}},
	{"an old server", []piece{{Client, packet(int32(codeSSL))}, {Server, wire('E', []byte("M"), "no", []byte{0})}},
		[]string{"> SSLRequest", "< ErrorResponse M=no"}},
	{"cancel", []piece{{Client, packet(int32(codeCancel), int32(1), []byte("geheim"))}}, []string{"> CancelRequest 1 *"}},
	{"a first packet that lies", []piece{{Client, []byte("GET / HTTP/1.0\r\n")}},
		[]string{"> (not the protocol: a first packet says it is 1195725856 bytes long; what follows is not shown)"}},
	{"a length below itself", []piece{{Client, startup}, {Client, []byte("Q\x00\x00\x00\x03geheim")}},
		[]string{"> StartupMessage 3.0 user=ana", "> (not the protocol: message 'Q' says it is 3 bytes long; what follows is not shown)"}},
	{"a negative length", []piece{{Server, []byte("D\xff\xff\xff\xffgeheim")}}, []string{"< (not the protocol: message 'D' says it is -1 bytes long; what follows is not shown)"}},
	{"no type", []piece{{Server, wire(0, "geheim")}}, []string{`< (not the protocol: message '\x00' says it is 11 bytes long; what follows is not shown)`}},
	{"cut off", []piece{{Client, startup}, {Client, wire('Q', "SELECT 1")[:9]}, {Server, []byte("Z\x00")}},
		[]string{"> StartupMessage 3.0 user=ana", "> (ends within Query: 4 of 9 bytes)", "< (ends within the header of ReadyForQuery)"}},
	{"larger than what is kept", []piece{{Client, startup}, {Client, wire('Q', strings.Repeat("y", keepWhole+1))}, {Client, wire('S')}},
		[]string{"> StartupMessage 3.0 user=ana", fmt.Sprintf("> Query (%d bytes, sha256 %s) %q... (%d bytes, sha256 %s)...", keepWhole+2,
			digest(build(strings.Repeat("y", keepWhole+1))), strings.Repeat("y", valueShown), keepWhole, digest(bytes.Repeat([]byte("y"), keepWhole))), "> Sync"}},
}

func TestFramer(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			for _, cut := range []func(int) int{whole, func(n int) int { return 1 + n/5000 }, func(n int) int { return 1 + random.IntN(n) }} {
				if got := frame(c.pieces, cut); !slices.Equal(got, c.want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
				}
			}
		})
	}
}

// A length is believed only as far as bytes come.
func TestFramerKeepsWhatCame(t *testing.T) {
	var f Framer
	f.Feed(Server, []byte("D\x7f\xff\xff\xff"), func(Message) { t.Error("found a message") })
	chunk := make([]byte, 64<<10)
	for range 64 {
		f.Feed(Server, chunk, func(Message) { t.Error("found a message") })
	}
	if kept := cap(f.sides[Server].body); kept > 2*keepWhole {
		t.Errorf("%d bytes are kept of a message under way", kept)
	}
}

// The cuts do not matter, and nothing that comes is a panic.
func FuzzFramer(f *testing.F) {
	for _, c := range conversations {
		var client, server []byte
		for _, p := range c.pieces {
			if p.from == Client {
				client = append(client, p.b...)
			} else {
				server = append(server, p.b...)
			}
		}
		if len(client)+len(server) < 1000 {
			f.Add(client, server, uint64(1))
		}
	}
	f.Fuzz(func(t *testing.T, client, server []byte, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		pieces := []piece{{Client, client}, {Server, server}}
		once := frame(pieces, whole)
		if cut := frame(pieces, func(n int) int { return 1 + random.IntN(n) }); !slices.Equal(once, cut) {
			t.Errorf("whole:\n%s\ncut:\n%s", strings.Join(once, "\n"), strings.Join(cut, "\n"))
		}
	})
}
