package proxy

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"
)

// Parking: a pump that waits for a side which has been silent for a while gives its
// goroutine back, whose stack is most of the memory of an idle session. The side's
// descriptor is then watched together with all others by the one goroutine of a
// lot, and when it can be read from, the pump is started again. Each direction of a
// session is parked by itself: a pump keeps nothing on its stack while it waits, so
// it makes no difference whether it waits or is started when there is something.
//
// No byte can be lost between the two. A pump parks only after a read that was
// interrupted, which has taken nothing from the socket; the lot is told of what has
// come before the descriptor was added as well as of what comes later; and it only
// looks, the pump reads.

const (
	// DefaultParkAfter is long against the pauses of a client at work: parking and
	// waking cost some 40 microseconds of CPU (BenchmarkWaking), so 500 sessions
	// that wake as soon as they are parked cost 1 % of one CPU.
	DefaultParkAfter = 2 * time.Second

	// collectFrom is how many goroutines more than before must be given back for
	// their stacks, 4 to 8 KiB each, to be worth a garbage collection of their own.
	// Without it the memory stays until the next one: up to two minutes.
	collectFrom = 1000
)

// startParking begins to park quiet sessions, until stop.
func (s *Server) startParking() (stop func()) {
	if s.o.ParkAfter < 0 {
		return func() {}
	}
	l, err := newLot()
	if errors.Is(err, errors.ErrUnsupported) {
		return func() {}
	}
	if err != nil {
		s.o.Log.Error().Err(err).Msg("idle sessions keep their goroutines")
		return func() {}
	}
	s.lot = l
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { s.parkQuiet(ctx) })
	ended.Go(l.watch)
	return func() {
		cancel()
		l.close()
		ended.Wait()
	}
}

// parkQuiet interrupts the pumps of quiet sessions every so often until ctx ends,
// and has the memory collected that they give back.
func (s *Server) parkQuiet(ctx context.Context) {
	tick := time.NewTicker(s.o.ParkAfter)
	defer tick.Stop()
	settled := time.NewTimer(s.o.ParkAfter)
	defer settled.Stop()
	var all []*netSession
	var stacks collector
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			stacks.note(s.lot.count())
			all = s.sweep(all)
			settled.Reset(s.o.ParkAfter / 4) // the interrupted pumps have ended by then
		case <-settled.C:
			stacks.collect(s.lot.count())
		}
	}
}

// sweep interrupts every pump that has read nothing since the last sweep. It
// returns the list it used, emptied, for the next one.
func (s *Server) sweep(list []*netSession) []*netSession {
	list = s.sessions.appendTo(list)
	for i, n := range list {
		n.fromClient.interrupt()
		n.fromServer.interrupt()
		list[i] = nil
	}
	return list[:0]
}

// park gives the goroutine of r's pump back until r can be read from. It is false
// when that cannot be done. When it is true the pump may be running again already:
// the caller must return without touching the session.
func (n *netSession) park(r *chunkReader) bool {
	n.rest()
	r.own = nil
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limited {
		return false
	}
	r.fixed = !n.server.lot.park(r)
	return !r.fixed
}

// rest gives back what a session that waits has no use for.
func (n *netSession) rest() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.core.Rest()
	n.toClient.rest()
	n.toServer.rest()
}

// collector has the memory of goroutines collected once many more are parked than
// before. Sessions that keep waking and parking are not more.
type collector struct {
	least int // that were parked at a time since the last collection
}

func (c *collector) note(parked int) { c.least = min(c.least, parked) }

func (c *collector) collect(parked int) {
	c.note(parked)
	if parked-c.least < collectFrom {
		return
	}
	c.least = parked
	debug.FreeOSMemory()
}
