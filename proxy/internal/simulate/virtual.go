package simulate

import (
	"testing/synctest"
	"time"
)

// grid divides every duration that anything here waits for. The instants at which
// the world acts lie beside it, each step at another distance, so that no two
// timers of different steps ever fire at once: their order would not be the seed's
// to say.
const grid = 10 * time.Microsecond

// clock is the virtual time of a world: that of its testing/synctest bubble.
type clock struct {
	start   time.Time
	moments int           // steps so far
	stirred chan struct{} // has an item when a goroutine has done something
	timer   *time.Timer
}

func newClock() *clock {
	c := &clock{start: time.Now(), stirred: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
	c.timer.Stop()
	return c
}

// stir ends a sleep. It may be called from any goroutine.
func (c *clock) stir() {
	select {
	case c.stirred <- struct{}{}:
	default:
	}
}

// sleep lets d pass, or less when something stirs, and returns once every other
// goroutine waits for time or for the world.
func (c *clock) sleep(d time.Duration) (stirred bool) {
	c.moments++
	now := time.Now()
	until := now.Add(d).Truncate(grid).Add(time.Duration(c.moments) % grid)
	if !until.After(now) {
		until = until.Add(grid)
	}
	c.timer.Reset(until.Sub(now))
	select {
	case <-c.timer.C:
		return false
	case <-c.stirred:
	}
	c.timer.Stop()
	c.settle()
	return true
}

// settle waits until every other goroutine waits.
func (c *clock) settle() {
	synctest.Wait()
	select {
	case <-c.stirred:
	default:
	}
}

// pass lets time pass: d at most. Writes that take longer than whoever asked for
// them waits are given up on the way.
func (w *world) pass(d time.Duration) {
	w.settle()
	if w.unheard() {
		d = min(d, time.Second)
	}
	r := w.disk.soonest()
	if r == nil {
		w.sleep(d)
		return
	}
	if !w.disk.slow {
		d = min(d, time.Second)
	}
	left := time.Until(r.deadline) - 2*grid
	if left > d {
		w.sleep(d)
		return
	}
	if left <= 0 || !w.sleep(left) {
		w.disk.giveUp(r)
		w.settle()
	}
}

// delay draws how much time goes by until something happens: mostly next to
// nothing, now and then minutes.
func (w *world) delay() time.Duration {
	switch n := w.IntN(1000); {
	case n < w.haste:
		return time.Duration(1+w.IntN(100)) * grid
	case n < 995:
		return time.Duration(1+w.IntN(2000)) * time.Millisecond
	}
	return time.Duration(1+w.IntN(300)) * time.Second
}
