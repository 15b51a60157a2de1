// Package gather takes what many sessions note with each statement to one place, for so
// little that a session does not feel it: a few stores to memory of its own. Two atomic
// operations on memory that others write to took longer than all that is done with it.
package gather

import (
	"sync"
	"sync/atomic"
)

const (
	// batchLen is how many items a session notes before it hands them over.
	batchLen = 32

	// maxBatches bounds a queue to 262,144 items, of at most 16 bytes: 5 MB. It is that
	// long only while whoever drains it cannot keep up.
	maxBatches = 1 << 13

	// wakeAfter is how many batches wait until somebody is woken to drain the queue
	// early: 32,768 items, more than a second of very much traffic.
	wakeAfter = 1 << 10

	// MaxLen is how many items a queue takes, beside those that sessions have not handed
	// over.
	MaxLen = batchLen * maxBatches
)

// Queue gathers the items of any number of writers; those that follow each other mostly
// have the same W in common, such as who they are of. Make one with New.
type Queue[W comparable, T any] struct {
	wake   func()
	waking atomic.Bool

	full    atomic.Pointer[batch[W, T]] // the newest one that was handed over
	waiting atomic.Int64                // how many were
	begun   atomic.Pointer[Writer[W, T]]
	unused  sync.Pool // of *batch[W, T], which are empty

	draining sync.Mutex // makes Drain one at a time
}

type batch[W comparable, T any] struct {
	who   W
	n     int // set when it is handed over
	items [batchLen]T
	next  *batch[W, T]
}

// Locker is the lock of a session, such as *sync.Mutex.
type Locker interface {
	TryLock() bool
	Unlock()
}

// Writer is of one session, whose lock guards it. It must not be copied once it is used.
type Writer[W comparable, T any] struct {
	batch *batch[W, T] // nil for nothing
	who   W            // of batch: these are here, where a session looks in any case
	n     int          // items in batch

	queue *Queue[W, T]
	lock  Locker
	known bool          // the queue knows that there is something, or was
	next  *Writer[W, T] // of those that the queue knows; belongs to the queue while known
}

// New makes a queue. wake is called by a goroutine of its own when very much waits: it
// should have the queue drained.
func New[W comparable, T any](wake func()) *Queue[W, T] { return &Queue[W, T]{wake: wake} }

// Writer makes a writer for a session with that lock.
func (q *Queue[W, T]) Writer(lock Locker) Writer[W, T] { return Writer[W, T]{queue: q, lock: lock} }

// Add notes v of who. It is false, and v is not noted, where so much waits that there is
// no room. The caller holds the lock; it never blocks.
func (w *Writer[W, T]) Add(who W, v T) bool {
	if w.batch == nil || w.who != who || w.n == batchLen {
		if !w.begin(who) {
			return false
		}
	}
	w.batch.items[w.n] = v
	w.n++
	return true
}

// begin hands over what there is and begins another batch, if there is room.
func (w *Writer[W, T]) begin(who W) bool {
	if w.batch != nil {
		if w.queue.waiting.Load() >= maxBatches {
			return false
		}
		w.batch.n = w.n
		w.queue.handOver(w.batch)
	}
	b, _ := w.queue.unused.Get().(*batch[W, T])
	if b == nil {
		b = &batch[W, T]{}
	}
	b.who = who
	w.batch, w.who, w.n = b, who, 0
	if !w.known {
		w.known = true
		w.queue.know(w)
	}
	return true
}

func (q *Queue[W, T]) know(w *Writer[W, T]) {
	for {
		w.next = q.begun.Load()
		if q.begun.CompareAndSwap(w.next, w) {
			return
		}
	}
}

func (q *Queue[W, T]) handOver(b *batch[W, T]) {
	for {
		b.next = q.full.Load()
		if q.full.CompareAndSwap(b.next, b) {
			break
		}
	}
	if q.waiting.Add(1) >= wakeAfter && q.waking.CompareAndSwap(false, true) {
		go func() {
			defer q.waking.Store(false)
			q.wake()
		}()
	}
}

// Drain hands f what was noted, in no order, and forgets it. f must not keep the pointer.
// What a session has not handed over whose lock is taken is left for the next time.
// Others who drain wait.
func (q *Queue[W, T]) Drain(f func(W, *T)) {
	q.draining.Lock()
	defer q.draining.Unlock()
	for b := q.full.Swap(nil); b != nil; {
		next := b.next
		q.waiting.Add(-1)
		q.empty(b, f)
		b = next
	}
	for w := q.begun.Swap(nil); w != nil; {
		next := w.next
		if b, free := w.take(); !free {
			q.know(w)
		} else if b != nil {
			q.empty(b, f)
		}
		w = next
	}
}

// take takes what the session has noted since it handed over last, if anything. free is
// false where its lock is taken.
func (w *Writer[W, T]) take() (b *batch[W, T], free bool) {
	if !w.lock.TryLock() {
		return nil, false
	}
	defer w.lock.Unlock()
	if b = w.batch; b != nil {
		b.n = w.n
	}
	w.batch, w.known, w.next = nil, false, nil
	return b, true
}

// empty hands f what a batch has. It is then used again.
func (q *Queue[W, T]) empty(b *batch[W, T], f func(W, *T)) {
	for i := range b.items[:b.n] {
		f(b.who, &b.items[i])
	}
	*b = batch[W, T]{}
	q.unused.Put(b)
}
