package main

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// behind is who waits behind the transaction of a hold.
func behind(h console.Hold) hold.Blocked {
	if h.Blocked == nil {
		return hold.Blocked{}
	}
	b := hold.Blocked{At: h.Blocked.At, Fault: h.Blocked.Fault, Count: h.Blocked.Count}
	for _, s := range h.Blocked.Sessions {
		b.Sessions = append(b.Sessions, hold.BlockedSession(s))
	}
	return b
}

// printBehind is one line for each session that waits behind a hold.
func (a *app) printBehind(h console.Hold) {
	b, word := behind(h), "BEHIND"
	for _, s := range b.Sessions {
		a.pairs([][2]string{{word, fmt.Sprintf("%s, for %s", wording.BlockedBy(s), wording.Took(a.now().Sub(s.Since)))}})
		word = ""
	}
	if more := b.Count - len(b.Sessions); more > 0 {
		a.pairs([][2]string{{"", fmt.Sprintf("and %d more", more)}})
	}
}

// printBlocking says of a list of holds which of them keep others waiting.
func (a *app) printBlocking(holds []console.Hold) {
	for _, h := range holds {
		if n := behind(h).Count; n > 0 {
			fmt.Fprintf(a.out, "%s behind the locks of %s.\n", wording.Behind(n), h.ID)
		}
	}
}
