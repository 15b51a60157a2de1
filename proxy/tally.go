package proxy

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

// tallyOf is what the core of a session hands its sums to; nil where nobody wants
// them, so that nothing is summed.
func (n *netSession) tallyOf() func([]event.Rows) {
	if n.server.o.Tally == nil {
		return nil
	}
	return n.tallyLocked
}

// tallyLocked hands on what a transaction did to rows.
func (n *netSession) tallyLocked(rows []event.Rows) {
	s := n.server
	t, _ := s.tallies.Get().(*event.Tally)
	if t == nil {
		t = &event.Tally{}
	}
	*t = event.Tally{At: time.Now(), Session: n.id, Origin: event.From(n.core.Origin()), Rows: rows}
	s.o.Tally(t)
	*t = event.Tally{}
	s.tallies.Put(t)
}
