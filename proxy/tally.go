package proxy

import (
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
)

// tallyOf is what the core of a session hands its sums to; nil where nobody wants
// them, so that nothing is summed.
func (n *netSession) tallyOf() func([]event.Sum) {
	if n.server.o.Tally == nil {
		return nil
	}
	return n.tallyLocked
}

// tallyLocked hands on what a transaction did to rows.
func (n *netSession) tallyLocked(sums []event.Sum) {
	if now := n.core.Application(); n.whoNow != now || n.who == (unique.Handle[event.Origin]{}) {
		n.who, n.whoNow = unique.Make(event.From(n.core.Origin())), now
	}
	n.server.o.Tally(n.who, sums)
}
