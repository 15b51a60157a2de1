package hold

import "sync"

// watchLength bounds what a Watch keeps, in holds. Whoever is that far behind
// lists all of them anyway.
const watchLength = 4096

// Watch hears which holds are new or have changed. It never blocks the desk: what
// is not taken yet is kept as a set of ids, so that a watcher that is slow, or busy
// with a network that is down, misses no hold and sees each in its last state. Make
// one with Desk.Watch or Watchers.Watch. All methods may be called from any goroutine.
type Watch struct {
	of    *Watchers
	ready chan struct{}

	mu       sync.Mutex // guards the fields below
	ids      []string   // in the order in which they changed first
	known    map[string]bool
	overflow bool
}

// Watch starts watching. The caller closes it.
func (d *Desk) Watch() *Watch { return d.watching.Watch() }

// Close ends watching. What was not taken stays to be taken.
func (w *Watch) Close() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	delete(w.of.all, w)
}

// Ready has a value when there is something to take. It is never closed.
func (w *Watch) Ready() <-chan struct{} { return w.ready }

// Take is the ids that changed since the last call, oldest first; Desk.Get has the
// holds. With all, some are missing: the caller lists everything instead.
func (w *Watch) Take() (ids []string, all bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids, all = w.ids, w.overflow
	w.ids, w.overflow = nil, false
	clear(w.known)
	return ids, all
}

func (w *Watch) add(id string) {
	w.mu.Lock()
	switch {
	case w.known[id]:
	case len(w.ids) == watchLength:
		w.overflow = true
	default:
		w.known[id], w.ids = true, append(w.ids, id)
	}
	w.mu.Unlock()
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// Watchers are those who watch the holds of a desk, or something else with an id. The
// zero value is nobody. All methods may be called from any goroutine.
type Watchers struct {
	mu  sync.Mutex
	all map[*Watch]struct{}
}

// Watch starts watching. The caller closes it.
func (l *Watchers) Watch() *Watch {
	w := &Watch{of: l, ready: make(chan struct{}, 1), known: map[string]bool{}}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[*Watch]struct{}{}
	}
	l.all[w] = struct{}{}
	return w
}

// Tell says that what has this id has changed, once the change is on disk.
func (l *Watchers) Tell(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.all {
		w.add(id)
	}
}
