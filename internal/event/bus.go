package event

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/internal/gather"
)

const (
	// queueLength bounds what waits for one observer. At 300 bytes an event it
	// is 1.2 MB, and at 1,000 events a second four seconds of a slow disk.
	queueLength = 4096

	// flushEvery is how often counts of uncounted statements become events: one
	// record a minute and key is little, and what a crash loses is a minute.
	flushEvery = time.Minute

	// settleEvery is how often sums are made of uncounted statements.
	settleEvery = time.Second
)

// Observer is told of events.
type Observer interface {
	// Observe is called from one goroutine, in order. It may be slow: only this
	// observer's events are then lost. A panic in it costs that event only.
	Observe(Event)
}

// Bus hands events to observers. Make one with NewBus.
type Bus struct {
	counts counts

	mu        sync.RWMutex // guards the fields below; held for reading by Publish
	closed    bool
	observers []*queue

	stop    chan struct{}
	running sync.WaitGroup
}

// NewBus starts a bus without observers. Close ends its goroutine.
func NewBus() *Bus {
	b := &Bus{stop: make(chan struct{})}
	b.counts.init(time.Now())
	b.running.Go(b.flushMinutes)
	return b
}

// Subscribe gives o every event published from now on. The name stands in Lost
// events. On a closed bus it does nothing.
func (b *Bus) Subscribe(name string, o Observer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	q := &queue{name: name, to: o, events: make(chan Event, queueLength)}
	b.observers = append(b.observers, q)
	b.running.Go(q.deliver)
}

// Publish hands e to every observer, and never blocks: an observer whose queue
// is full loses e, which is counted. After Close it does nothing.
func (b *Bus) Publish(e Event) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return
	}
	for _, q := range b.observers {
		select {
		case q.events <- e:
		default:
			q.lost.Add(1)
			q.lostEver.Add(1)
		}
	}
}

// Counter makes a counter for a session with that lock.
func (b *Bus) Counter(lock gather.Locker) Counter {
	return Counter{counts: &b.counts, waiting: b.counts.waiting.Writer(lock)}
}

// Lost is how many events were not delivered since the start, all observers
// together.
func (b *Bus) Lost() uint64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var n uint64
	for _, q := range b.observers {
		n += q.lostEver.Load()
	}
	return n
}

// Close publishes the counts of the begun minute, waits until every observer has
// got what is queued for it, and ends the goroutines. It is safe to call twice.
func (b *Bus) Close() {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return
	}
	b.mu.Unlock()
	b.publishCounts(time.Now())

	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.stop)
		for _, q := range b.observers {
			close(q.events)
		}
	}
	b.mu.Unlock()
	b.running.Wait()
}

func (b *Bus) flushMinutes() {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	settle := time.NewTicker(settleEvery)
	defer settle.Stop()
	for {
		select {
		case now := <-tick.C:
			b.publishCounts(now)
		case <-settle.C:
			b.counts.settle()
		case <-b.stop:
			return
		}
	}
}

func (b *Bus) publishCounts(now time.Time) {
	for _, e := range b.counts.take(now) {
		b.Publish(e)
	}
}

// queue is what waits for one observer.
type queue struct {
	name     string
	to       Observer
	events   chan Event
	lost     atomic.Uint64 // since the observer was last told
	lostEver atomic.Uint64
}

func (q *queue) deliver() {
	for e := range q.events {
		q.tellLost()
		q.observe(e)
	}
	q.tellLost()
}

func (q *queue) tellLost() {
	if n := q.lost.Swap(0); n > 0 {
		q.observe(Lost{At: time.Now(), Observer: q.name, Count: n})
	}
}

// observe guards the bus, and with it the process, from one observer's fault.
func (q *queue) observe(e Event) {
	defer func() {
		if recover() != nil {
			q.lostEver.Add(1)
		}
	}()
	q.to.Observe(e)
}
