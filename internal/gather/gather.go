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
	batchLen = 16

	// maxBatches bounds a queue to 262,144 items, of at most 32 bytes: 9 MB. It is that
	// long only while whoever drains it cannot keep up.
	maxBatches = 1 << 14

	// wakeAfter is how many batches wait until somebody is woken to drain the queue
	// early: 32,768 items, more than a second of very much traffic.
	wakeAfter = 1 << 11

	// MaxLen is how many items a queue takes, beside those that sessions have not handed
	// over.
	MaxLen = batchLen * maxBatches
)

// Queue gathers the items of any number of writers. Make one with New.
type Queue[T any] struct {
	wake   func()
	waking atomic.Bool

	full    atomic.Pointer[batch[T]] // the newest one that was handed over
	waiting atomic.Int64             // how many were
	begun   atomic.Pointer[Writer[T]]

	draining sync.Mutex // makes Drain one at a time
}

type batch[T any] struct {
	items [batchLen]T
	n     int
	next  *batch[T]
}

// Locker is the lock of a session, such as *sync.Mutex.
type Locker interface {
	TryLock() bool
	Unlock()
}

// Writer is of one session, whose lock guards it. It must not be copied once it is used.
type Writer[T any] struct {
	queue *Queue[T]
	lock  Locker
	batch *batch[T]  // nil for nothing
	known bool       // the queue knows that there is something, or was
	next  *Writer[T] // of those that the queue knows; belongs to the queue while known
}

// New makes a queue. wake is called by a goroutine of its own when very much waits: it
// should have the queue drained.
func New[T any](wake func()) *Queue[T] { return &Queue[T]{wake: wake} }

// Writer makes a writer for a session with that lock.
func (q *Queue[T]) Writer(lock Locker) Writer[T] { return Writer[T]{queue: q, lock: lock} }

// Add notes v. It is false, and v is not noted, where so much waits that there is no
// room. The caller holds the lock; it never blocks.
func (w *Writer[T]) Add(v T) bool {
	b := w.batch
	if b == nil {
		b = &batch[T]{}
		w.batch = b
		if !w.known {
			w.known = true
			w.queue.begin(w)
		}
	}
	if b.n == batchLen-1 && w.queue.waiting.Load() >= maxBatches {
		return false
	}
	b.items[b.n] = v
	if b.n++; b.n == batchLen {
		w.batch = nil
		w.queue.handOver(b)
	}
	return true
}

func (q *Queue[T]) begin(w *Writer[T]) {
	for {
		w.next = q.begun.Load()
		if q.begun.CompareAndSwap(w.next, w) {
			return
		}
	}
}

func (q *Queue[T]) handOver(b *batch[T]) {
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
func (q *Queue[T]) Drain(f func(*T)) {
	q.draining.Lock()
	defer q.draining.Unlock()
	for b := q.full.Swap(nil); b != nil; b = b.next {
		q.waiting.Add(-1)
		b.each(f)
	}
	for w := q.begun.Swap(nil); w != nil; {
		next := w.next
		if b, free := w.take(); free {
			b.each(f)
		} else {
			q.begin(w)
		}
		w = next
	}
}

// take takes what the session has noted since it handed over last. free is false where
// its lock is taken.
func (w *Writer[T]) take() (b *batch[T], free bool) {
	if !w.lock.TryLock() {
		return nil, false
	}
	defer w.lock.Unlock()
	b = w.batch
	w.batch, w.known, w.next = nil, false, nil
	return b, true
}

func (b *batch[T]) each(f func(*T)) {
	if b == nil {
		return
	}
	for i := range b.items[:b.n] {
		f(&b.items[i])
	}
}
