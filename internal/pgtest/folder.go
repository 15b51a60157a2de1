package pgtest

import (
	"fmt"
	"os"
	"path/filepath"
)

// socketPathLimit is the room for a Unix socket's path in sockaddr_un on the
// systems we test on, less the terminating NUL (104 bytes on macOS, 108 on Linux).
const socketPathLimit = 103

// newFolder creates a temporary folder that other users may pass through: the
// server runs as somebody else when the tests run as root, and testing.T's own
// folders are closed to others. Its path is short enough for Unix sockets.
func newFolder() (string, error) {
	parent := os.TempDir()
	if len(filepath.Join(parent, "holdfast-0123456789", "s", ".s.PGSQL.12345")) > socketPathLimit {
		parent = "/tmp"
	}
	folder, err := os.MkdirTemp(parent, "holdfast-")
	if err != nil {
		return "", fmt.Errorf("creating a folder for a test server: %w", err)
	}
	if err := os.Chmod(folder, 0o711); err != nil {
		return "", fmt.Errorf("opening %q to the server's user: %w", folder, err)
	}
	return folder, nil
}
