package hold

import (
	"context"
	"sync"
	"time"
)

// keeper ends holds that nobody waits for when their time is over: those in return
// mode expire, grants lapse.
type keeper struct {
	desk *Desk
	wake chan struct{} // has an item when something is due sooner
	quit chan struct{}
	done sync.WaitGroup

	mu  sync.Mutex
	due map[string]time.Time // by id
}

func newKeeper(d *Desk) *keeper {
	return &keeper{desk: d, wake: make(chan struct{}, 1), quit: make(chan struct{}), due: map[string]time.Time{}}
}

func (k *keeper) start() { k.done.Go(k.run) }

func (k *keeper) close() {
	close(k.quit)
	k.done.Wait()
}

// deadline is when a hold that nobody waits for ends by itself.
func (h Hold) deadline() time.Time {
	if h.State == Granted {
		return h.GrantUntil
	}
	return h.Expires
}

// keep notes a hold, or that its time has changed.
func (k *keeper) keep(h Hold) { k.at(h.ID, h.deadline()) }

func (k *keeper) at(id string, t time.Time) {
	k.mu.Lock()
	k.due[id] = t
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *keeper) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.due, id)
}

// full says that no more holds are kept.
func (k *keeper) full() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.due) >= maxKept
}

// next is what is due first; empty when nothing is kept.
func (k *keeper) next() (id string, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, t := range k.due {
		if id == "" || t.Before(at) || t.Equal(at) && i < id {
			id, at = i, t
		}
	}
	return id, at
}

func (k *keeper) run() {
	for {
		id, at := k.next()
		var timer <-chan time.Time // never, when nothing is kept
		if id != "" {
			timer = time.After(time.Until(at))
		}
		select {
		case <-timer:
			k.end(id)
		case <-k.wake:
		case <-k.quit:
			return
		}
	}
}

// end ends a hold whose time is over. What cannot be read or written now is tried
// again after a pause.
func (k *keeper) end(id string) {
	d := k.desk
	ctx := context.Background()
	h, err := d.load(ctx, id)
	if err != nil || d.later.unwritten(id) != nil {
		k.at(id, clock().Add(retryPause))
		return
	}
	g := d.gateOf(h.Binding)
	g.Lock()
	defer g.Unlock()
	if h, err = d.load(ctx, id); err != nil || d.later.unwritten(id) != nil {
		k.at(id, clock().Add(retryPause))
		return
	}
	s, result := h.overdue()
	switch {
	case s == "":
		k.forget(id)
		return
	case clock().Before(h.deadline()):
		k.keep(h)
		return
	}
	set := func(h *Hold) { h.Result = result }
	if after, err := h.stepped(s, set); err == nil {
		d.save(ctx, h, after, s, set)
	}
	k.forget(id)
}

// overdue says how a hold ends that nobody waits for and whose time is over; empty
// for one that is not kept.
func (h Hold) overdue() (step, string) {
	switch {
	case h.State == Granted && h.OfFile():
		return lapse, h.lapsedFile()
	case h.State == Granted:
		return lapse, "nobody ran it in time"
	case h.State == Pending && h.Return:
		return expire, "nobody answered in time"
	}
	return "", ""
}
