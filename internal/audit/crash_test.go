package audit

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// child is what this test binary does as another process.
func child(role, path string) int {
	l, err := Open(path)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	switch role {
	case "write": // until it is killed, saying what is on disk
		var out sync.Mutex
		for i := range 4 {
			go func() {
				for j := 0; ; j++ {
					id := fmt.Sprintf("%d-%d", i, j)
					if l.Write(context.Background(), decision(id)) == nil {
						out.Lock()
						fmt.Println(id)
						out.Unlock()
					}
				}
			}()
		}
		select {}
	case "full": // a disk with room for a little more, then with enough
		return fill(l)
	}
	return 2
}

// fill bounds the size of files so that a write ends in the middle of a line.
func fill(l *Log) int {
	signal.Ignore(syscall.SIGXFSZ)
	info, _ := os.Stat(l.writer.path)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return 3
	}
	small := syscall.Rlimit{Cur: uint64(info.Size()) + 100, Max: was.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		return 4
	}
	for range 3 {
		if l.Write(context.Background(), decision("lost")) == nil {
			return 5
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return 6
	}
	if err := l.Write(context.Background(), decision("kept")); err != nil {
		fmt.Println("error", err)
		return 7
	}
	if l.Close() != nil {
		return 8
	}
	return 0
}

func command(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "HOLDFAST_AUDIT_CHILD="+role, "HOLDFAST_AUDIT_PATH="+path)
	return cmd
}

// TestKilledWriter kills a process that writes, several times: what it said to
// be on disk is there, and the chain goes on.
func TestKilledWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	var said []string
	for round := range 5 {
		cmd := command(t, "write", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 20+7*round && lines.Scan(); n++ {
			said = append(said, lines.Text())
		}
		_ = cmd.Process.Kill()
		for lines.Scan() {
			said = append(said, lines.Text())
		}
		_ = cmd.Wait()
	}
	closed(t, open(t, path))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := Verify(bytes.NewReader(data)); err != nil || n < len(said) {
		t.Fatalf("%d records, %v", n, err)
	}
	for _, id := range said {
		if !strings.Contains(string(data), strconv.Quote(id)) {
			t.Errorf("%s was said to be on disk", id)
		}
	}
	if len(said) < 100 {
		t.Errorf("only %d writes", len(said))
	}
}

func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if out, err := command(t, "full", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := kinds(t, path)
	if !slices.Contains(got, "recovered") || got[len(got)-2] != "hold approved" {
		t.Errorf("records are %q", got)
	}
	data, _ := os.ReadFile(path)
	if !bytes.Contains(data, []byte(`"hold":"kept"`)) || slices.Index(got, "hold approved") != len(got)-2 {
		t.Errorf("%s", data)
	}
}
