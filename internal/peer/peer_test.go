package peer

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestUID: the kernel says who connected, to both ends.
func TestUID(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("not known here")
	}
	dir, err := os.MkdirTemp("", "peer") // t.TempDir may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	calling, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer calling.Close()
	called, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer called.Close()
	for _, end := range []net.Conn{calling, called} {
		uid, err := UID(end.(*net.UnixConn))
		if err != nil || uid != uint32(os.Getuid()) {
			t.Errorf("uid %d, %v; want %d", uid, err, os.Getuid())
		}
	}
}

func TestUserWithoutName(t *testing.T) {
	if got := User(4_000_000_123); got != "uid 4000000123" {
		t.Errorf("User = %q", got)
	}
}
