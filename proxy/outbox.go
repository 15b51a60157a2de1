package proxy

import (
	"net"
	"sync"
	"syscall"
)

// joinBelow is the size up to which several pieces are copied into one write where
// they cannot be written at once: one TLS record instead of many.
const joinBelow = 64 << 10

// outbox is what has to be written to one side, in order. Pieces are added under
// the session's lock, which fixes their order, and written outside of it, by one
// goroutine at a time: a side that does not read must not keep the other
// direction from being read.
type outbox struct {
	mu      sync.Mutex
	changed sync.Cond
	pending [][]byte
	added   uint64 // pieces ever added
	written uint64 // of these written
	writing bool
	err     error // the first failed write; nothing is written after it

	plain *plainWriter // writes with less ado; nil where the connection itself must
}

func (o *outbox) init(conn net.Conn) {
	o.changed.L = &o.mu
	o.plain = newPlainWriter(conn)
}

// add appends pieces. They must not change until flush returns.
func (o *outbox) add(pieces [][]byte) {
	if len(pieces) == 0 {
		return
	}
	o.mu.Lock()
	o.pending = append(o.pending, pieces...)
	o.added += uint64(len(pieces))
	o.mu.Unlock()
}

// flush returns once everything added before the call is written, by this
// goroutine or another one, or a write has failed.
func (o *outbox) flush(conn net.Conn) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for target := o.added; o.written < target && o.err == nil; {
		if o.writing {
			o.changed.Wait()
			continue
		}
		batch, upTo := o.pending, o.added
		o.pending, o.writing = nil, true
		o.mu.Unlock()
		err := o.write(conn, batch)
		o.mu.Lock()
		o.writing, o.written, o.err = false, upTo, err
		if o.pending == nil {
			clear(batch)
			o.pending = batch[:0]
		}
		o.changed.Broadcast()
	}
	return o.err
}

// rest gives back the room that is not in use.
func (o *outbox) rest() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending) == 0 {
		o.pending = nil
	}
}

// write writes pieces with as few system calls as it can.
func (o *outbox) write(conn net.Conn, pieces [][]byte) error {
	if o.plain != nil {
		return o.plain.write(pieces)
	}
	if len(pieces) == 1 {
		_, err := conn.Write(pieces[0])
		return err
	}
	total := 0
	for _, p := range pieces {
		total += len(p)
	}
	if _, plain := conn.(syscall.Conn); plain || total > joinBelow {
		buffers := net.Buffers(pieces) // one writev, where there is one
		_, err := buffers.WriteTo(conn)
		return err
	}
	joined := make([]byte, 0, total)
	for _, p := range pieces {
		joined = append(joined, p...)
	}
	_, err := conn.Write(joined)
	return err
}
