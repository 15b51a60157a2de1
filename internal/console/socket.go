package console

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// dialWait is how long a socket that is already there may take to show that
// somebody listens. Connecting to a Unix socket does not wait for the other end.
const dialWait = time.Second

// bind listens on the control socket.
//
// A lock beside the socket decides between two that start at the same time; the
// system frees it when its process ends in whatever way.
func bind(path, group string) (*net.UnixListener, *os.File, error) {
	if err := makeFolder(filepath.Dir(path), group); err != nil {
		return nil, nil, err
	}
	lock, err := lockFile(path + ".lock")
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil, fmt.Errorf("another holdfast is listening on %s", path)
	}
	if err != nil {
		return nil, nil, err
	}
	l, err := bindLocked(path, group)
	if err != nil {
		lock.Close()
		return nil, nil, err
	}
	return l, lock, nil
}

func bindLocked(path, group string) (*net.UnixListener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := listenPrivate(path)
	if err != nil {
		return nil, err
	}
	if err := setModes(path, group); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// listenPrivate binds a socket that is its user's alone from its first moment on:
// Linux gives the file the mode that the descriptor has at bind. (A umask would
// do it as well, and change every other file that this process makes meanwhile.)
// Elsewhere fchmod of a socket fails, and the folder of mode 0700 keeps others
// out until setModes.
func listenPrivate(path string) (*net.UnixListener, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), 0o600) })
	}}
	l, err := config.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	return l.(*net.UnixListener), nil
}

// removeStale removes the socket of a holdfast that ended without doing so
// itself, and nothing else.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s is there already and is no socket", path)
	}
	conn, err := net.DialTimeout("unix", path, dialWait)
	if err == nil {
		conn.Close()
		return fmt.Errorf("another process is listening on %s", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("finding out whether somebody listens on %s: %w", path, err)
	}
	return os.Remove(path)
}

// makeFolder makes the folder of the socket, for its user alone, or for the group
// to pass through. One that is there stays as it is.
func makeFolder(path, group string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	if group == "" {
		return os.Chmod(path, 0o700)
	}
	if err := giveToGroup(path, group); err != nil {
		return err
	}
	return os.Chmod(path, 0o710)
}

// setModes gives the socket to its user, and to one group if that is wanted.
func setModes(path, group string) error {
	if group == "" {
		return os.Chmod(path, 0o600)
	}
	if err := giveToGroup(path, group); err != nil {
		return err
	}
	return os.Chmod(path, 0o660)
}

func giveToGroup(path, group string) error {
	g, err := user.LookupGroup(group)
	if err != nil {
		return fmt.Errorf("finding the group of the socket: %w", err)
	}
	gid, err := strconv.Atoi(g.Gid)
	if err != nil {
		return fmt.Errorf("reading the number of the group %q: %w", group, err)
	}
	if err := os.Chown(path, -1, gid); err != nil {
		return fmt.Errorf("giving %s to the group %q: %w", path, group, err)
	}
	return nil
}

// lockFile opens and locks a file; EWOULDBLOCK when another process has it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = f.Chmod(0o600) // whatever the umask made of it
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
