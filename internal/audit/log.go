package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// observedLength bounds the observed events that wait for the disk. At 1 KB
	// each it is 4 MB.
	observedLength = 4096

	// batchLength bounds how many records share one write, so that a full queue
	// does not make one buffer of megabytes.
	batchLength = 512
)

// ErrClosed is the error of Write after Close.
var ErrClosed = errors.New("the audit is closed")

// Log is one audit file that is being written. Make one with Open; all methods
// may be called from any goroutine.
type Log struct {
	mu       sync.Mutex // guards the fields up to closed
	pending  []*entry
	observed int    // of pending, how many are observed
	lost     uint64 // observed events lost since the record last said so
	closed   bool

	lostEver atomic.Uint64
	last     atomic.Pointer[head]
	wake     chan struct{} // 1 while there may be something to do
	done     chan struct{} // closed when the writer has ended
	end      error         // of the writer; read once done is closed

	writer writer // used by the writer's goroutine only
}

// entry is one record on its way to the file.
type entry struct {
	body
	through bool        // somebody waits for it on disk
	taken   atomic.Bool // by the writer, or by a caller who gave up
	result  chan error  // has room for one
}

// Open continues the file at path, or makes it with mode 0600 (and its folder
// with 0700). It fails when another process writes it, when it is no audit file,
// and when its last record was changed. It writes a first line, so a disk that
// cannot be written is known at the start.
func Open(path string) (*Log, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("opening the audit %q: %w", path, err)
	}
	l := &Log{
		wake: make(chan struct{}, 1), done: make(chan struct{}),
		writer: writer{path: path, file: f},
	}
	first := f.head
	l.last.Store(&first)
	go l.run()
	if err := l.write(context.Background(), body{at: time.Now().UTC(), kind: kindOpened, fields: noFields}); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the audit %q: %w", path, err), l.Close())
	}
	return l, nil
}

var noFields = []byte("{}")

// Write puts e on disk (fsync) before it returns; calls at the same time share
// one. After an error the record may be in the file all the same: the file then
// says so itself, see "not acknowledged". When ctx ends first, Write does not
// wait for the disk.
func (l *Log) Write(ctx context.Context, e event.Event) error {
	b, err := newBody(e.When(), e.Kind(), e)
	if err != nil {
		return err
	}
	return l.write(ctx, b)
}

func (l *Log) write(ctx context.Context, b body) error {
	e := &entry{body: b, through: true, result: make(chan error, 1)}
	if !l.enqueue(e) {
		return ErrClosed
	}
	select {
	case err := <-e.result:
		return err
	case <-ctx.Done():
		if e.taken.CompareAndSwap(false, true) {
			return fmt.Errorf("waiting to write the audit: %w", context.Cause(ctx))
		}
		return fmt.Errorf("writing the audit, it may be written: %w", context.Cause(ctx))
	}
}

// Observe takes e for the record and never blocks: what does not fit its queue is
// counted, and the record says how many. It leaves out event.HoldChanged and answers
// to alerts, which their desks write through. It implements event.Observer.
func (l *Log) Observe(e event.Event) {
	switch e := e.(type) {
	case event.HoldChanged:
		return
	case event.AlertChanged:
		if e.By != "" {
			return
		}
	}
	b, err := newBody(e.When(), e.Kind(), e)
	if err != nil || !l.enqueue(&entry{body: b}) {
		l.lose()
	}
}

func (l *Log) lose() {
	l.lostEver.Add(1)
	l.mu.Lock()
	l.lost++
	l.mu.Unlock()
}

// enqueue is false when the log is closed, and for observed events also when
// their queue is full.
func (l *Log) enqueue(e *entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !e.through && l.observed >= observedLength {
		return false
	}
	if !e.through {
		l.observed++
	}
	l.pending = append(l.pending, e)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return true
}

// Lost is how many observed events did not get into the record since Open.
func (l *Log) Lost() uint64 { return l.lostEver.Load() }

// Head is the seq and hash of the newest line. Kept elsewhere, it shows later
// that no line up to it is missing.
func (l *Log) Head() (seq uint64, hash string) {
	h := l.last.Load()
	return h.seq, h.hash
}

// Close writes what is queued and a last line, and closes the file. The error is
// that of the last write.
func (l *Log) Close() error {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.wake)
	}
	l.mu.Unlock()
	<-l.done
	return l.end
}
