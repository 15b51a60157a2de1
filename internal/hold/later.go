package hold

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// laterLength bounds what waits for the disk. Each entry is a hold that a
	// person or a client has ended, so thousands of them are hours of work.
	laterLength = 4096

	// retryPause is how long to wait for a disk that failed. Short enough that
	// lists are true again soon, long enough to cost nothing.
	retryPause = time.Second

	// maxResult bounds a Result, in bytes: a command tag is short, and a server's
	// message says in its first lines what went wrong.
	maxResult = 4096
)

// later writes what holds whether or not it is on disk yet: ends that release
// nothing, and outcomes. It writes in order, tries again while the disk fails,
// and counts what it had to give up.
type later struct {
	desk  *Desk
	lost  atomic.Uint64
	queue chan job
	quit  chan struct{}
	done  sync.WaitGroup

	mu     sync.RWMutex // held for reading by put, so that close is the end
	closed bool

	open sync.Mutex // guards changes
	// changes are the holds of which a change is to be written.
	changes map[string]*change
}

// job is one change to write. What is done is taken off it, so that a second
// try does only the rest.
type job struct {
	id string

	// asked is when the hold was asked, since an id whose hold was never stored may be
	// another one's by now; zero is whenever.
	asked time.Time

	// step is to be stored, with what else set changes. Empty once it is.
	step step
	set  func(*Hold)

	// exactly is true for outcomes: where step is not allowed nothing happens.
	// Otherwise the hold is ended as its stored state allows.
	exactly bool
	result  string // of an outcome, for outcome

	// revert is the hold before an approval that does not count, to be taken back
	// should the store have it; or nil.
	revert *Hold

	// amend changes the hold but for its state, or is nil.
	amend func(*Hold)

	// file is how the outcome changes the file that lists the statement; nil while that is
	// not stored.
	file *fileChange

	event *event.HoldChanged // to be written to the record, or nil
	state State              // to be marked as recorded in the store

	hold    Hold // as the job leaves it; its zero value while that is not known
	counted bool // among the changes to be written
}

// changes is false for a job that only marks.
func (j *job) changes() bool {
	return j.step != "" || j.event != nil || j.revert != nil || j.amend != nil
}

func newLater(d *Desk) *later {
	l := &later{desk: d, queue: make(chan job, laterLength), quit: make(chan struct{}), changes: map[string]*change{}}
	l.done.Go(l.run)
	return l
}

// put queues j and never blocks.
func (l *later) put(j job) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.begin(&j)
	if !l.closed {
		select {
		case l.queue <- j:
			return
		default:
		}
	}
	l.give(j)
}

// give counts j as lost. A mark that is lost only makes the next start write one
// record twice.
func (l *later) give(j job) {
	if j.changes() {
		l.lost.Add(1)
	}
	l.over(&j)
}

func (l *later) end(h Hold, s step, result string) {
	l.put(job{id: h.ID, asked: h.Asked, step: s, set: func(h *Hold) { h.Result = result }})
}

func (l *later) recorded(h Hold) { l.put(job{id: h.ID, state: h.State}) }

// close writes what is queued, as long as the disk takes it.
func (l *later) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	close(l.quit)
	l.done.Wait()
}

func (l *later) run() {
	for !l.quitting() {
		select {
		case j := <-l.queue:
			l.until(j)
		case <-l.quit:
		}
	}
	l.drain()
}

// quitting says that the desk closes. It is asked before the queue, so that drain
// alone decides what is still tried: of a queue and a closed channel select would
// take either.
func (l *later) quitting() bool {
	select {
	case <-l.quit:
		return true
	default:
		return false
	}
}

// until tries j until it is written or the desk closes.
func (l *later) until(j job) {
	for l.desk.settle(&j) != nil {
		select {
		case <-time.After(retryPause):
		case <-l.quit:
			if l.desk.settle(&j) != nil {
				l.give(j)
				return
			}
			l.over(&j)
			return
		}
	}
	l.over(&j)
}

// drain gives up at the first failure: closing must come to an end, and the next
// start settles what is left.
func (l *later) drain() {
	failed := false
	for {
		select {
		case j := <-l.queue:
			if !failed {
				failed = l.desk.settle(&j) != nil
			}
			if failed {
				l.give(j)
			} else {
				l.over(&j)
			}
		default:
			return
		}
	}
}
