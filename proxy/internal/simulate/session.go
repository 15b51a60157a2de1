package simulate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
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
	life  int // counts the connections of one client
	mode  session.Mode
	core  core
	run   *holdfast

	// The client.
	script  []item
	at      int // of script
	sent    []message
	ends    []int  // offset behind each of sent
	closing bool   // it sends nothing more
	left    bool   // its last byte was read
	view    []byte // what it has read
	cancels []bool // CancelRequests under way; true behind holdfast

	// Pipes, and until when each stands still.
	toCore, toServer, fromServer, toClient []byte
	stalled                                [pipes]int

	server    *server
	tables    map[string][]int // that it began with
	delivered int              // of server.out: in the pipe
	coreTook  int              // bytes of the client that the core was given

	forwarded forwarded
	replied   replied
	approvals approvals
	faults    map[int]string // by message of the client
	cancel    bool           // the next message that runs is cancelled

	inbox    []func() // of the goroutine that waits for people; guarded by world.mu
	held     *heldBatch
	stopping bool // holdfast stops
	over     bool
	endedAt  time.Time
	died     bool // an end that leaves replies out
	ended    map[string]session.Ended
	shadow   *shadow
	largest  int // message of the client
}

func newConversation(w *world, id int) *conversation {
	c := &conversation{Rand: rand.New(rand.NewPCG(w.seed, uint64(1000+id))), world: w, id: id, tables: map[string][]int{}}
	switch w.IntN(12) {
	case 0:
		c.mode = session.Observe
	case 1:
		c.mode = session.Off
	}
	c.script = newScript(c.Rand, id)
	for i, letter := range []string{"a", "b"} {
		c.tables[fmt.Sprintf("%s%d", letter, c.id)] = []int{1, 2, 3, 4, 5}[:5-2*i]
	}
	c.connect()
	return c
}

// reconnect is the client's next connection, on which it goes on with what is left
// of its script.
func (c *conversation) reconnect() *conversation {
	next := &conversation{
		Rand: c.Rand, world: c.world, id: c.id, life: c.life + 1, mode: c.mode,
		script: c.script[c.at:], tables: c.server.tables,
	}
	if c.server.saved != nil {
		next.tables = c.server.saved.tables // what was not committed is rolled back
	}
	next.connect()
	next.trace("client", "connects again")
	return next
}

func (c *conversation) connect() {
	c.run = c.world.run
	c.faults, c.ended = map[int]string{}, map[string]session.Ended{}
	c.core = c.world.options.wrap(session.New(session.Config{
		Origin: rules.Origin{Host: "test", Database: "shop", User: c.world.crowd.user(c.id)}, Mode: c.mode,
		Reader: c.world.reader, Policy: c.world.policy,
		Refusal: func(v rules.Verdict) wire.Error {
			return wire.Error{Code: v.SQLState, Message: ownWord + v.Reason}
		},
		Status: 'I', Settings: rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"},
	}))
	c.server, c.shadow = c.newServer(), newShadow(c)
	c.server.effect = c.checkEffect
	c.server.fault = c.fault
	c.server.notify = func(n notification) { c.world.notify(c, n) }
	c.forwarded.c, c.replied.c, c.approvals.c = c, c, c
	c.world.labels[c.label()] = c
}

// label names the connection in traces and in holds.
func (c *conversation) label() string { return fmt.Sprintf("%d.%d", c.id, c.life) }

// post hands f to the world, from the goroutine that waits for people. What comes
// after a crash of holdfast is heard by nobody.
func (c *conversation) post(f func()) {
	w := c.world
	w.mu.Lock()
	c.inbox = append(c.inbox, func() {
		if !c.run.gone {
			f()
		}
	})
	w.mu.Unlock()
	w.stir()
}

// takePost does what was posted next.
func (c *conversation) takePost() {
	c.world.mu.Lock()
	f := c.inbox[0]
	c.inbox = c.inbox[1:]
	c.world.mu.Unlock()
	f()
}

func (c *conversation) newServer() *server {
	s := newServer()
	s.implicitPipelines = c.world.seed%2 == 0
	s.tables = maps.Clone(c.tables)
	return s
}

// fault says how a message fails by chance; the same every time it is asked.
func (c *conversation) fault(cause int) string {
	if _, known := c.faults[cause]; !known && cause >= 0 {
		code := ""
		switch {
		case c.at > len(c.script)-calmItems:
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
	if c.stopping && c.core.Idle() && !c.over {
		c.sayGoodbye()
	}
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
		c.finish(e.ID, map[bool]hold.State{false: hold.Executed, true: hold.Failed}[e.Failed], e.Result)
	}
	if out.Ask != nil {
		c.asked(out.Ask)
	}
	if out.Moot && c.held != nil {
		if !c.server.ignoring && !c.server.dead {
			c.fail("a batch is said to be moot, but the server does not skip anything")
		}
		c.held.leave(c, errMoot)
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
		c.serverRuns(m)
	}
	c.deliver()
	if c.server.dead {
		c.serverEnds()
	}
}

func (c *conversation) serverRuns(m message) {
	tag := c.forwarded.next()
	c.trace("server runs", fmt.Sprintf("[%d] %s", tag.cause, describeMessage(m, true)))
	c.server.process(m, tag.cause, tag.id)
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

func (c *conversation) fail(format string, args ...any) {
	c.world.fail("session " + c.label() + ": " + fmt.Sprintf(format, args...))
}

func (c *conversation) trace(what, text string) {
	if c.world.options.Trace != nil {
		c.world.trace(fmt.Sprintf("%s %-14s %s", c.label(), what, text))
	}
}
