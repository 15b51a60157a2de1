package simulate

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// core is what the simulation needs of a session.Core, so that cores which are
// wrong on purpose can take its place.
type core interface {
	Client([]byte)
	Server([]byte)
	Release(string) bool
	Refuse(wire.Error, string) bool
	Take() session.Output
	WantsClient() bool
	Held() bool
	Idle() bool
	Notice(wire.Error)
	End(wire.Error, error)
	ServerSaidGoodbye() bool
	Live() []string
}

// pipeRoom is how many bytes a pipe takes before its writer has to wait.
const pipeRoom = 32 << 10

// conversation is one session: a client, the core, a server, and the pipes
// between them. Each method is one thing that may happen next.
type conversation struct {
	*rand.Rand
	world *world
	id    int
	mode  session.Mode
	core  core

	// The client.
	script []item
	at     int // of script
	sent   []message
	ends   []int  // offset behind each of sent
	left   bool   // it has sent its last byte
	view   []byte // what it has read

	// Pipes.
	toCore, toServer, fromServer, toClient []byte

	server    *server
	delivered int // of server.out: in the pipe
	coreTook  int // bytes of the client that the core was given

	forwarded forwarded
	replied   replied
	approvals approvals
	faults    map[int]string // by message of the client
	cancel    bool           // the next message that runs is cancelled

	ask     *session.Ask
	moot    bool
	serial  int // of holds
	over    bool
	died    bool // an end that leaves replies out
	ended   map[string]session.Ended
	shadow  *shadow
	largest int // message of the client
}

func newConversation(w *world, id int) *conversation {
	c := &conversation{
		Rand: rand.New(rand.NewPCG(w.seed, uint64(1000+id))), world: w, id: id,
		faults: map[int]string{}, ended: map[string]session.Ended{},
	}
	switch w.IntN(12) {
	case 0:
		c.mode = session.Observe
	case 1:
		c.mode = session.Off
	}
	c.core = w.options.wrap(session.New(session.Config{
		Origin: rules.Origin{Host: "test", Database: "shop", User: "ana"}, Mode: c.mode,
		Reader: w.reader, Policy: w.policy,
		Refusal: func(v rules.Verdict) wire.Error {
			return wire.Error{Code: v.SQLState, Message: ownWord + v.Reason}
		},
		Status: 'I', Settings: rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"},
	}))
	c.script = newScript(c.Rand, id)
	c.server, c.shadow = c.newServer(), newShadow(c)
	c.server.effect = c.checkEffect
	c.server.fault = c.fault
	c.server.notify = func(n notification) { w.notify(c, n) }
	c.forwarded.c, c.replied.c, c.approvals.c = c, c, c
	return c
}

func (c *conversation) newServer() *server {
	s := newServer()
	s.implicitPipelines = c.world.seed%2 == 0
	for i, letter := range []string{"a", "b"} {
		s.tables[fmt.Sprintf("%s%d", letter, c.id)] = []int{1, 2, 3, 4, 5}[:5-2*i]
	}
	return s
}

// fault says how a message fails by chance; the same every time it is asked.
func (c *conversation) fault(cause int) string {
	if _, known := c.faults[cause]; !known && cause >= 0 {
		code := ""
		switch {
		case c.at > len(c.script)-closing:
		case c.cancel:
			code, c.cancel = "57014", false
		case c.IntN(150) == 0:
			code = "53100"
		}
		c.faults[cause] = code
	}
	return c.faults[cause]
}

// write lets the client send its next item.
func (c *conversation) write() {
	it := c.script[c.at]
	c.at++
	if it.ifCopy && c.server.copying == nil {
		return
	}
	for _, m := range it.messages {
		c.trace("client sends", describeMessage(m, true))
		c.sent = append(c.sent, m)
		from := 0
		if n := len(c.ends); n > 0 {
			from = c.ends[n-1]
		}
		c.ends = append(c.ends, from+len(m))
		c.largest = max(c.largest, len(m))
		c.toCore = append(c.toCore, m...)
	}
}

// some takes a random part from the start of a pipe: mostly all of it.
func (c *conversation) some(pipe *[]byte, most int) []byte {
	n := min(len(*pipe), most)
	if c.IntN(5) < 2 {
		n = 1 + c.IntN(n)
	}
	chunk := append([]byte(nil), (*pipe)[:n]...)
	*pipe = (*pipe)[n:]
	return chunk
}

// clientBytes lets the core have bytes of the client.
func (c *conversation) clientBytes() {
	chunk := c.some(&c.toCore, pipeRoom)
	c.coreTook += len(chunk)
	c.core.Client(chunk)
	c.act()
	scribble(chunk)
	c.checkMemory()
}

// serverBytes lets the core have bytes of the server.
func (c *conversation) serverBytes() {
	chunk := c.some(&c.fromServer, pipeRoom)
	c.core.Server(chunk)
	c.act()
	scribble(chunk)
}

// scribble spoils a chunk that the core may not use any more.
func scribble(chunk []byte) {
	for i := range chunk {
		chunk[i] = 0xee
	}
}

// act does what the core wants done, as an engine would.
func (c *conversation) act() {
	out := c.core.Take()
	for _, b := range out.ToServer {
		c.toServer = append(c.toServer, b...)
		c.forwarded.watch(b)
	}
	for _, b := range out.ToClient {
		c.toClient = append(c.toClient, b...)
		c.replied.watch(b)
	}
	for _, e := range out.Ended {
		c.approvals.ended(e)
	}
	if out.Ask != nil {
		c.asked(out.Ask)
	}
	if out.Moot && c.ask != nil {
		c.moot = true
		if !c.server.ignoring && !c.server.dead {
			c.fail("a batch is said to be moot, but the server does not skip anything")
		}
	}
	if out.Close != nil && !c.died {
		c.over, c.died = true, true
		c.fail("the core ends a session whose client and server keep to the protocol: %v", out.Close)
	}
	c.checkIdle()
}

// serverReads lets the server have bytes and run what is complete.
func (c *conversation) serverReads() {
	for n := 1 + c.IntN(4); n > 0 && len(c.server.out)-c.delivered < 200; n-- {
		m, rest, ok := split(c.toServer)
		if !ok {
			break
		}
		c.toServer = rest
		tag := c.forwarded.next()
		c.trace("server runs", fmt.Sprintf("[%d] %s", tag.cause, describeMessage(m, true)))
		c.server.process(m, tag.cause, tag.id)
	}
	c.deliver()
	if c.server.dead {
		c.serverEnds()
	}
}

// deliver puts what the server has flushed into its pipe.
func (c *conversation) deliver() {
	for ; c.delivered < c.server.flushed; c.delivered++ {
		r := c.server.out[c.delivered]
		c.trace("server sends", fmt.Sprintf("[%d] %s", r.cause, describeMessage(r.message, false)))
		c.fromServer = append(c.fromServer, r.message...)
		c.replied.expect(r)
	}
}

// clientReads lets the client have bytes.
func (c *conversation) clientReads() {
	c.view = append(c.view, c.some(&c.toClient, 1<<30)...)
}

var errServerGone = errors.New("the server is gone")

// serverEnds is what the engine does when the server's connection ends.
func (c *conversation) serverEnds() {
	if c.over || !c.server.dead || len(c.fromServer) > 0 {
		return
	}
	c.trace("server", "is gone")
	c.died = true
	if c.core.Held() && !c.core.ServerSaidGoodbye() {
		c.core.End(wire.Error{Code: "08006", Message: ownWord + "the server is gone"}, errServerGone)
		c.act()
	}
	c.over = true
}

// leave ends the client: within a message or behind one.
func (c *conversation) leave() {
	c.trace("client", "leaves")
	c.left, c.died, c.over = true, true, true
	if n := len(c.toServer); n > 0 && c.IntN(2) == 0 { // what was on its way still arrives
		for !c.server.dead {
			m, rest, ok := split(c.toServer)
			if !ok {
				break
			}
			c.toServer = rest
			tag := c.forwarded.next()
			c.server.process(m, tag.cause, tag.id)
		}
	}
	c.core.End(wire.Error{}, errors.New("the client left"))
	c.core.Take()
	if c.core.Release("late") {
		c.fail("a batch was released after the end of its session")
	}
	c.server.die(false)
}

func (c *conversation) fail(format string, args ...any) {
	c.world.fail(fmt.Sprintf("session %d: ", c.id) + fmt.Sprintf(format, args...))
}

func (c *conversation) trace(what, text string) {
	if c.world.options.Trace != nil {
		c.world.trace(fmt.Sprintf("%d %-14s %s", c.id, what, text))
	}
}
