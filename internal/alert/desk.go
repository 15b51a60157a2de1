package alert

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// countEvery is how often what sessions handed in is counted and judged: a bulk is
	// told within seconds. Where very many actors delete from very many tables, it is
	// less often, so that it takes 1/countShare of one processor, but not less often
	// than countEveryMost.
	countEvery     = time.Second
	countShare     = 500
	countEveryMost = 5 * time.Second

	// maxLive bounds the alerts in memory, of about 4 KB each. Whoever has more of
	// them does not read them one by one.
	maxLive = 4096

	// maxOver is how many alerts that are over List returns at most: what fits a
	// screen many times over.
	maxOver = 200
)

// Options are what a desk works with. Store and Record are needed; they stay the
// caller's, who closes them after the desk.
type Options struct {
	Store  Store
	Record hold.Record
	People hold.People
	Rules  Rules

	// Environments are those of the hosts, by name.
	Environments map[string]string

	// Events is told of every change of an alert, or nil. It must not block:
	// (*event.Bus).Publish.
	Events func(event.Event)

	// Braked is called whenever other brakes are on than before; nil is not. It may
	// call Brakes, and no other method.
	Braked func()

	// Settle is called before each count, so that Take has what waits to be handed in;
	// nil where nothing waits.
	Settle func()

	Log zerolog.Logger

	// Now is the clock, or nil for that of the machine, and Random where ids are drawn
	// from, or nil for crypto/rand.
	Now    func() time.Time
	Random io.Reader
}

// Rules are what the configuration says of alerts.
type Rules struct {
	Volume volume.Options
	Brake  []BrakeRule // an alert that one of them matches sets a brake; none does without
}

// Desk counts, judges, and keeps alerts. Make one with OpenDesk; all methods may be
// called from any goroutine.
type Desk struct {
	options  Options
	intake   *intake
	people   atomic.Pointer[hold.People]
	brakes   atomic.Pointer[[]rules.Brake]
	watching hold.Watchers

	// Held over an answer, its writes included; before the others.
	answering sync.Mutex

	// Guards the following; before state.
	counting sync.Mutex
	watch    *volume.Watch
	counters *volume.Counters
	rules    Rules
	last     time.Time // newest time that was counted at
	texts    *simplelru.LRU[actorOn, []string]
	totals   totals
	sizes    map[place]int64 // rows of tables, as far as told; at most maxSizes
	dropped  uint64          // alerts that found no place
	lost     []Span
	on       map[place][]*live // of live, by table
	unjudged error             // of this second

	learnedAt  time.Time // when the newest snapshot of the watch was made
	unlearned  bool      // it must be made anew soon
	relearning bool      // from counts of an earlier run

	// Guards the following.
	state  sync.Mutex
	live   map[string]*live
	pinned string // the alert that is being answered
	stands []Standing
	news   news
	again  bool // stands is not kept as it is

	judging, keeping trouble // guard themselves

	stop    chan struct{}
	running sync.WaitGroup
	closing sync.Once
	closed  error
}

// place is a table.
type place struct{ host, database, table string }

// actorOn is an actor on a table.
type actorOn struct {
	place
	volume.Actor
}

// ErrUnknownID says that there is no alert of that id, or that it was over so long
// ago that only the audit has it.
var ErrUnknownID = errors.New("no alert has this id")

// ErrNotAllowed says why an answer is not accepted, for people.
type ErrNotAllowed = hold.ErrNotAllowed

// ErrEnded is the answer to an alert that is over.
type ErrEnded struct{ Alert Alert }

// Error says how it ended, for people.
func (e ErrEnded) Error() string { return "this alert is over: it was " + string(e.Alert.State) }

// OpenDesk makes a desk from what the store has of earlier runs. What of that cannot be
// used is logged, and counted and learned anew; the error is of options and of a store
// that cannot be read.
func OpenDesk(ctx context.Context, o Options) (*Desk, error) {
	if o.Store == nil || o.Record == nil {
		return nil, errors.New("opening the desk of alerts: it needs a store and a record")
	}
	o.fill()
	now := o.Now().UTC()
	d := &Desk{
		options: o, intake: newIntake(), counters: volume.NewCounters(), rules: o.Rules,
		totals: totals{at: map[place]int{}}, sizes: map[place]int64{}, live: map[string]*live{}, stop: make(chan struct{}),
	}
	d.SetPeople(o.People)
	var err error
	if d.texts, err = simplelru.NewLRU[actorOn, []string](maxTexts, nil); err != nil {
		return nil, err
	}
	if err := d.restore(ctx, now); err != nil {
		return nil, err
	}
	d.running.Go(d.count)
	d.running.Go(d.keep)
	return d, nil
}

func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Events == nil {
		o.Events = func(event.Event) {}
	}
	if o.Braked == nil {
		o.Braked = func() {}
	}
	if o.Settle == nil {
		o.Settle = func() {}
	}
}

// Close counts what was handed in, keeps everything, and ends the goroutines. The error
// says what could not be kept.
func (d *Desk) Close() error {
	d.closing.Do(func() {
		close(d.stop)
		d.running.Wait()
		d.countNow()
		d.closed = d.keepLast()
	})
	return d.closed
}

// Take counts what transactions did to rows. It holds a lock for the additions alone, and
// allocates only for a table and actor that is new.
func (d *Desk) Take(t *event.Tally) { d.intake.add(t) }

// SetPeople replaces who is known, for a reload of the configuration.
func (d *Desk) SetPeople(p hold.People) { d.people.Store(&p) }

// People is who is known at the moment.
func (d *Desk) People() hold.People { return *d.people.Load() }

// SetRules puts other rules in force, for a reload of the configuration: from the next
// second on. Brakes that are on stay on. The error has all faults.
func (d *Desk) SetRules(r Rules) error {
	d.counting.Lock()
	defer d.counting.Unlock()
	d.state.Lock()
	defer d.state.Unlock()
	if err := d.watch.SetOptions(d.withJobs(r.Volume, d.stands)); err != nil {
		return err
	}
	d.rules = r
	return nil
}

// Watch starts watching. The caller closes it.
func (d *Desk) Watch() *Watch { return d.watching.Watch() }

// Watch hears which alerts are new or have changed: Desk.Get has them.
type Watch = hold.Watch
