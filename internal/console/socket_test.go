package console

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
)

// socketPath is a path in a folder that does not exist yet, short enough.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "hf")
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "run", "holdfast.sock")
}

func listen(path string) (*Server, error) {
	return Listen(Options{Socket: path, Log: zerolog.Nop()})
}

// TestModes: whatever the umask, the socket is its user's alone.
func TestModes(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		path := socketPath(t)
		before := syscall.Umask(umask)
		s, err := listen(path)
		after := syscall.Umask(before)
		if err != nil {
			t.Fatalf("umask %04o: %v", umask, err)
		}
		if after != umask {
			t.Errorf("the umask was left at %04o", after)
		}
		for file, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
			info, err := os.Stat(file)
			check(t, err)
			if info.Mode().Perm() != want {
				t.Errorf("umask %04o: %s has mode %04o, want %04o", umask, file, info.Mode().Perm(), want)
			}
		}
		check(t, s.Close())
		check(t, s.Close())
	}
}

// TestPrivateFromTheStart: there is no moment in which others could connect.
func TestPrivateFromTheStart(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux takes the mode from the descriptor")
	}
	path := filepath.Join(filepath.Dir(filepath.Dir(socketPath(t))), "s")
	before := syscall.Umask(0)
	l, err := listenPrivate(path)
	syscall.Umask(before)
	check(t, err)
	defer l.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("bound with mode %v, %v", info.Mode(), err)
	}
}

func TestLiveSocketIsRefused(t *testing.T) {
	path := socketPath(t)
	s, err := listen(path)
	check(t, err)
	defer s.Close()
	if _, err := listen(path); err == nil || !strings.Contains(err.Error(), "another holdfast is listening on "+path) {
		t.Errorf("the second: %v", err)
	}

	// Even where the lock is gone, whoever answers is not replaced.
	check(t, os.Remove(path+".lock"))
	if _, err := listen(path); err == nil || !strings.Contains(err.Error(), "another process is listening on "+path) {
		t.Errorf("without the lock: %v", err)
	}
	conn, err := net.Dial("unix", path)
	check(t, err)
	conn.Close()
}

func TestStaleSocketIsReplaced(t *testing.T) {
	path := socketPath(t)
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	check(t, err)
	dead.SetUnlinkOnClose(false)
	check(t, dead.Close())

	s, err := listen(path)
	check(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	check(t, s.Serve(ctx))
	if s, err = listen(path); err != nil {
		t.Fatalf("after an end in order: %v", err)
	}
	check(t, s.Close())
}

// TestOtherFileIsKept: a file that is no socket is somebody's data.
func TestOtherFileIsKept(t *testing.T) {
	path := socketPath(t)
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(t, os.WriteFile(path, []byte("data"), 0o600))
	if _, err := listen(path); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("Listen: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "data" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

func TestUnknownGroup(t *testing.T) {
	path := socketPath(t)
	_, err := Listen(Options{Socket: path, Group: "no-such-group", Log: zerolog.Nop()})
	if err == nil || !strings.Contains(err.Error(), "no-such-group") {
		t.Errorf("Listen: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a socket is left that its group cannot use")
	}
}
