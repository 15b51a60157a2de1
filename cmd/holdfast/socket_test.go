package main

import (
	"net"
	"os"
	"path/filepath"
)

// leaveSocket leaves the file of a socket whose listener is gone, as a process
// that was killed does.
func leaveSocket(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return l.Close()
}
