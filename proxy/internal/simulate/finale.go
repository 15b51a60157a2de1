package simulate

import (
	"strings"
	"time"
)

// until lets holdfast and its disk go on until done is true.
func (w *world) until(what string, done func() bool) {
	for n := 0; w.failed == nil && !done(); n++ {
		if w.run == nil {
			w.startRun()
		}
		w.settle()
		may := w.run.possible(w.disk.possible(nil))
		for _, p := range w.posts() {
			may = append(may, func() { w.takePost(p.key) })
		}
		for _, c := range append(w.past, w.sessions...) {
			if len(c.inbox) > 0 {
				may = append(may, c.takePost)
			}
			if c.over && !c.finished {
				may = append(may, c.settleUp)
			}
		}
		if len(may) > 0 {
			may[w.IntN(len(may))]()
		}
		w.pass(time.Second)
		if n == mostSteps/10 {
			w.fail("it takes for ever until " + what)
		}
	}
}

// finale brings everything to its end on a disk that is well, and looks at what is
// left.
func (w *world) finale() {
	w.disk.faults, w.disk.broken, w.disk.stuck = 0, false, false
	for _, c := range w.sessions {
		if w.failed == nil {
			c.checkEnd()
		}
	}
	if w.IntN(4) == 0 {
		w.pass(time.Hour) // grants lapse, holds that nobody waits for expire
	}
	w.until("every hold has ended", w.settled)
	if w.failed != nil {
		return
	}
	for _, c := range w.sessions {
		c.end(errClientLeft)
		if !c.finished {
			c.settleUp()
		}
	}
	if !w.run.closing {
		w.run.close()
	}
	w.until("the desk is closed", func() bool { return w.run == nil })
	if w.failed == nil {
		w.ledger.checkEnds()
	}
}

// settled says that holdfast has nothing left to do.
func (w *world) settled() bool {
	if w.run == nil || w.run.desk == nil || len(w.posts()) > 0 || len(w.disk.under()) > 0 {
		return false
	}
	for _, s := range w.disk.control.holds {
		if s.State.Open() && !s.kept() || !s.recorded {
			return false
		}
	}
	for _, c := range w.sessions {
		if c.held != nil || c.over && !c.finished {
			return false
		}
	}
	return true
}

// reap ends every goroutine.
func (w *world) reap() {
	w.settle()
	for _, c := range w.sessions {
		if c.held != nil {
			c.held.cancel(errCrashed)
		}
	}
	if h := w.run; h != nil {
		h.gone = true
		w.disk.crash(h.port)
		w.settle()
		h.reap()
	}
	for _, p := range w.posts() { // a desk that was only just opened
		if strings.HasPrefix(p.key, "opened") {
			p.f()
		}
	}
	w.settle()
}
