package proxy

import (
	"context"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
)

// A statement that is held inside a transaction leaves its locks with the server. The
// session asks there who waits behind them, shows them to reviewers, and gives up when
// they have waited too long behind a lock that stops more than the writers of one row.

const (
	// lookBehindAfter is how long a hold waits before that is asked: who answers at once
	// costs the server nothing.
	lookBehindAfter = 2 * time.Second

	// lookBehindEvery is how often it is asked then: a question costs the server one to
	// two milliseconds, and a second late is not late for whom 5 are too many.
	lookBehindEvery = time.Second
)

// lookBehind asks until ctx ends.
func (n *netSession) lookBehind(ctx context.Context) {
	timer := time.NewTimer(lookBehindAfter)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			n.act(n.core.AskBehind)
			timer.Reset(lookBehindEvery)
		}
	}
}

// behindLocked publishes who waits, and ends the hold when that has been for too long.
func (n *netSession) behindLocked(b *session.Behind) {
	now := time.Now()
	shown := hold.Blocked{At: now.UTC(), Fault: b.Fault, Count: b.Count}
	longest := time.Duration(0)
	for _, s := range b.Sessions {
		longest = max(longest, s.Waited)
		shown.Sessions = append(shown.Sessions, hold.BlockedSession{
			PID: s.PID, User: s.User, Application: s.Application, Since: now.Add(-s.Waited).UTC().Truncate(time.Second),
		})
	}
	n.server.o.Desk.SetBlocked(n.held.id, shown)
	if limit := n.host.terms.Load().BlockedWait; limit > 0 && b.Strong >= limit {
		n.held.cancel(hold.Early{Count: b.Count, Waited: longest})
	}
}
