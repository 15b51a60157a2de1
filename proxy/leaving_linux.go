package proxy

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// peerClosed says that the other side has closed its end, also when bytes are left
// that nobody has read. A connection that cannot be asked counts as open.
func peerClosed(conn net.Conn) bool {
	raw := descriptor(conn)
	if raw == nil {
		return false
	}
	closed := false
	controlErr := raw.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		n, err := unix.Poll(fds, 0)
		closed = err == nil && n > 0 && fds[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
	})
	return closed || controlErr != nil
}

// unacknowledgedLimit is how long what is sent to a client whose statement is held
// may stay unacknowledged: a machine that vanished is noticed about as fast as by
// keepalive, which does not run while reminders are under way.
const unacknowledgedLimit = 2 * time.Minute

// limitUnacknowledged sets or lifts that limit. It is not set otherwise, since it
// would also end clients that take their time to read a result.
func limitUnacknowledged(conn net.Conn, limited bool) {
	raw := descriptor(conn)
	if raw == nil || conn.RemoteAddr().Network() != "tcp" {
		return
	}
	ms := 0
	if limited {
		ms = int(unacknowledgedLimit / time.Millisecond)
	}
	raw.Control(func(fd uintptr) {
		// Best effort: without it the system's own retries decide (15 minutes).
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, ms)
	})
}

// descriptor is the connection's own descriptor, below TLS and recording; nil
// without one.
func descriptor(conn net.Conn) syscall.RawConn {
	for wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok; wrapped, ok = conn.(interface{ NetConn() net.Conn }) {
		conn = wrapped.NetConn()
	}
	return rawConn(conn)
}
