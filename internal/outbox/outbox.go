// Package outbox brings holds that changed to one place outside, each until it has
// arrived.
//
// An Outbox keeps no messages, only which holds are to be looked at: Options.Show compares
// a hold with what the place shows of it, and does what is missing. So a hold that
// changes five times while the place is down is shown once, as it is then.
//
// All methods of Outbox may be called from any goroutine, Run once.
package outbox

import (
	"context"
	"sync"
	"time"
)

// Options are what an Outbox works with. All are needed.
type Options struct {
	// Show makes the place show the hold of that id; asked says that it was seen
	// waiting. It is called by one goroutine, must be safe to repeat, and must not
	// panic.
	Show func(ctx context.Context, id string, asked bool) error

	// Known says whether anything is known of a hold from before, and whether the
	// place shows it already. It is asked without a lock of the Outbox.
	Known func(id string) (known, shown bool)

	// Fault says what an error of Show means.
	Fault func(error) Fault

	// Failed is told of the first failure of a hold and of some that follow.
	Failed func(id string, err error, again time.Duration)

	Pace Pace
}

// Fault is what a failure means for the next try.
type Fault struct {
	Wait time.Duration // what the place asked for; 0 is nothing
	All  bool          // the place is out of reach, so that no other hold is tried either
}

// Pace is how fast things are tried again: the first pause, which doubles up to the
// longest.
type Pace struct{ First, Longest time.Duration }

// UsualPace: a second is what services ask for most often, a minute is soon enough
// to notice that one is back.
var UsualPace = Pace{First: time.Second, Longest: time.Minute}

// Wait is how long to wait after so many failures in a row.
func (p Pace) Wait(failures int) time.Duration {
	wait := p.First
	for range min(failures-1, 20) { // more would overflow
		wait = min(2*wait, p.Longest)
	}
	return min(wait, p.Longest)
}

// tellEvery is after how many failures of one hold Failed is told again: at the
// longest pace every twenty minutes.
const tellEvery = 20

// Outbox is which holds are to be looked at. Make one with New.
type Outbox struct {
	o    Options
	wake chan struct{}

	mu       sync.Mutex // guards the fields below
	queue    map[string]*job
	paused   time.Time // nothing is tried before
	failures int       // in a row, of reaching the place
	ending   bool
}

// job is a hold that is to be looked at.
type job struct {
	due    time.Time
	tries  int  // failures in a row
	asked  bool // it was seen waiting: it is shown even if nothing is known of it
	first  bool // the place shows nothing of it yet, so people may wait for it
	change bool // it changed while it was worked on
}

// New makes an Outbox; Run starts it.
func New(o Options) *Outbox {
	return &Outbox{o: o, wake: make(chan struct{}, 1), queue: map[string]*job{}}
}

// Changed says that a hold is to be looked at; asked is true when it was just asked.
// A hold of which nothing is known and which was not asked is over and was never
// shown: it is left alone. Changed never blocks.
func (b *Outbox) Changed(id string, asked bool) {
	known, shown := b.o.Known(id)
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.queue[id]
	if j == nil {
		if !known && !asked {
			return
		}
		j = &job{first: !shown}
		b.queue[id] = j
	}
	j.asked = j.asked || asked
	j.change = true
	b.signal()
}

// Waiting is how many holds are to be looked at.
func (b *Outbox) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue)
}

// Finish makes Run end once nothing can be done at the moment.
func (b *Outbox) Finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ending = true
	b.signal()
}

func (b *Outbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Run looks at one hold after the other until ctx ends, or Finish was called and
// nothing is due.
func (b *Outbox) Run(ctx context.Context) {
	for ctx.Err() == nil {
		id, j, wait, over := b.next(time.Now())
		switch {
		case over:
			return
		case id != "":
			b.settle(id, b.o.Show(ctx, id, j.asked))
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-b.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// idle is how long Run sleeps when nothing is due.
const idle = time.Hour

// next is the job that is due, holds that nobody has seen yet first, or how long to
// wait for one. It is over when the Outbox is ending and nothing is due.
func (b *Outbox) next(now time.Time) (id string, j job, wait time.Duration, over bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait = idle
	pause := b.paused.Sub(now)
	for i, candidate := range b.queue {
		if due := max(candidate.due.Sub(now), pause); due > 0 {
			wait = min(wait, due)
			continue
		}
		if best := b.queue[id]; best == nil || candidate.before(best) {
			id = i
		}
	}
	if id == "" {
		return "", job{}, wait, b.ending
	}
	b.queue[id].change = false
	return id, *b.queue[id], 0, false
}

func (j *job) before(other *job) bool {
	if j.first != other.first {
		return j.first
	}
	return j.due.Before(other.due)
}

// settle decides when a hold is looked at again.
func (b *Outbox) settle(id string, err error) {
	b.mu.Lock()
	j := b.queue[id]
	if err == nil {
		defer b.mu.Unlock()
		b.failures = 0
		if !j.change {
			delete(b.queue, id)
			return
		}
		*j = job{asked: j.asked, change: true}
		return
	}
	j.tries++
	tries, wait := j.tries, b.waitLocked(j, b.o.Fault(err))
	j.due = time.Now().Add(wait)
	b.mu.Unlock()
	if tries == 1 || tries%tellEvery == 0 {
		b.o.Failed(id, err, wait)
	}
}

// waitLocked is how long to wait after a failure.
func (b *Outbox) waitLocked(j *job, f Fault) time.Duration {
	wait := b.o.Pace.Wait(j.tries)
	if f.All && f.Wait == 0 {
		b.failures++
		wait = b.o.Pace.Wait(b.failures)
	}
	if f.Wait > 0 {
		wait = max(f.Wait, b.o.Pace.First)
	}
	if f.All {
		b.paused = time.Now().Add(wait)
	}
	return wait
}
