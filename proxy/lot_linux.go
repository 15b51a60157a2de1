package proxy

import (
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// lotEvents is how many descriptors are asked for at once: enough that thousands
// of sessions that wake together cost few calls, in 3 KiB.
const lotEvents = 256

// lot watches the descriptors of parked readers with one epoll instance, which Go's
// own poller watches in turn: it takes one goroutine and no thread. A nil lot parks
// nobody.
//
// A descriptor is added and taken out under syscall.RawConn.Control, so it is open
// then and belongs to its reader; the kernel takes it out when it is closed. Events
// carry the number of the parking, not the descriptor's, so that one that comes too
// late cannot be taken for another one's.
type lot struct {
	file *os.File
	raw  syscall.RawConn

	mu      sync.Mutex
	last    uint64 // place that was given out last
	readers map[uint64]*chunkReader
	closed  bool
}

// newLot makes a lot. watch must run until close ends it.
func newLot() (*lot, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making an epoll instance: %w", err)
	}
	// Only what is non-blocking is watched by Go's poller.
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("making an epoll instance: %w", err)
	}
	l := &lot{file: os.NewFile(uintptr(fd), "epoll"), readers: make(map[uint64]*chunkReader)}
	if l.raw, err = l.file.SyscallConn(); err != nil {
		l.file.Close()
		return nil, fmt.Errorf("making an epoll instance: %w", err)
	}
	return l, nil
}

// parkable says that a connection has a descriptor that can be watched.
func parkable(conn net.Conn) bool { return descriptor(conn) != nil }

// park watches r, whose pump is about to end, and has it resumed when it can be
// read from, closes or fails. It is false when it cannot be watched.
func (l *lot) park(r *chunkReader) bool {
	raw := descriptor(r.conn)
	if l == nil || raw == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.last++
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(l.last), Pad: int32(l.last >> 32)}
	if !l.control(raw, unix.EPOLL_CTL_ADD, &event) {
		return false
	}
	l.readers[l.last] = r
	r.place.Store(l.last)
	return true
}

func (l *lot) control(raw syscall.RawConn, op int, event *unix.EpollEvent) bool {
	done := false
	err := raw.Control(func(fd uintptr) {
		l.raw.Control(func(epoll uintptr) {
			done = unix.EpollCtl(int(epoll), op, int(fd), event) == nil
		})
	})
	return err == nil && done
}

// wake resumes r's pump if it is parked.
func (l *lot) wake(r *chunkReader) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaveLocked(r.place.Load())
}

// leaveLocked resumes the pump that is parked at a place, if one still is.
func (l *lot) leaveLocked(place uint64) {
	r := l.readers[place]
	if r == nil {
		return
	}
	delete(l.readers, place)
	l.control(descriptor(r.conn), unix.EPOLL_CTL_DEL, nil) // a closed one is out already
	r.place.Store(0)
	r.busy.Store(true)
	r.resume()
}

// watch resumes pumps until the lot is closed.
func (l *lot) watch() {
	defer l.close() // if it fails, everybody goes on without it
	events := make([]unix.EpollEvent, lotEvents)
	for {
		n, err := l.wait(events)
		if err != nil {
			return
		}
		l.mu.Lock()
		for _, e := range events[:n] {
			l.leaveLocked(uint64(uint32(e.Pad))<<32 | uint64(uint32(e.Fd)))
		}
		l.mu.Unlock()
	}
}

// count is how many readers are parked.
func (l *lot) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.readers)
}

// wait returns the number of descriptors that are ready, at least one.
func (l *lot) wait(events []unix.EpollEvent) (n int, err error) {
	readErr := l.raw.Read(func(epoll uintptr) bool {
		for n, err = unix.EpollWait(int(epoll), events, 0); err == unix.EINTR; {
			n, err = unix.EpollWait(int(epoll), events, 0)
		}
		return n > 0 || err != nil
	})
	if err == nil {
		err = readErr
	}
	return n, err
}

// close resumes every pump and ends the watching. From then on nobody is parked.
func (l *lot) close() {
	l.mu.Lock()
	l.closed = true
	for place := range l.readers {
		l.leaveLocked(place)
	}
	l.mu.Unlock()
	l.file.Close()
}
