package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// tailLength is how much of a file's end is read to find its last record: it
// holds the longest line and the torn ones that a full disk may leave behind it.
const tailLength = 2 * maxLine

// maxMode is the widest mode of an audit file: its group may read it, for a
// program that ships the lines.
const maxMode = 0o640

// file is an audit file that this process alone writes.
type file struct {
	*os.File
	tail
	fresh bool // it was empty
}

// openFile opens or makes the file at path, locks it, and reads its end. Its
// folder is made where it is missing.
func openFile(path string) (*file, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	opened := &file{File: f}
	if err := opened.prepare(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return opened, nil
}

func (f *file) prepare() error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	if mode := info.Mode().Perm(); mode&^maxMode != 0 {
		if err := f.Chmod(mode & maxMode); err != nil {
			return err
		}
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errors.New("another holdfast is writing to it; stop that one, or give this one an audit file of its own")
	}
	if err != nil {
		return fmt.Errorf("locking it: %w", err)
	}
	if f.fresh = info.Size() == 0; f.fresh {
		if err := syncFolder(filepath.Dir(f.Name())); err != nil {
			return err
		}
	}
	return f.readEnd()
}

// readEnd reads where the chain stands, from the file itself.
func (f *file) readEnd() error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	first := make([]byte, min(info.Size(), int64(len(firstBytes))))
	if _, err := f.ReadAt(first, 0); err != nil {
		return fmt.Errorf("reading its beginning: %w", err)
	}
	if !strings.HasPrefix(firstBytes, string(first)) {
		return errors.New("it is not an audit file of holdfast; nothing was written to it")
	}
	data := make([]byte, min(info.Size(), tailLength))
	n, err := f.ReadAt(data, info.Size()-int64(len(data)))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading its end: %w", err)
	}
	f.tail, err = readTail(data[:n], int64(n) == info.Size())
	return err
}

// moved is true when the file at path is no longer this one.
func (f *file) moved() bool {
	mine, err := f.Stat()
	if err != nil {
		return true
	}
	there, err := os.Stat(f.Name())
	return err != nil || !os.SameFile(mine, there)
}

// syncFolder puts the name of a new file on disk.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
