//go:build unix

package proxy

import (
	"io"
	"net"
	"syscall"
)

// readyReader waits until a connection has something to read and only then takes
// a buffer.
type readyReader struct {
	raw syscall.RawConn
	try func(fd uintptr) bool // r.attempt, made once
	buf *[chunkSize]byte
	n   int
	err error
}

// newReadyReader is nil for connections without a descriptor of their own (TLS).
func newReadyReader(conn net.Conn) *readyReader {
	raw := rawConn(conn)
	if raw == nil {
		return nil
	}
	r := &readyReader{raw: raw}
	r.try = r.attempt
	return r
}

// rawConn is a connection that is its descriptor and nothing more; nil for others.
func rawConn(conn net.Conn) syscall.RawConn {
	sys, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// read returns the next bytes; they are valid until release.
func (r *readyReader) read() ([]byte, error) {
	r.n, r.err = 0, nil
	err := r.raw.Read(r.try)
	switch {
	case err != nil:
	case r.err != nil:
		err = r.err
	case r.n == 0:
		err = io.EOF
	}
	if err != nil {
		r.release()
		return nil, err
	}
	return r.buf[:r.n], nil
}

// attempt reads without blocking. It is false when there is nothing yet; the
// buffer is then given back.
func (r *readyReader) attempt(fd uintptr) bool {
	r.buf = chunks.Get().(*[chunkSize]byte)
	for {
		r.n, r.err = readNow(fd, r.buf[:])
		if r.err != syscall.EINTR {
			break
		}
	}
	if r.err == syscall.EAGAIN {
		r.release()
		return false
	}
	return true
}

func (r *readyReader) release() {
	if r.buf != nil {
		chunks.Put(r.buf)
		r.buf = nil
	}
}
