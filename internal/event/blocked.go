package event

import "time"

// HoldBlocked says that others wait behind the transaction of a hold, or do not wait any
// more. There is one when that changes, every few seconds at most.
type HoldBlocked struct {
	At       time.Time        `json:"-"`
	Hold     string           `json:"hold"`
	Count    int              `json:"count"` // sessions that wait
	Sessions []BlockedSession `json:"sessions,omitempty"`
	Fault    string           `json:"fault,omitempty"` // why that is not known
}

// BlockedSession is a session that waits.
type BlockedSession struct {
	PID         int       `json:"pid"` // of its server process
	User        string    `json:"user,omitempty"`
	Application string    `json:"application,omitempty"`
	Since       time.Time `json:"since"`
}

// Kind implements Event.
func (HoldBlocked) Kind() string { return "hold blocks others" }

// When implements Event.
func (e HoldBlocked) When() time.Time { return e.At }
