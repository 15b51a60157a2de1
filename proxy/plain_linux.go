package proxy

import (
	"net"
	"os"
	"syscall"
	"unsafe"
)

// What is not blocking needs no system call that may block: Go's own tells its
// scheduler before and after, which looks at it meanwhile and, when a write takes
// its 20 microseconds (on the same machine the kernel does the receiver's work in
// it), gives the thread's place to another one. That was an eighth of a small
// transaction's CPU and most of its wake-ups of threads. The calls here are as short
// as the socket's buffers are small, so nobody waits for them, the garbage collector
// included.

// readNow reads what there is from a non-blocking descriptor.
func readNow(fd uintptr, b []byte) (int, error) {
	return result(syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))))
}

// maxPieces is how many pieces are written at once: a batch rarely has more.
const maxPieces = 16

// writeNow writes what there is room for to a non-blocking descriptor.
func writeNow(fd uintptr, pieces [][]byte) (int, error) {
	if len(pieces) == 1 {
		b := pieces[0]
		return result(syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))))
	}
	var list [maxPieces]syscall.Iovec
	n := 0
	for ; n < len(pieces) && n < maxPieces; n++ {
		list[n].Base = unsafe.SliceData(pieces[n])
		list[n].SetLen(len(pieces[n]))
	}
	return result(syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&list)), uintptr(n)))
}

func result(n, _ uintptr, errno syscall.Errno) (int, error) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// plainWriter writes to a connection that is its descriptor and nothing more. It is
// used by one goroutine at a time.
type plainWriter struct {
	raw  syscall.RawConn
	try  func(fd uintptr) bool // w.attempt, made once
	left [][]byte
	err  error
}

// newPlainWriter is nil for other connections (TLS).
func newPlainWriter(conn net.Conn) *plainWriter {
	raw := rawConn(conn)
	if raw == nil {
		return nil
	}
	w := &plainWriter{raw: raw}
	w.try = w.attempt
	return w
}

// write writes pieces, which it uses up.
func (w *plainWriter) write(pieces [][]byte) error {
	w.left, w.err = pieces, nil
	err := w.raw.Write(w.try)
	w.left = nil
	if err == nil {
		err = w.err
	}
	return err
}

// attempt writes without blocking. It is false when there is no more room.
func (w *plainWriter) attempt(fd uintptr) bool {
	for len(w.left) > 0 {
		n, err := writeNow(fd, w.left)
		switch err {
		case nil:
			w.written(n)
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			w.err = os.NewSyscallError("write", err)
			return true
		}
	}
	return true
}

// written takes n bytes off what is left.
func (w *plainWriter) written(n int) {
	for len(w.left) > 0 && n >= len(w.left[0]) {
		n -= len(w.left[0])
		w.left = w.left[1:]
	}
	if n > 0 {
		w.left[0] = w.left[0][n:]
	}
}
