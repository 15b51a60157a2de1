package console

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Blocked is who waits on the server behind the transaction of a hold.
type Blocked struct {
	At       time.Time        `json:"at"`              // when the server was asked
	Fault    string           `json:"fault,omitempty"` // why it cannot be asked; then count says nothing
	Count    int              `json:"count"`
	Sessions []BlockedSession `json:"sessions"` // the longest wait first; may be fewer than count
}

// BlockedSession is a session of the server that waits.
type BlockedSession struct {
	PID         int       `json:"pid"` // of its server process
	User        string    `json:"user"`
	Application string    `json:"application"`
	Since       time.Time `json:"since"`
}

func blocked(b hold.Blocked) *Blocked {
	if b.At.IsZero() {
		return nil
	}
	out := &Blocked{At: b.At.UTC(), Fault: b.Fault, Count: b.Count, Sessions: []BlockedSession{}}
	for _, s := range b.Sessions {
		out.Sessions = append(out.Sessions, BlockedSession{PID: s.PID, User: s.User, Application: s.Application, Since: s.Since.UTC()})
	}
	return out
}
