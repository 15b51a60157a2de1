package tally

import (
	"sync"
	"sync/atomic"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// chunkLen is how many entries are allocated at a time, of 32 bytes each: 64 KB.
	chunkLen = 2048

	// maxChunks bounds the queue to 262,144 entries, 8 MB. It is that long only while
	// whoever settles it cannot keep up; what finds no place is handed on by the session.
	maxChunks = 128

	// settleAfter is how many chunks are filled until the queue is settled without
	// waiting for whoever counts: 32,768 entries, more than a second of usual traffic.
	settleAfter = 16

	// maxSums is how many sums are made at a time: 320 KB, which a processor's cache has
	// room for. Of more statements and origins there are several.
	maxSums = 4096
)

// Kinds of entries, which say what a number counts. Zero is an entry that is not written.
const (
	deleted uint32 = iota + 1
	updated
	undone
	emptied
)

// entry is one number of a Sum. The kind is stored last, and read first.
type entry struct {
	who  unique.Handle[event.Origin]
	of   *rules.Rows
	n    int64
	kind atomic.Uint32
}

type chunk struct {
	taken   atomic.Int64 // entries that a session has taken for itself; may exceed chunkLen
	entries [chunkLen]entry
	next    atomic.Pointer[chunk]
}

// Queue takes the sums of any number of sessions, without a lock. Make one with NewQueue.
type Queue struct {
	to func(*event.Tally)

	newest   atomic.Pointer[chunk]
	chunks   atomic.Int64 // from the one that is read to the newest
	settling atomic.Bool  // because of settleAfter

	// Guards the following, and that one goroutine at a time settles.
	mu     sync.Mutex
	oldest *chunk
	read   int // entries of oldest
	sums   sums
}

// NewQueue makes a queue that is settled by calling to. A tally that it is handed is good
// until it returns. It is called by one goroutine at a time but for what finds no place
// in the queue, which sessions hand it themselves, at the same time: it must not block.
func NewQueue(to func(*event.Tally)) *Queue {
	q := &Queue{to: to, oldest: &chunk{}}
	q.newest.Store(q.oldest)
	q.chunks.Store(1)
	q.sums.at = make(map[what]int, maxSums)
	return q
}

// Add queues what a transaction did to rows. It keeps the statements, and nothing else
// of the slice. It never blocks.
func (q *Queue) Add(who unique.Handle[event.Origin], transaction []event.Sum) {
	for i := range transaction {
		s := &transaction[i]
		q.add(who, s.Of, s.Deleted, deleted)
		q.add(who, s.Of, s.Updated, updated)
		q.add(who, s.Of, s.Undone, undone)
		q.add(who, s.Of, s.Emptied, emptied)
	}
}

func (q *Queue) add(who unique.Handle[event.Origin], of *rules.Rows, n int64, kind uint32) {
	if n <= 0 {
		return
	}
	e := q.take()
	if e == nil {
		var s event.Sum
		s.Of = of
		count(&s, kind, n)
		q.to(&event.Tally{Origin: who.Value(), Rows: []event.Rows{s.Rows()}})
		return
	}
	e.who, e.of, e.n = who, of, n
	e.kind.Store(kind)
}

// take is an entry for the caller to write; nil where there is no room.
func (q *Queue) take() *entry {
	for {
		c := q.newest.Load()
		if i := c.taken.Add(1) - 1; i < chunkLen {
			return &c.entries[i]
		}
		if q.newest.Load() == c && !q.grow(c) {
			return nil
		}
	}
}

// grow puts a chunk behind the newest one, which is full. It says whether there is one.
func (q *Queue) grow(full *chunk) bool {
	n := q.chunks.Load()
	if n >= maxChunks {
		return false
	}
	if !full.next.CompareAndSwap(nil, &chunk{}) {
		return true // another session has; newest has it soon
	}
	q.chunks.Add(1)
	q.newest.Store(full.next.Load())
	if n >= settleAfter && q.settling.CompareAndSwap(false, true) {
		go func() {
			defer q.settling.Store(false)
			q.Settle()
		}()
	}
	return true
}

// Settle hands on what was added, summed by origin and statement. What is being added
// meanwhile may be left for the next time.
func (q *Queue) Settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.settleOldest() {
		next := q.oldest.next.Load()
		if next == nil {
			break
		}
		q.oldest, q.read = next, 0
		q.chunks.Add(-1)
	}
	q.sums.handOn(q.to)
}

// settleOldest sums what is written in the oldest chunk. It says whether that was all
// that it has room for.
func (q *Queue) settleOldest() bool {
	for ; q.read < chunkLen; q.read++ {
		e := &q.oldest.entries[q.read]
		kind := e.kind.Load()
		if kind == 0 {
			return false
		}
		if q.sums.full() {
			q.sums.handOn(q.to)
		}
		q.sums.add(what{e.who, e.of}, kind, e.n)
	}
	return true
}
