package audit

import (
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

// writer is the one goroutine that touches the file.
type writer struct {
	path string
	file *file // nil while the path cannot be opened

	failed  bool            // the last write failed: the file says where the chain stands
	trusted head            // newest line whose writer was told that it is on disk
	gap     *unacknowledged // to be named by the next write
	from    *continued      // to be named by the next write, the first of its file
}

// run takes what is pending in batches until the log is closed and empty.
func (l *Log) run() {
	defer close(l.done)
	l.writer.trusted = l.writer.file.head
	for range l.wake {
		l.writePending()
	}
	l.writePending() // what came between the last wake and the close
	l.end = l.writer.close(l.takeLost())
}

func (l *Log) writePending() {
	for {
		batch := l.take()
		if len(batch) == 0 {
			return
		}
		lost := l.takeLost()
		err := l.writer.write(batch, lost)
		if err != nil {
			l.putBackLost(batch, lost)
		}
		if f := l.writer.file; f != nil {
			last := f.head
			l.last.Store(&last)
		}
		for _, e := range batch {
			if e.through {
				e.result <- err
			}
		}
	}
}

// take is the next records, without those whose callers gave up.
func (l *Log) take() (batch []*entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.pending) > 0 && len(batch) < batchLength {
		e := l.pending[0]
		l.pending[0] = nil
		l.pending = l.pending[1:]
		if !e.through {
			l.observed--
		}
		if e.taken.CompareAndSwap(false, true) {
			batch = append(batch, e)
		}
	}
	return batch
}

func (l *Log) takeLost() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lost
	l.lost = 0
	return n
}

// putBackLost counts the observed events of a batch that failed.
func (l *Log) putBackLost(batch []*entry, lost uint64) {
	for _, e := range batch {
		if !e.through {
			lost++
			l.lostEver.Add(1)
		}
	}
	l.mu.Lock()
	l.lost += lost
	l.mu.Unlock()
}

// write appends a batch in one write, and syncs if anybody waits for it. After
// an error the next write first finds out what reached the file.
func (w *writer) write(batch []*entry, lost uint64) error {
	if err := w.ready(); err != nil {
		return fmt.Errorf("opening the audit %q: %w", w.path, err)
	}
	buf, to, err := w.encode(batch, lost)
	if err != nil {
		return err
	}
	if err := w.append(buf, to, batch); err != nil {
		w.failed = true
		return fmt.Errorf("writing the audit %q: %w", w.path, err)
	}
	w.trusted, w.gap, w.from = to, nil, nil
	return nil
}

func (w *writer) append(buf []byte, to head, batch []*entry) error {
	if _, err := w.file.Write(buf); err != nil {
		return err
	}
	w.file.tail = tail{head: to, newline: true}
	w.file.fresh = false
	for _, e := range batch {
		if e.through {
			return w.file.Sync()
		}
	}
	return nil
}

// ready makes sure that the file is the one at the path and that the place in
// the chain is known.
func (w *writer) ready() error {
	if w.file == nil || w.file.moved() {
		return w.reopen()
	}
	if !w.failed {
		return nil
	}
	if err := w.file.readEnd(); err != nil {
		return err
	}
	w.failed = false
	if reached := w.file.head.seq; reached > w.trusted.seq {
		w.gap = &unacknowledged{FirstSeq: w.trusted.seq + 1, LastSeq: reached}
	}
	return nil
}

// reopen begins a new file where the old one was renamed or removed.
func (w *writer) reopen() error {
	f, err := openFile(w.path)
	if err != nil {
		return err
	}
	if w.file != nil {
		_ = w.file.Close() // every write that counts was synced
	}
	if f.fresh && w.from == nil {
		w.from = &continued{PreviousSeq: w.trusted.seq, PreviousHash: w.trusted.hash}
	}
	w.file, w.failed, w.gap, w.trusted = f, false, nil, f.head
	return nil
}

// encode is the bytes of a batch, behind what the log has to say of itself.
func (w *writer) encode(batch []*entry, lost uint64) (buf []byte, to head, err error) {
	bodies, err := w.preamble(lost)
	if err != nil {
		return nil, head{}, err
	}
	for _, e := range batch {
		bodies = append(bodies, e.body)
	}
	to = w.file.head
	if !w.file.newline {
		buf = append(buf, '\n')
	}
	for _, b := range bodies {
		if buf, to, err = appendLine(buf, to, b); err != nil {
			return nil, head{}, err
		}
	}
	return buf, to, nil
}

func (w *writer) preamble(lost uint64) (bodies []body, err error) {
	add := func(kind string, fields any) {
		b, fault := newBody(time.Time{}, kind, fields)
		bodies, err = append(bodies, b), errors.Join(err, fault)
	}
	if w.from != nil {
		add(kindContinued, w.from)
	}
	if w.file.torn != nil {
		add(kindRecovered, w.file.torn)
	}
	if w.gap != nil {
		add(kindUnacknowledged, w.gap)
	}
	if lost > 0 {
		e := event.Lost{At: time.Now(), Observer: "audit", Count: lost}
		add(e.Kind(), e)
	}
	return bodies, err
}

// close writes the last line and closes the file.
func (w *writer) close(lost uint64) error {
	last := &entry{body: body{at: time.Now().UTC(), kind: kindClosed, fields: noFields}, through: true}
	err := w.write([]*entry{last}, lost)
	if w.file != nil {
		err = errors.Join(err, w.file.Close())
	}
	return err
}
