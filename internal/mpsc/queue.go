// Package mpsc is a queue from many goroutines to one, for what is noted with each
// statement: to add costs two atomic operations on memory that is filled in order, and
// waits for nobody.
package mpsc

import (
	"sync"
	"sync/atomic"
)

const (
	// chunkLen is how many items are allocated at a time: of 32 bytes each, 80 KB.
	chunkLen = 2048

	// maxChunks bounds a queue to 262,144 items. It is that long only while whoever
	// drains it cannot keep up.
	maxChunks = 128

	// wakeAfter is how many chunks are filled until somebody is woken to drain the
	// queue early: 32,768 items, more than a second of very much traffic.
	wakeAfter = 16

	// MaxLen is how many items a queue has room for.
	MaxLen = chunkLen * maxChunks
)

// Queue takes items from any number of goroutines. Make one with New.
type Queue[T any] struct {
	wake   func()
	waking atomic.Bool

	newest atomic.Pointer[chunk[T]]
	chunks atomic.Int64 // from the one that is read to the newest

	// Guards the following, and makes Drain one at a time.
	mu     sync.Mutex
	oldest *chunk[T]
	read   int // items of oldest
}

type chunk[T any] struct {
	taken atomic.Int64 // items that somebody has taken to write; may exceed chunkLen
	items [chunkLen]item[T]
	next  atomic.Pointer[chunk[T]]
}

type item[T any] struct {
	value   T
	written atomic.Bool // stored last, and read first
}

// New makes a queue. wake is called by a goroutine of its own when very much waits: it
// should have the queue drained.
func New[T any](wake func()) *Queue[T] {
	q := &Queue[T]{wake: wake, oldest: &chunk[T]{}}
	q.newest.Store(q.oldest)
	q.chunks.Store(1)
	return q
}

// Add puts v at the end. It is false, and v is not in the queue, where there are MaxLen
// items already. It never blocks.
func (q *Queue[T]) Add(v T) bool {
	for {
		c := q.newest.Load()
		if i := c.taken.Add(1) - 1; i < chunkLen {
			c.items[i].value = v
			c.items[i].written.Store(true)
			return true
		}
		if q.newest.Load() == c && !q.grow(c) {
			return false
		}
	}
}

// grow puts a chunk behind the newest one, which is full. It says whether there is one.
// A chunk is never used again: somebody may have it in hand for as long as they like.
func (q *Queue[T]) grow(full *chunk[T]) bool {
	n := q.chunks.Load()
	if n >= maxChunks {
		return false
	}
	next := &chunk[T]{}
	if !full.next.CompareAndSwap(nil, next) {
		return true // another goroutine has; newest has it soon
	}
	q.chunks.Add(1)
	q.newest.Store(next)
	if n >= wakeAfter && q.waking.CompareAndSwap(false, true) {
		go func() {
			defer q.waking.Store(false)
			q.wake()
		}()
	}
	return true
}

// Drain hands f what was added, in order, and takes it out. f must not keep the pointer.
// What is being added meanwhile may be left for the next time. Others who drain wait.
func (q *Queue[T]) Drain(f func(*T)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.drainOldest(f) {
		next := q.oldest.next.Load()
		if next == nil {
			return
		}
		q.oldest, q.read = next, 0
		q.chunks.Add(-1)
	}
}

// drainOldest takes what is written out of the oldest chunk. It says whether that was all
// that it has room for.
func (q *Queue[T]) drainOldest(f func(*T)) bool {
	for ; q.read < chunkLen; q.read++ {
		i := &q.oldest.items[q.read]
		if !i.written.Load() {
			return false
		}
		f(&i.value)
		var none T
		i.value = none // what it points at is not kept until the chunk is full
	}
	return true
}
