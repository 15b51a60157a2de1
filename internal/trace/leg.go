package trace

import (
	"fmt"
	"sync"
)

// Leg is one connection of the protocol in a recording.
type Leg struct {
	connection *Connection
	places     [2]Place // of the messages of each Side

	mu     sync.Mutex
	framer Framer
	over   bool // nothing more is recorded: the file is full, or there was a fault
}

// Bytes records what one side has sent, cut anywhere. It keeps nothing of b.
func (l *Leg) Bytes(from Side, b []byte) {
	l.frame(func(each func(Message)) { l.framer.Feed(from, b, each) })
}

// end records what is left within a message.
func (l *Leg) end() { l.frame(func(each func(Message)) { l.framer.End(each) }) }

// frame runs a part of the framer. A fault in it, or in a description, ends the
// trace of this leg: the session is none of its business.
func (l *Leg) frame(run func(each func(Message))) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	defer func() {
		if fault := recover(); fault != nil {
			l.over = true
			l.connection.Remark("ends the trace of this connection for a fault of its own: %q", fmt.Sprint(fault))
		}
	}()
	run(l.message)
}

func (l *Leg) message(m Message) {
	if !l.over {
		l.over = !l.connection.file.add(l.places[m.From], l.connection.recorder.describe.Describe(m))
	}
}
