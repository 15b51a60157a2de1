package simulate

import (
	"fmt"
	"maps"
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
	Inquiring() bool
	Withdraw() bool
	Notice(wire.Error)
	End(wire.Error, error)
	ServerSaidGoodbye() bool
	Live() []string
	Over()
	AskBehind()
	Deferred() bool
	Unsent() string
	InTransaction(uint64) bool
}

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

	forwarded  forwarded
	replied    replied
	approvals  approvals
	tallies    tallies
	faults     map[int]string // by message of the client
	questioned map[int]int    // faults of the question in front of such a message
	cancel     bool           // the next message that runs is cancelled

	inbox    []func() // of the goroutine that waits for people; guarded by world.mu
	held     *heldBatch
	deferred *deferral // an answer that waits for the end of a question
	stopping bool      // holdfast stops
	closed   bool      // the core has ended
	over     bool      // its connections are closed
	cause    error     // why
	finished bool      // and nothing is done for it any more
	died     bool      // an end that leaves replies out
	ended    map[string]session.Ended
	approved uint64   // transaction that people approved; 0 is none
	effects  []string // holds whose effects are in a transaction that is open
	shadow   *shadow
	largest  int // message of the client
	spared   int // batches that nobody was asked about, for what their names stand for
}

func newConversation(w *world, id int) *conversation {
	c := &conversation{Rand: rand.New(rand.NewPCG(w.seed, uint64(1000+id))), world: w, id: id, tables: map[string][]int{}}
	switch w.IntN(12) {
	case 0:
		c.mode = session.Observe
	case 1:
		c.mode = session.Off
	}
	names := id
	if w.alike {
		names = 0
	}
	c.script = newScript(c.Rand, id, names, w.alike)
	for i, letter := range []string{"a", "b"} {
		c.tables[fmt.Sprintf("%s%d", letter, names)] = []int{1, 2, 3, 4, 5}[:5-2*i]
	}
	c.connect()
	return c
}

// reconnect is the client's next connection, on which it goes on with what is left
// of its script.
func (c *conversation) reconnect() *conversation {
	next := &conversation{
		Rand: c.Rand, world: c.world, id: c.id, life: c.life + 1, mode: c.mode,
		script: c.script[c.at:], tables: c.server.lasting(),
	}
	next.connect()
	next.trace("client", "connects again")
	return next
}

func (c *conversation) connect() {
	c.run = c.world.run
	c.faults, c.ended = map[int]string{}, map[string]session.Ended{}
	c.questioned = map[int]int{}
	c.tallies = tallies{}
	c.core = c.world.options.wrap(session.New(session.Config{
		Origin: rules.Origin{Host: "test", Database: "shop", User: c.world.user(c.id)}, Mode: c.mode,
		Reader: c.world.reader, Policy: func() *rules.Policy { return c.world.policy },
		Refusal: func(v rules.Verdict) wire.Error {
			return wire.Error{Code: v.SQLState, Message: ownWord + v.Reason}
		},
		Status: 'I', Settings: rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"},
		Answers: true,
		Tally:   c.tallying(),
	}))
	c.server, c.shadow = c.newServer(), newShadow(c)
	c.server.effect = c.checkEffect
	c.server.settled = c.effectsSettled
	c.server.marked = c.effectsMarked
	c.server.fault = c.fault
	c.server.notify = func(n notification) { c.world.notify(c, n) }
	c.forwarded.c, c.replied.c, c.approvals.c = c, c, c
	c.world.labels[c.label()] = c
}

// label names the connection in traces and in holds.
func (c *conversation) label() string { return fmt.Sprintf("%d.%d", c.id, c.life) }

func (c *conversation) newServer() *server {
	s := newServer()
	s.implicitPipelines = c.world.seed%2 == 0
	s.tables = maps.Clone(c.tables)
	return s
}

// fault says how a message fails by chance; the same every time it is asked.
func (c *conversation) fault(cause int) string {
	if cause == byQuestion && c.at <= len(c.script)-calmItems && c.IntN(100) == 0 && c.questioned[c.forwarded.at] < 2 {
		c.questioned[c.forwarded.at]++ // at the third in a row the transaction is given up
		return "57014"
	}
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

func (c *conversation) fail(format string, args ...any) {
	c.world.fail("session " + c.label() + ": " + fmt.Sprintf(format, args...))
}

func (c *conversation) trace(what, text string) {
	if c.world.options.Trace != nil {
		c.world.trace(fmt.Sprintf("%s %-14s %s", c.label(), what, text))
	}
}
