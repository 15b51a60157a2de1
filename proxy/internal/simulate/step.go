package simulate

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// step lets one thing happen. It is false when nothing is left to happen.
func (w *world) step() bool {
	may := w.possible(nil)
	for _, c := range w.sessions {
		may = c.possible(may)
		c.checkPatience()
	}
	if len(may) > 0 {
		may[w.IntN(len(may))]()
		w.pass(w.delay())
		return true
	}
	if d := w.timeLeft(); d > 0 {
		w.pass(d)
		return true
	}
	for _, c := range w.sessions {
		if !c.over && c.quiet() {
			return true // the client goes on
		}
	}
	return false
}

// possible adds what may happen outside of the sessions.
func (w *world) possible(may []func()) []func() {
	for _, p := range w.posts() {
		may = append(may, func() { w.takePost(p.key) })
	}
	may = w.disk.possible(may)
	may = w.run.possible(may)
	may = w.answers(may)
	for i, c := range w.sessions {
		if w.run.ready() && c.finished && c.held == nil && c.at < len(c.script) && len(c.toClient) == 0 {
			may = append(may, func() { w.past = append(w.past, c); c.checkEnd(); w.sessions[i] = c.reconnect() })
		}
	}
	if len(may) == 0 && !w.busy() {
		return may // an accident is no reason to go on
	}
	return w.accidents(may)
}

// busy says that there is a client that has not come to its end.
func (w *world) busy() bool {
	for _, c := range w.sessions {
		if c.at < len(c.script) || c.held != nil {
			return true
		}
	}
	return false
}

// answers adds what people may do.
func (w *world) answers(may []func()) []func() {
	if !w.run.ready() {
		return may
	}
	for _, c := range w.sessions {
		if c.held == nil || c.held.id == "" {
			continue
		}
		f := w.ledger.byID[c.held.id]
		for range w.crowd.answers {
			may = append(may, func() { w.decide(f) })
		}
	}
	if w.late > 0 && w.crowd.answers > 0 && w.busy() && w.IntN(20) < w.late {
		may = w.afterwards(may)
	}
	if n := len(w.ledger.facts); n > 0 && w.crowd.answers > 0 && w.busy() && w.IntN(100) == 0 {
		f := w.ledger.facts[w.IntN(n)]
		may = append(may, func() { w.decide(f) }, func() { w.decide(nil) }, func() { w.look(f) }, func() { w.revoke(f) })
	}
	return may
}

// afterwards adds what people may say about holds that nobody waits for: the last
// ones, of which somebody may still want to run the statement.
func (w *world) afterwards(may []func()) []func() {
	for _, f := range w.ledger.facts[max(0, len(w.ledger.facts)-5):] {
		switch s := w.disk.control.byID[f.id]; s.State {
		case hold.Expired, hold.Withdrawn, hold.Abandoned:
			may = append(may, func() { w.decide(f) })
		case hold.Granted, hold.Released:
			if w.IntN(8) == 0 {
				may = append(may, func() { w.revoke(f) })
			}
		case hold.Pending:
			if s.Return {
				may = append(may, func() { w.decide(f) })
			}
		}
	}
	return may
}

// timeLeft is how long nothing happens by itself although somebody waits for it:
// zero when nobody does.
func (w *world) timeLeft() (d time.Duration) {
	if w.disk.stuck && w.disk.soonest() != nil && (w.busy() || !w.run.ready()) {
		return time.Hour // until it is given up
	}
	if w.run != nil && !w.run.stopping.IsZero() {
		d = drainGrace
	}
	for _, c := range w.sessions {
		for _, until := range c.stalled {
			if left := time.Duration(until-w.now()) * time.Microsecond; left > 0 && (d == 0 || left < d) {
				d = left
			}
		}
		if c.held != nil && d == 0 {
			d = c.held.wait + patience + time.Second // the desk must stir before
		}
	}
	return d
}

// possible adds what may happen next in a session.
func (c *conversation) possible(may []func()) []func() {
	if len(c.toClient) > 0 && c.moves(coreToClient) {
		may = append(may, c.clientReads)
	}
	if len(c.inbox) > 0 {
		may = append(may, c.takePost)
	}
	if c.over {
		if !c.finished {
			may = append(may, c.settleUp)
		}
		return may
	}
	before := len(may)
	if may = c.bytes(may); len(may) == before && c.at < len(c.script) && c.resting() {
		may = append(may, func() { c.quiet() })
	}
	if c.server.dead {
		return append(may, c.serverEnds)
	}
	if c.held != nil && c.held.id != "" && (time.Since(c.held.reminded) >= time.Minute || c.IntN(10) == 0) {
		may = append(may, c.remind)
	}
	if c.held != nil && c.held.id != "" && c.held.ask.InTransaction && c.held.asks < mostAsks {
		may = append(may, c.askBehind)
	}
	if len(c.cancels) > 0 {
		may = append(may, c.cancelArrives)
	}
	if len(c.server.mailbox) > 0 && c.server.idle() {
		may = append(may, func() { c.server.deliver(); c.server.flushed = len(c.server.out); c.deliver() })
	}
	return c.accidents(may)
}

// resting says that nothing happens in a session and nobody has to do anything for
// it: others may be held meanwhile.
func (c *conversation) resting() bool {
	return c.held == nil && len(c.inbox) == 0 && len(c.toClient) == 0 && !c.server.dead && !c.closing && !c.left &&
		c.moves(clientToCore) && c.moves(coreToServer) && c.moves(serverToCore) && c.moves(coreToClient)
}

// bytes adds the pipes that may move.
func (c *conversation) bytes(may []func()) []func() {
	if c.at < len(c.script) && !c.script[c.at].wait && len(c.toCore) < pipeRoom && !c.closing {
		may = append(may, c.write)
	}
	wants := c.core.WantsClient() && !c.left
	if len(c.toCore) > 0 && wants && (len(c.toServer) < pipeRoom || !whole(c.toServer)) && c.moves(clientToCore) {
		may = append(may, c.clientBytes)
	}
	if whole(c.toServer) && len(c.fromServer) < pipeRoom && !c.server.dead && c.moves(coreToServer) {
		may = append(may, c.serverReads)
	}
	if len(c.fromServer) > 0 && len(c.toClient) < pipeRoom && c.moves(serverToCore) {
		may = append(may, c.serverBytes)
	}
	if c.closing && !c.left && c.moves(clientToCore) && (len(c.toCore) == 0 || !wants) {
		may = append(may, c.clientGone)
	}
	if c.left && !whole(c.toServer) && !c.server.dead {
		may = append(may, c.serverSeesTheEnd)
	}
	return may
}

// whole says that a pipe begins with a whole message: a reader takes the parts of
// one as they come.
func whole(pipe []byte) bool {
	_, _, ok := split(pipe)
	return ok
}
