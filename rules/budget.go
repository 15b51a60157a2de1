package rules

import "sync"

// budget is a semaphore in bytes. Whoever asks for more than there is gets all
// of it, alone. Who waits longest is served first, so that a large text is not
// starved by small ones. The zero value has no room; set size first.
type budget struct {
	mu    sync.Mutex
	size  int64
	taken int64
	queue []*waiter
}

type waiter struct {
	bytes int64
	ready chan struct{}
}

// take waits until there is room for the bytes and returns what to give back.
func (b *budget) take(bytes int64) int64 {
	bytes = min(bytes, b.size)
	b.mu.Lock()
	if len(b.queue) == 0 && b.taken+bytes <= b.size {
		b.taken += bytes
		b.mu.Unlock()
		return bytes
	}
	w := &waiter{bytes, make(chan struct{})}
	b.queue = append(b.queue, w)
	b.mu.Unlock()
	<-w.ready
	return bytes
}

// give returns what take gave.
func (b *budget) give(bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken -= bytes
	for len(b.queue) > 0 && b.taken+b.queue[0].bytes <= b.size {
		b.taken += b.queue[0].bytes
		close(b.queue[0].ready)
		b.queue = b.queue[1:]
	}
}
