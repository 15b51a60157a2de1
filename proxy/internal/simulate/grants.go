package simulate

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// refunded is called before the store takes a grant back that was let go: the server
// has undone it with an error, or nothing was sent.
func (l *ledger) refunded(f *fact) {
	if !f.granted || f.finish != hold.Failed || f.sent && !f.Undone {
		l.w.fail(fmt.Sprintf("grant %s is given back, but it ended as %q", f.id, f.finish))
	}
	if f.lasts {
		l.w.fail(fmt.Sprintf("grant %s is given back, but what it destroyed was committed", f.id))
	}
	l.w.stats.Refunds++
	f.out, f.sent, f.effects, f.finish = false, false, 0, ""
}

// spentBy is called when a session is told to send what it did not wait for.
func (l *ledger) spentBy(c *conversation, held *heldBatch, h hold.Hold) {
	f := l.byID[h.ID]
	if f == nil || held.id != "" || h.Under != "" {
		return // it waited, or went on under another
	}
	l.w.stats.Spent++
	who := held.ask.Origin
	if who.User != f.User || who.Database != f.Database || held.ask.Confirmation() != f.Binding || f.Binding == "" {
		l.w.fail(fmt.Sprintf("the grant %s of %s is spent by another statement, or by %s", f.id, f.User, who.User))
	}
	if h.ReleaseAt.After(h.GrantUntil) {
		l.w.fail(fmt.Sprintf("grant %s is spent at %v, after its time", f.id, h.ReleaseAt))
	}
	f.run = c.run
}

// kept says that nobody waits for a hold, and that it outlives a run of holdfast.
func (s *stored) kept() bool {
	return s.State == hold.Granted || s.State == hold.Pending && s.Return
}
