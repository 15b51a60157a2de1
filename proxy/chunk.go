package proxy

import (
	"bufio"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// chunkSize is what is read at once: 64 KiB, since 32 KiB and less cost more
	// for large results.
	chunkSize = 64 << 10

	// tlsChunkSize is what a TLS record can hold: a larger buffer is never filled.
	tlsChunkSize = 16 << 10
)

// chunks holds buffers that are not in use: a buffer is needed only while
// something is in flight.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// chunkReader reads from one side in large chunks. It is used by one goroutine,
// the side's pump; interrupt and limit may be called by others.
type chunkReader struct {
	conn  net.Conn
	left  []byte       // read during the login; comes first
	ready *readyReader // nil for connections that cannot be waited for without a buffer
	own   []byte       // for those

	resume func()        // starts the pump again that was parked
	place  atomic.Uint64 // in the lot; 0 while the pump runs
	busy   atomic.Bool   // has read since interrupt last looked
	used   atomic.Bool   // has read since wasUsed last looked

	mu          sync.Mutex // guards what follows, and the read deadline of conn
	interrupted bool       // the deadline is interrupt's
	limited     bool       // the deadline is limit's
	fixed       bool       // cannot be parked
}

// newChunkReader continues where a buffered reader of the same connection was.
func newChunkReader(conn net.Conn, in *bufio.Reader) *chunkReader {
	r := &chunkReader{conn: conn, ready: newReadyReader(conn), fixed: !parkable(conn)}
	if n := in.Buffered(); n > 0 {
		left, _ := in.Peek(n)
		r.left = append([]byte(nil), left...)
	}
	return r
}

// read returns the next bytes. They are valid until release.
func (r *chunkReader) read() ([]byte, error) {
	chunk, err := r.readConn()
	if len(chunk) > 0 {
		if !r.busy.Load() { // a look is cheaper than a change
			r.busy.Store(true)
		}
		if !r.used.Load() {
			r.used.Store(true)
		}
	}
	return chunk, err
}

// wasUsed says that something was read since the last call.
func (r *chunkReader) wasUsed() bool { return r.used.Load() && r.used.Swap(false) }

func (r *chunkReader) readConn() ([]byte, error) {
	if left := r.left; len(left) > 0 {
		r.left = nil
		return left, nil
	}
	if r.ready != nil {
		return r.ready.read()
	}
	if r.own == nil {
		r.own = make([]byte, tlsChunkSize)
	}
	n, err := r.conn.Read(r.own)
	return r.own[:n], err
}

// release gives the bytes of the last read back.
func (r *chunkReader) release() {
	if r.ready != nil {
		r.ready.release()
	}
}

// past is a deadline that ends a read at once.
var past = time.Unix(1, 0)

// interrupt ends a read that waits, if nothing was read since the last call. It is
// safe to call at any time; the reader asks wasInterrupted what an error means.
func (r *chunkReader) interrupt() {
	if r.place.Load() != 0 || r.busy.Swap(false) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.interrupted || r.limited || r.fixed {
		return
	}
	r.interrupted = true
	r.conn.SetReadDeadline(past)
}

// wasInterrupted says that an error of read is interrupt's doing and takes the
// deadline back: nothing was read, and what comes can be read by the next call.
func (r *chunkReader) wasInterrupted(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.interrupted {
		return false
	}
	r.interrupted = false
	if !r.limited {
		r.conn.SetReadDeadline(time.Time{})
	}
	return true
}

// limit bounds how long the reader may go on. It is not parked any more.
func (r *chunkReader) limit(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limited = true
	r.conn.SetReadDeadline(time.Now().Add(d))
}
