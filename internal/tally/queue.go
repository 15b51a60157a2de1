package tally

import (
	"math"
	"sync"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/gather"
	"github.com/holdfast-db/holdfast/rules"
)

// maxSums is how many sums are made at a time: 320 KB, which a processor's cache has
// room for. Of more statements and origins there are several.
const maxSums = 4096

// who is whose rows they are.
type who = unique.Handle[event.Origin]

// kind says what a number counts.
type kind int64

const (
	deleted kind = iota
	updated
	undone
	emptied

	kinds = 4
)

// entry is one number of an event.Sum, with its kind: number*kinds + kind.
type entry struct {
	of     *rules.Rows
	packed int64
}

// maxNumber is the highest number that can be packed. No table has as many rows.
const maxNumber = math.MaxInt64/kinds - 1

func entryOf(of *rules.Rows, number int64, k kind) entry {
	return entry{of, min(number, maxNumber)*kinds + int64(k)}
}

// Queue takes the sums of any number of sessions, without a lock of its own and in at
// most 6 MB of memory. Make one with NewQueue.
type Queue struct {
	to      func(*event.Tally)
	entries *gather.Queue[who, entry]

	mu   sync.Mutex // guards sums
	sums sums
}

// NewQueue makes a queue that is settled by calling to. A tally that it is handed is good
// until it returns. It is called by one goroutine at a time but for what finds no room in
// the queue, which sessions hand it themselves, at the same time: it must not block.
func NewQueue(to func(*event.Tally)) *Queue {
	q := &Queue{to: to}
	q.entries = gather.New[who, entry](q.Settle)
	q.sums.at = make(map[what]int, maxSums)
	return q
}

// Writer is of one session, whose lock guards it. It must not be copied once it is used.
type Writer struct {
	entries gather.Writer[who, entry]
	queue   *Queue
}

// Writer makes a writer for a session with that lock.
func (q *Queue) Writer(lock gather.Locker) Writer {
	return Writer{queue: q, entries: q.entries.Writer(lock)}
}

// Add takes what a transaction did to rows. It keeps the statements, and nothing else
// of the slice. The caller holds the lock; it never blocks.
func (w *Writer) Add(who who, transaction []event.Sum) {
	for i := range transaction {
		s := &transaction[i]
		w.add(who, s.Of, s.Deleted, deleted)
		w.add(who, s.Of, s.Updated, updated)
		w.add(who, s.Of, s.Undone, undone)
		w.add(who, s.Of, s.Emptied, emptied)
	}
}

func (w *Writer) add(who who, of *rules.Rows, number int64, k kind) {
	if number <= 0 {
		return
	}
	e := entryOf(of, number, k)
	if w.entries.Add(who, e) {
		return
	}
	s := event.Sum{Of: of}
	e.count(&s)
	w.queue.to(&event.Tally{Origin: who.Value(), Rows: []event.Rows{s.Rows()}})
}

// Settle hands on what was added, summed by origin and statement. What sessions add
// meanwhile, or have added that are at work, may be left for the next time.
func (q *Queue) Settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.entries.Drain(func(by who, e *entry) {
		if q.sums.full() {
			q.sums.handOn(q.to)
		}
		q.sums.add(by, e)
	})
	q.sums.handOn(q.to)
}
