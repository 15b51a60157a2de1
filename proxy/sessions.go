package proxy

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// Session is one client, as it was when Sessions was called.
type Session struct {
	ID          string    `json:"id"` // empty while it logs in
	Host        string    `json:"host"`
	Environment string    `json:"environment,omitempty"`
	Database    string    `json:"database"`
	User        string    `json:"user"` // the Postgres user
	Application string    `json:"application"`
	Client      string    `json:"client"` // address without port, as in rules.Origin
	Kind        string    `json:"kind"`   // see rules.KindOf
	TLS         bool      `json:"tls"`    // between client and holdfast
	Since       time.Time `json:"since"`  // it logged in, or began to

	// State is the server's own word (manual, pg_stat_activity), but "running" for
	// active; and "held", "logging in", and "not looked at" on a host in mode off.
	State      string    `json:"state"`
	StateSince time.Time `json:"state_since"`

	// Hold is the id of the hold that a session in the state held waits for; empty
	// until the hold is recorded.
	Hold string `json:"hold,omitempty"`

	// Statement is what it runs or waits for, in a few words and without its values;
	// empty where nothing runs, or where that is not known.
	Statement string `json:"statement,omitempty"`
}

const stateLoggingIn = "logging in"

// Sessions are the clients that are logged in or logging in, the newest first. It
// takes the lock of each session for as long as it takes to copy its state, wakes
// none that is parked, and is safe to call at any time.
func (s *Server) Sessions() []Session {
	list := s.entering.all()
	for _, n := range s.sessions.all() {
		list = append(list, n.snapshot())
	}
	slices.SortFunc(list, func(a, b Session) int {
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(len(b.ID), len(a.ID)), cmp.Compare(b.ID, a.ID))
	})
	return list
}

// shownAs is what is known of a client from its start-up on.
func shownAs(o rules.Origin, tls bool, since time.Time) Session {
	return Session{
		Host: o.Host, Environment: o.Environment, Database: o.Database, User: o.User, Application: o.Application,
		Client: o.Client, Kind: string(rules.KindOf(o.Application)), TLS: tls, Since: since,
	}
}

// lookTries is how often a session whose lock is taken is looked at again. Who has it
// for longer than that reads a text, which can take as long as others keep the parser
// busy; the list does not wait for that, and running is what such a session does.
const lookTries = 20

func (n *netSession) snapshot() Session {
	_, secured := securedBy(n.clientConn)
	out := shownAs(n.origin, secured, n.started)
	out.ID = n.id
	for range lookTries {
		if n.mu.TryLock() {
			defer n.mu.Unlock()
			n.describeLocked(&out)
			return out
		}
		runtime.Gosched()
	}
	out.State, out.StateSince = session.PhaseRunning.String(), time.Now()
	return out
}

func (n *netSession) describeLocked(out *Session) {
	out.State, out.StateSince = n.phase.String(), n.server.clock.at(n.phaseFrom, n.started, time.Now())
	switch {
	case n.phase == session.PhaseRunning:
		out.Statement = n.core.Statement()
	case n.held != nil:
		out.Hold = n.held.id
		if all := n.held.ask.Statements; len(all) > 0 {
			out.Statement = lines(all[0])[0]
		}
	}
}

// notePhaseLocked notes since when the session does what it does.
func (n *netSession) notePhaseLocked() {
	if p := n.core.Phase(); p != n.phase {
		n.phase, n.phaseFrom = p, n.server.clock.now()
	}
}

// entering are the clients that have said who they are and whom the server has not let
// in yet. The zero value is ready to use.
type entering struct {
	mu  sync.Mutex
	set map[*client]Session
}

// add takes a client in; the function it returns takes it out again.
func (e *entering) add(c *client) (remove func()) {
	now := time.Now()
	shown := shownAs(c.origin, c.tls, now)
	shown.State, shown.StateSince = stateLoggingIn, now
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set == nil {
		e.set = make(map[*client]Session)
	}
	e.set[c] = shown
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.set, c)
	}
}

func (e *entering) all() []Session {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]Session, 0, len(e.set))
	for _, shown := range e.set {
		list = append(list, shown)
	}
	return list
}
