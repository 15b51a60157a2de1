package trace

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	// flushEvery is how long a line may be in memory alone.
	flushEvery = time.Second

	// maxPending bounds the lines of one file that wait for the disk, in bytes: some
	// 20,000 messages. The disk is asked for more at half of it. What does not fit is
	// left out and counted.
	maxPending = 2 << 20
)

// file writes lines in a goroutine of its own, so that nobody waits for the disk.
type file struct {
	recorder *Recorder
	path     string
	heading  string
	began    time.Time

	mu      sync.Mutex
	state   fileState
	pending []byte
	size    int64 // bytes written or pending
	missing int   // lines left out since the last one
	wake    chan struct{}
}

type fileState int

const (
	unopened fileState = iota // no line yet, no goroutine
	open
	cut    // as large as it gets; the goroutine runs
	closed // no further lines; the goroutine ends
)

// add appends a line. The first one makes the file. more is false once no further
// line is taken.
func (f *file) add(p Place, text string) (more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state == unopened {
		f.beginLocked()
	}
	f.addLocked(p, text)
	return f.state == open
}

func (f *file) addLocked(p Place, text string) {
	if f.state != open {
		return
	}
	line := appendLine(nil, time.Since(f.began), p, text)
	if len(f.pending)+len(line) > maxPending {
		f.missing++
		return
	}
	if f.missing > 0 {
		f.appendLocked(fmt.Appendf(nil, "# %d lines are missing here: the disk was slower than the session\n", f.missing))
		f.missing = 0
	}
	if f.size+int64(len(line)) > f.recorder.maxFile {
		f.state = cut
		line = fmt.Appendf(nil, "# cut: a trace has at most %d bytes; the session went on\n", f.recorder.maxFile)
	}
	f.appendLocked(line)
}

func (f *file) appendLocked(b []byte) {
	f.pending = append(f.pending, b...)
	f.size += int64(len(b))
	if len(f.pending) > maxPending/2 {
		f.wakeLocked()
	}
}

func (f *file) wakeLocked() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// beginLocked starts the goroutine, unless there are enough files.
func (f *file) beginLocked() {
	f.state = closed
	if !f.recorder.mayOpen() {
		return
	}
	f.state = open
	f.appendLocked([]byte(f.heading))
	f.recorder.writing.Go(func() {
		if err := f.write(); err != nil {
			f.close("") // nobody reads this line
			f.recorder.failed(err)
		}
	})
}

// close ends the file with a last line. A file without any is not made.
func (f *file) close(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.addLocked(Remark, text)
	f.state = closed
	f.wakeLocked()
}

// write makes the file and fills it.
func (f *file) write() error {
	to, err := os.OpenFile(f.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("making a trace: %w", err)
	}
	return f.writeTo(to)
}

// writeTo writes what is pending from time to time, until the file is closed.
func (f *file) writeTo(to io.WriteCloser) (err error) {
	defer func() {
		if closeErr := to.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("closing a trace: %w", closeErr)
		}
	}()
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-f.wake:
		case <-tick.C:
		}
		lines, last := f.take()
		if _, err := to.Write(lines); err != nil {
			return fmt.Errorf("writing a trace, which ends here: %w", err)
		}
		if last {
			return nil
		}
	}
}

// take is what is pending. last says that nothing follows.
func (f *file) take() (lines []byte, last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lines, f.pending = f.pending, nil
	return lines, f.state == closed
}
