package proxy

import (
	"bufio"
	"net"
	"sync"
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

// chunkReader reads from one side in large chunks. It is used by one goroutine.
type chunkReader struct {
	conn  net.Conn
	left  []byte       // read during the login; comes first
	ready *readyReader // nil for connections that cannot be waited for without a buffer
	own   []byte       // for those
}

// newChunkReader continues where a buffered reader of the same connection was.
func newChunkReader(conn net.Conn, in *bufio.Reader) *chunkReader {
	r := &chunkReader{conn: conn, ready: newReadyReader(conn)}
	if n := in.Buffered(); n > 0 {
		left, _ := in.Peek(n)
		r.left = append([]byte(nil), left...)
	}
	return r
}

// read returns the next bytes. They are valid until release.
func (r *chunkReader) read() ([]byte, error) {
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
