//go:build unix

package proxy

import (
	"io"
	"net"
	"syscall"
)

// readReady waits until conn has something to read and only then takes a buffer.
// waits is false for connections on which that is not possible (TLS). buf is nil
// when nothing was read.
func readReady(conn net.Conn) (buf *[chunkSize]byte, n int, waits bool, err error) {
	sys, ok := conn.(syscall.Conn)
	if !ok {
		return nil, 0, false, nil
	}
	raw, err := sys.SyscallConn()
	if err != nil {
		return nil, 0, true, err
	}
	waitErr := raw.Read(func(fd uintptr) bool {
		if buf == nil {
			buf = chunks.Get().(*[chunkSize]byte)
		}
		for {
			n, err = syscall.Read(int(fd), buf[:])
			if err != syscall.EINTR {
				break
			}
		}
		if err == syscall.EAGAIN {
			chunks.Put(buf)
			buf = nil
			return false
		}
		return true
	})
	switch {
	case waitErr != nil:
		err = waitErr
	case err == nil && n == 0:
		err = io.EOF
	}
	if err != nil && buf != nil {
		chunks.Put(buf)
		buf = nil
	}
	return buf, max(n, 0), true, err
}
