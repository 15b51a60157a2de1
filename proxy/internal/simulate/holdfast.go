package simulate

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// desk is what the simulation needs of a hold.Desk, so that desks which are wrong
// on purpose can take its place.
type desk interface {
	Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error)
	Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error)
	Revoke(ctx context.Context, id string, r hold.Revoking) (hold.Hold, error)
	Get(ctx context.Context, id string) (hold.Hold, error)
	List(ctx context.Context, all bool) ([]hold.Hold, error)
	EndTransaction(id string)
	Finish(id string, s hold.State, result string)
	SetBlocked(id string, b hold.Blocked)
	Close() error
}

// holdfast is one run of holdfast, from its start to its end or its crash.
type holdfast struct {
	w        *world
	port     *port
	desk     desk      // nil until it is open
	stopping time.Time // when it was told to stop; zero before
	closing  bool      // the sessions are over, the desk writes what is left
	gone     bool
}

// drainGrace is how long sessions may finish what they are doing, as in proxy.
const drainGrace = 10 * time.Second

// stopLimit bounds a stop in order, also on a disk that does not answer: the waits
// of all sessions, and a minute for each of the delays that the world draws.
const stopLimit = time.Hour

// ready says that clients can connect.
func (h *holdfast) ready() bool { return h != nil && h.desk != nil && h.stopping.IsZero() }

// startRun starts holdfast on what is on disk.
func (w *world) startRun() {
	w.trace("holdfast starts")
	h := &holdfast{w: w, port: &port{disk: w.disk}}
	w.run = h
	w.stats.Runs++
	n := w.stats.Runs
	o := hold.Options{Store: h.port, Record: h.port, People: w.crowd.people, Random: w.ids}
	if w.options.Disk != nil {
		o.Store, o.Record = w.options.Disk(h.port)
	}
	go func() {
		d, err := hold.Open(context.Background(), o)
		w.post(fmt.Sprintf("opened %06d", n), func() { h.opened(d, err) })
	}()
}

// opened goes on once the desk has settled what an earlier run left.
func (h *holdfast) opened(d *hold.Desk, err error) {
	w := h.w
	switch {
	case h.gone && d != nil:
		go d.Close()
	case h.gone:
	case err != nil:
		w.trace("holdfast cannot start: " + err.Error())
		if w.disk.failed == 0 {
			w.fail("the desk cannot be opened, and the disk has no fault: " + err.Error())
		}
		h.gone, w.run = true, nil
	default:
		w.trace("holdfast is ready")
		h.desk = d
		if w.options.Desk != nil {
			h.desk = w.options.Desk(d)
		}
		w.ledger.checkSettled()
	}
}

// crash ends holdfast at once: what it had in memory is lost, its connections are
// cut, and what it was writing is on disk or not.
func (w *world) crash() {
	h := w.run
	w.trace("holdfast crashes")
	w.stats.Crashes++
	h.gone, w.run = true, nil
	w.disk.crash(h.port)
	w.settle()
	for _, c := range w.sessions {
		if c.run == h && !c.finished {
			c.cut()
		}
		c.forgetHeld()
	}
	w.ledger.crashed(h)
	h.reap()
}

// reap ends the goroutines of a run that is gone.
func (h *holdfast) reap() {
	if h.desk != nil {
		go h.desk.Close()
	}
	h.w.settle()
}

// possible adds what a run may do when it is to stop.
func (h *holdfast) possible(may []func()) []func() {
	if h == nil || h.stopping.IsZero() {
		return may
	}
	if since := time.Since(h.stopping); since > stopLimit {
		h.w.fail(fmt.Sprintf("holdfast is stopping since %v", since))
	}
	if h.closing {
		return may
	}
	over := true
	for _, c := range h.w.sessions {
		over = over && (c.run != h || c.finished && c.held == nil)
	}
	if over {
		return append(may, h.close)
	}
	if time.Since(h.stopping) >= drainGrace {
		return append(may, func() {
			for _, c := range h.w.sessions {
				if c.run == h {
					c.stop(true)
					h.w.settle()
				}
			}
		})
	}
	return may
}

// stop lets holdfast end in order.
func (h *holdfast) stop() {
	h.w.trace("holdfast is told to stop")
	h.stopping = time.Now()
	for _, c := range h.w.sessions {
		if c.run == h {
			c.stop(false)
			h.w.settle()
		}
	}
}

func (h *holdfast) close() {
	h.closing = true
	go func() {
		err := h.desk.Close()
		h.w.post("closed", func() { h.closed(err) })
	}()
}

func (h *holdfast) closed(err error) {
	if h.gone {
		return
	}
	h.w.trace(fmt.Sprintf("holdfast has stopped: %v", err))
	if err != nil {
		h.w.ledger.crashed(h)
		if h.w.disk.failed == 0 {
			h.w.fail("the desk cannot be closed, and the disk has no fault: " + err.Error())
		}
	}
	h.gone, h.w.run = true, nil
}

// ids gives what hold ids are drawn from: always the same for a seed, and in some
// seeds so little that ids meet.
type ids struct {
	mu   sync.Mutex
	rand *rand.Rand
	poor bool
}

var _ io.Reader = (*ids)(nil)

// Read implements io.Reader.
func (r *ids) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	poor := r.poor && r.rand.IntN(3) == 0
	for i := range b {
		b[i] = byte(r.rand.IntN(256))
		if poor && i > 0 {
			b[i] = 1
		} else if poor {
			b[i] %= 3
		}
	}
	return len(b), nil
}
