package proxy

import (
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
)

// tallying is what the core of a session hands its sums to; nil where nobody wants them,
// so that nothing is summed.
func (n *netSession) tallying() func(unique.Handle[event.Origin], []event.Sum) {
	if n.server.o.Tally == nil {
		return nil
	}
	n.rows = n.server.o.Tally.Writer(&n.mu)
	return n.rows.Add
}
