package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver named "sqlite3"

	"github.com/holdfast-db/holdfast/internal/hold"
)

const (
	// RetainFor is how long an ended hold stays in the store: long enough to be
	// looked up after an incident. The audit has it for good.
	RetainFor = 90 * 24 * time.Hour

	// RetainCount is how many ended holds stay at most. With hold.MaxSQL each it
	// bounds the file to about 512 MB; with ordinary statements it is 2 MB.
	RetainCount = 2000

	// pruneEvery is how many inserts go between two looks for what is too old:
	// few enough that the file stays bounded, many enough to cost nothing.
	pruneEvery = 64

	// busyTimeout is how long a change waits for another process that has the
	// file locked. The session behind it waits too, so it is short.
	busyTimeout = 2 * time.Second
)

var _ hold.Store = (*Store)(nil)

// Store is holds in one SQLite file. Make one with Open; all methods may be
// called from any goroutine.
type Store struct {
	path    string
	opened  fs.FileInfo // of the file at path when it was opened
	lock    *os.File    // held locked until Close
	db      *sql.DB
	inserts atomic.Uint64
}

// Open opens the store at a control URL, and makes folder (0700), file (0600)
// and schema where they are missing. It fails when another holdfast has it.
func Open(ctx context.Context, control string) (*Store, error) {
	path, err := Path(control)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the control store %q: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	if err := s.takeLock(); err != nil {
		return err
	}
	if err := s.createFile(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", dsn(s.path))
	if err != nil {
		return err
	}
	s.db = db
	// One connection: one writer, and readers who see what was written last.
	db.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.prune(ctx); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.path))
}

// syncFolder puts the names of new files on disk.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// takeLock makes this the only holdfast on the file. The lock is another file's:
// closing any descriptor of a database file drops SQLite's own locks on it.
func (s *Store) takeLock() error {
	f, err := os.OpenFile(s.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return errors.New("another holdfast is using it; stop that one, or give this one a control store of its own")
		}
		return fmt.Errorf("locking %q: %w", s.path+".lock", err)
	}
	s.lock = f
	return nil
}

// createFile makes the file before SQLite does, to give it its mode: SQLite
// gives the same to the files it makes beside it.
func (s *Store) createFile() error {
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	s.opened, err = f.Stat()
	if err == nil && !s.opened.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	return err
}

// dsn is the driver's name of the file; https://www.sqlite.org/uri.html.
func dsn(path string) string {
	u := url.URL{Path: path}
	return fmt.Sprintf("file:%s?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=%d&_txlock=immediate",
		u.EscapedPath(), busyTimeout.Milliseconds())
}

// present is nil while the file that is written is the one at path. What is
// written to a deleted file is not kept.
func (s *Store) present() error {
	now, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("the control store is gone: %w", err)
	}
	if !os.SameFile(s.opened, now) {
		return fmt.Errorf("the control store %q was replaced while it was open", s.path)
	}
	return nil
}

// Close closes the file and lets go of the lock. A second call does nothing.
func (s *Store) Close() error {
	var faults []error
	if s.db != nil {
		faults = append(faults, s.db.Close())
	}
	if s.lock != nil {
		if err := s.lock.Close(); !errors.Is(err, os.ErrClosed) {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("closing the control store: %w", err)
	}
	return nil
}
