package proxy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// Idle sessions: a tab that somebody forgot is where the wrong statement is typed the
// next morning. One goroutine looks at all sessions every so often, so that a session
// costs no timer and none is woken; a limit is kept to within two looks.

// idleLook is how often sessions are looked at: often enough for limits of seconds, and
// for 10,000 sessions less than a thousandth of one CPU (BenchmarkIdleWatch).
const idleLook = 2 * time.Second

// Idle says which sessions of a protected host are ended that nobody uses. The zero
// value ends none.
type Idle struct {
	// Limit is for sessions outside of a transaction, LimitInTransaction for those
	// inside one; zero or less is none.
	Limit, LimitInTransaction time.Duration

	Sessions []rules.Kind // which kinds
}

var errIdle = errors.New("nobody used the session for too long")

// startIdleWatch begins to end idle sessions, until stop.
func (s *Server) startIdleWatch() (stop func()) {
	enforces := func(h *host) bool { return h.Mode == Enforce }
	if !slices.ContainsFunc(s.hosts, enforces) {
		return func() {}
	}
	return inBackground(s.watchIdle)
}

// watchIdle looks at all sessions every so often until ctx ends.
func (s *Server) watchIdle(ctx context.Context) {
	var all []*netSession
	every(ctx, idleLook, func() { all = s.endIdle(all, time.Now()) })
}

// endIdle ends the sessions that are idle for too long. It returns the list it used,
// emptied, for the next time.
func (s *Server) endIdle(list []*netSession, now time.Time) []*netSession {
	list = s.sessions.appendTo(list)
	for i, n := range list {
		n.guard("idle watch", func() { n.endIfIdle(now) })
		list[i] = nil
	}
	return list[:0]
}

// endIfIdle ends the session if it is idle for too long. What moves in either
// direction is use, a notification too. It is not idle while a statement runs or is
// held, nor once its client listens.
func (n *netSession) endIfIdle(now time.Time) {
	if n.host.Mode != Enforce {
		return
	}
	byClient, byServer := n.fromClient.wasUsed(), n.fromServer.wasUsed()
	if byClient || byServer || n.quietSince.IsZero() {
		n.quietSince = now
		return
	}
	limits, quiet := n.host.terms.Load().Idle, now.Sub(n.quietSince)
	if shortest := limits.shortest(); shortest <= 0 || quiet < shortest || !slices.Contains(limits.Sessions, n.kind) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	unused, inTransaction := n.core.Unused()
	if limit := limits.of(inTransaction); unused && limit > 0 && quiet >= limit {
		n.core.End(idleWords(n.host, limit, inTransaction), errIdle)
		n.actLocked()
	}
}

func (i Idle) of(inTransaction bool) time.Duration {
	if inTransaction {
		return i.LimitInTransaction
	}
	return i.Limit
}

// shortest is the time before which no session has to be looked at closely; zero or
// less where none ever has to.
func (i Idle) shortest() time.Duration {
	if i.Limit <= 0 || i.LimitInTransaction > 0 && i.LimitInTransaction < i.Limit {
		return i.LimitInTransaction
	}
	return i.Limit
}

// idleWords are the server's own for idle_session_timeout and
// idle_in_transaction_session_timeout.
func idleWords(h *host, limit time.Duration, inTransaction bool) wire.Error {
	e := wire.Error{
		Code: "57P05", Message: "terminating connection due to idle-session timeout",
		Detail: fmt.Sprintf("holdfast ends a session on %s that nobody used for %s.", place(h.Environment, h.Name), duration(limit)),
		Hint:   "Connect again when you need it.",
	}
	if inTransaction {
		e.Code, e.Message = "25P03", "terminating connection due to idle-in-transaction timeout"
		e.Detail = fmt.Sprintf("holdfast ends a session on %s that was left in a transaction for %s. The transaction is rolled back.",
			place(h.Environment, h.Name), duration(limit))
	}
	return e
}
