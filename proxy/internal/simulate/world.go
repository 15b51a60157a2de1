package simulate

import (
	"fmt"
	"math/rand/v2"

	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// mostSteps bounds what happens in one run: a usual one has a few hundred steps.
const mostSteps = 200_000

// Options say how a seed is played. The zero value plays the real core.
type Options struct {
	// Trace gets a line for everything that happens. It may be nil.
	Trace func(line string)

	// Wrap puts something between the core and the simulation; see mutant.go.
	Wrap func(core) core
}

func (o *Options) wrap(c *session.Core) core {
	if o.Wrap == nil {
		return c
	}
	return o.Wrap(c)
}

// world is all sessions of one seed.
type world struct {
	*rand.Rand
	seed     uint64
	options  Options
	reader   *rules.Reader
	policy   *rules.Policy
	sessions []*conversation
	now      int // virtual microseconds
	failed   error
}

// Stats count what the runs have seen, to show that they see something.
type Stats struct {
	Sessions, Messages, Released, Refused, Effects, Steps int
}

// Add adds the counts of another run.
func (s *Stats) Add(o Stats) {
	s.Sessions += o.Sessions
	s.Messages += o.Messages
	s.Released += o.Released
	s.Refused += o.Refused
	s.Effects += o.Effects
	s.Steps += o.Steps
}

// Run plays one seed and returns what went wrong, nil when nothing did. The
// reader may be shared between runs, also at the same time.
func Run(seed uint64, reader *rules.Reader, o Options) (stats Stats, err error) {
	w := &world{
		Rand: rand.New(rand.NewPCG(seed, 1)), seed: seed, options: o,
		reader: reader, policy: rules.DefaultPolicy(),
	}
	for i := range 1 + w.IntN(3) {
		w.sessions = append(w.sessions, newConversation(w, i+1))
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			if o.Trace != nil {
				panic(p) // with its stack
			}
		}
	}()
	for stats.Steps = 0; w.failed == nil; stats.Steps++ {
		if stats.Steps == mostSteps {
			w.fail("the run does not come to an end")
		}
		if !w.step() {
			break
		}
	}
	for _, c := range w.sessions {
		if w.failed == nil {
			c.checkEnd()
		}
		stats.Sessions++
		stats.Messages += len(c.sent)
		stats.Released += len(c.approvals.list)
		stats.Refused += len(c.forwarded.refused)
		for _, a := range c.approvals.list {
			if a.ran {
				stats.Effects++
			}
		}
	}
	return stats, w.failed
}

func (w *world) fail(text string) {
	if w.failed == nil {
		w.failed = fmt.Errorf("at %d us: %s", w.now, text)
		w.trace("FAILED " + text)
	}
}

func (w *world) trace(line string) {
	if w.options.Trace != nil {
		w.options.Trace(fmt.Sprintf("%9d us  %s", w.now, line))
	}
}

// notify takes a notification to the other sessions.
func (w *world) notify(from *conversation, n notification) {
	for _, c := range w.sessions {
		if c != from && c.server.listens[n.channel] {
			c.server.mailbox = append(c.server.mailbox, n)
		}
	}
}

// step lets one thing happen. It is false when nothing is left to happen.
func (w *world) step() bool {
	w.now += w.IntN(1000)
	var may []func()
	for _, c := range w.sessions {
		may = c.possible(may)
	}
	if len(may) > 0 {
		may[w.IntN(len(may))]()
		return true
	}
	for _, c := range w.sessions {
		if !c.over && c.quiet() {
			return true // the client goes on
		}
	}
	return false
}

// possible adds what may happen next in a session.
func (c *conversation) possible(may []func()) []func() {
	if len(c.toClient) > 0 {
		may = append(may, c.clientReads)
	}
	if c.over {
		return may
	}
	if c.at < len(c.script) && !c.script[c.at].wait && len(c.toCore) < pipeRoom {
		may = append(may, c.write)
	}
	if len(c.toCore) > 0 && c.core.WantsClient() && (len(c.toServer) < pipeRoom || !whole(c.toServer)) {
		may = append(may, c.clientBytes)
	}
	if whole(c.toServer) && len(c.fromServer) < pipeRoom && !c.server.dead {
		may = append(may, c.serverReads)
	}
	if len(c.fromServer) > 0 && len(c.toClient) < pipeRoom {
		may = append(may, c.serverBytes)
	}
	if c.server.dead {
		return append(may, c.serverEnds)
	}
	if c.ask != nil {
		may = append(may, c.people)
		if c.IntN(10) == 0 {
			may = append(may, func() { c.core.Notice(wire.Error{Message: ownWord + "still held"}); c.act() })
		}
	}
	if len(c.server.mailbox) > 0 && c.server.idle() {
		may = append(may, func() { c.server.deliver(); c.server.flushed = len(c.server.out); c.deliver() })
	}
	return c.accidents(may)
}

// whole says that a pipe begins with a whole message: a reader takes the parts of
// one as they come.
func whole(pipe []byte) bool {
	_, _, ok := split(pipe)
	return ok
}

// accidents adds what goes wrong now and then.
func (c *conversation) accidents(may []func()) []func() {
	switch c.IntN(2000) {
	case 0:
		may = append(may, c.leave)
	case 1:
		may = append(may, func() { c.trace("server", "dies"); c.server.die(c.IntN(2) == 0); c.deliver(); c.serverEnds() })
	case 2, 3, 4:
		may = append(may, func() { c.cancel = len(c.toServer) > 0 })
	}
	return may
}
