package trace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// MaxFile bounds one file, in bytes: some 100,000 messages, more than anybody
	// reads. What follows is not recorded, and the end of the file says so.
	MaxFile = 16 << 20

	// MaxFiles bounds the files of a folder, those of earlier runs included: with
	// MaxFile it bounds the disk that a forgotten trace takes, to 1.6 GiB.
	MaxFiles = 100

	// closeLimit is how long Close waits for a disk that does not answer.
	closeLimit = 5 * time.Second

	extension = ".trace"
)

// Recorder writes the connections of one client, each to a file of its own. Its
// methods may be called from several goroutines.
type Recorder struct {
	folder   string
	describe Describer
	failed   func(error)

	files   atomic.Int64 // in the folder
	counter atomic.Int64 // of connections, for names
	full    sync.Once    // failed was told that there are enough files
	writing sync.WaitGroup
	maxFile int64
}

// Open makes the folder, if it is not there, for its owner only. failed is called
// when a connection cannot be recorded, or not to its end; it may be called from
// any goroutine and must not block.
func Open(folder string, describe Describer, failed func(error)) (*Recorder, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for traces: %w", err)
	}
	if err := tryFolder(folder); err != nil {
		return nil, fmt.Errorf("trying the folder for traces: %w", err)
	}
	there, err := filepath.Glob(filepath.Join(escapeGlob(folder), "*"+extension))
	if err != nil {
		return nil, fmt.Errorf("looking for earlier traces: %w", err)
	}
	r := &Recorder{folder: folder, describe: describe, failed: failed, maxFile: MaxFile}
	r.files.Store(int64(len(there)))
	return r, nil
}

// tryFolder makes a file and removes it, so that a folder that cannot be written to
// is found before it is needed.
func tryFolder(folder string) error {
	f, err := os.CreateTemp(folder, "try")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Close waits until everything is written, or for a few seconds. Connections are
// to be closed before.
func (r *Recorder) Close() error {
	done := make(chan struct{})
	go func() {
		r.writing.Wait()
		close(done)
	}()
	timer := time.NewTimer(closeLimit)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
		return errors.New("writing traces: the disk does not answer")
	}
}

// errEnough says that nothing more is recorded.
var errEnough = fmt.Errorf("the folder has %d traces; further connections are not recorded until some are removed and holdfast is started again", MaxFiles)

// mayOpen counts one more file, or says that there are enough.
func (r *Recorder) mayOpen() bool {
	if r.files.Add(1) <= MaxFiles {
		return true
	}
	r.files.Add(-1)
	r.full.Do(func() { r.failed(errEnough) })
	return false
}

// Connection is the recording of one connection of the client, and of those that
// holdfast makes for it. Its methods may be called from several goroutines, and
// never wait for the disk.
type Connection struct {
	recorder *Recorder
	file     *file

	mu   sync.Mutex
	legs []*Leg
}

// Connection begins a recording. about says whose it is, in a line. A file is made
// once there is something to record: a connection that says nothing leaves none.
// It is nil when there are enough files.
func (r *Recorder) Connection(about string) *Connection {
	if r.files.Load() >= MaxFiles {
		r.full.Do(func() { r.failed(errEnough) })
		return nil
	}
	began := time.Now()
	name := fmt.Sprintf("%s-%d%s", began.UTC().Format("20060102T150405.000000Z"), r.counter.Add(1), extension)
	return &Connection{recorder: r, file: &file{
		recorder: r, path: filepath.Join(r.folder, name), heading: heading(about, began),
		began: began, wake: make(chan struct{}, 1),
	}}
}

func heading(about string, began time.Time) string {
	return fmt.Sprintf("%s: %s\n"+
		"# Begun %s; the first column is seconds since then.\n"+
		"# Statements, values and rows are as they were sent. Passwords, logins and cancel keys stand as *.\n",
		firstWords, about, began.UTC().Format(time.RFC3339Nano))
}

// Remark writes a line that says what holdfast did; holdfast is its subject.
func (c *Connection) Remark(format string, args ...any) {
	c.file.add(Remark, fmt.Sprintf(format, args...))
}

// Leg begins one connection of the protocol; to and from are where the messages of
// its client and of its server are seen.
func (c *Connection) Leg(ofClient, ofServer Place) *Leg {
	l := &Leg{connection: c, places: [2]Place{ofClient, ofServer}}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.legs = append(c.legs, l)
	return l
}

// Close ends the recording. It does not wait until it is written.
func (c *Connection) Close() {
	c.mu.Lock()
	legs := c.legs
	c.mu.Unlock()
	for _, l := range legs {
		l.end()
	}
	c.file.close("ends the trace: the connection is over")
}

// escapeGlob takes the meaning out of the characters of a pattern.
func escapeGlob(path string) string {
	var b []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			b = append(b, '\\')
		}
		b = append(b, path[i])
	}
	return string(b)
}
