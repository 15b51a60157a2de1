package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// Phase is what a session is doing, as pg_stat_activity has it (manual, "The
// Statistics Collector", column state) and beside that what only holdfast knows. The
// zero value is idle.
type Phase uint8

// The phases.
const (
	PhaseIdle Phase = iota
	PhaseInTransaction
	PhaseFailedTransaction
	PhaseRunning
	PhaseHeld
	PhaseUnseen // nothing of it is looked at
)

// String is the server's word, where it has one.
func (p Phase) String() string {
	switch p {
	case PhaseIdle:
		return "idle"
	case PhaseInTransaction:
		return "idle in transaction"
	case PhaseFailedTransaction:
		return "idle in transaction (aborted)"
	case PhaseHeld:
		return "held"
	case PhaseUnseen:
		return "not looked at"
	}
	return "running"
}

// Phase is what the session is doing now. It costs next to nothing.
func (c *Core) Phase() Phase {
	switch {
	case c.raw:
		return PhaseUnseen
	case c.state == asking:
		return PhaseHeld
	case c.state != flowing || c.queue.len() > 0 || c.dirty || c.copying.open:
		return PhaseRunning
	case c.status == 'T':
		return PhaseInTransaction
	case c.status == 'E':
		return PhaseFailedTransaction
	}
	return PhaseIdle
}

// Statement is the statement that the server runs now, in a few words and without its
// values: what it destroys, or else its command. It is empty where that is not known.
func (c *Core) Statement() string {
	for i := range c.queue.items[c.queue.first:] {
		r := &c.queue.items[c.queue.first+i]
		if r.kind != wire.Query && r.kind != wire.Execute {
			continue
		}
		st := r.running()
		switch {
		case st == nil:
			return r.word.String()
		case len(st.Effects) == 0:
			return st.Command
		}
		return st.Effects[0].String()
	}
	return ""
}
