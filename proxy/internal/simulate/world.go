package simulate

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// mostSteps bounds what happens in one run: a usual one has a few hundred steps.
const mostSteps = 200_000

// Options say how a seed is played. The zero value plays the real core and the
// real desk.
type Options struct {
	// Trace gets a line for everything that happens. It may be nil.
	Trace func(line string)

	// What is put between the parts; see mutant.go.
	Wrap func(core) core
	Desk func(desk) desk
	Disk func(*port) (hold.Store, hold.Record)

	// Tally is between the core and what checks its sums.
	Tally func(to func([]event.Sum)) func([]event.Sum)
}

func (o *Options) tallied(to func([]event.Sum)) func([]event.Sum) {
	if o.Tally == nil {
		return to
	}
	return o.Tally(to)
}

func (o *Options) wrap(c *session.Core) core {
	if o.Wrap == nil {
		return c
	}
	return o.Wrap(c)
}

// world is everything that one seed plays.
type world struct {
	*rand.Rand
	*clock
	seed     uint64
	options  Options
	reader   *rules.Reader
	policy   *rules.Policy
	sessions []*conversation // one for each client: its last connection
	past     []*conversation // earlier connections
	labels   map[string]*conversation
	run      *holdfast // nil while it is down
	disk     *disk
	ledger   *ledger
	crowd    crowd
	ids      *ids
	wait     time.Duration // of a hold
	grant    time.Duration // of an approval that nobody waited for
	returns  int           // of 4, how many holds nobody waits for from the start
	alike    bool          // clients are one user, with the same tables and statements
	late     int           // how eager people are to answer what has ended
	peace    int           // how seldom something goes wrong
	haste    int           // of 1000, how often the next thing happens at once
	stats    Stats
	failed   error

	mu    sync.Mutex // guards inbox and those of the sessions
	inbox []posted
}

func newWorld(seed uint64, reader *rules.Reader, o Options) *world {
	w := &world{
		Rand: rand.New(rand.NewPCG(seed, 1)), clock: newClock(), seed: seed, options: o,
		reader: reader, policy: rules.DefaultPolicy(), labels: map[string]*conversation{},
		stats: Stats{Ends: map[hold.State]int{}},
	}
	w.disk = &disk{w: w, control: control{byID: map[string]*stored{}}}
	w.ledger = &ledger{w: w, byID: map[string]*fact{}}
	w.crowd = newCrowd(w)
	w.ids = &ids{rand: rand.New(rand.NewPCG(seed, 2)), poor: w.IntN(20) == 0}
	w.wait = []time.Duration{2 * time.Second, time.Minute, 30 * time.Minute}[w.IntN(3)]
	w.grant = []time.Duration{2 * time.Second, time.Minute, 30 * time.Minute}[w.IntN(3)]
	w.returns, w.late = []int{0, 0, 2, 4}[w.IntN(4)], w.IntN(3)
	w.alike = w.IntN(3) == 0
	w.peace = []int{2000, 2000, 400, 100}[w.IntN(4)]
	w.haste = []int{985, 900}[w.IntN(8)/7]
	return w
}

// user is the Postgres user of a client.
func (w *world) user(n int) string {
	if w.alike {
		n = 1
	}
	return w.crowd.user(n)
}

// session finds a conversation by its label.
func (w *world) session(label string) *conversation { return w.labels[label] }

// Run plays one seed and returns what went wrong, nil when nothing did. It must be
// called in a bubble of testing/synctest of its own. The reader may be shared
// between runs, but not at the same time.
func Run(seed uint64, reader *rules.Reader, o Options) (Stats, error) {
	w := newWorld(seed, reader, o)
	defer w.reap()
	w.play()
	return w.stats, w.failed
}

// play plays the seed to its end.
func (w *world) play() {
	defer func() {
		if p := recover(); p != nil {
			w.fail(fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	w.startRun()
	w.until("holdfast starts", func() bool { return w.run.ready() })
	if w.failed != nil {
		return
	}
	for i := range 1 + w.IntN(3) {
		w.sessions = append(w.sessions, newConversation(w, i+1))
	}
	if w.IntN(2) == 0 {
		w.disk.faults, w.disk.slow = []int{5, 30, 200}[w.IntN(3)], w.IntN(2) == 0
	}
	for w.failed == nil && w.step() {
		if w.stats.Steps++; w.stats.Steps == mostSteps {
			w.fail("the run does not come to an end")
		}
	}
	w.finale()
	w.count()
}

func (w *world) fail(text string) {
	if w.failed == nil {
		w.failed = fmt.Errorf("at %d us: %s", w.now(), text)
		w.trace("FAILED " + text)
	}
}

// now is the time since the start in microseconds.
func (w *world) now() int { return int(time.Since(w.start) / time.Microsecond) }

func (w *world) trace(line string) {
	if w.options.Trace != nil {
		w.options.Trace(fmt.Sprintf("%12d us  %s", w.now(), line))
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
