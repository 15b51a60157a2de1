package trace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testTime = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// faults collects what a recorder says.
type faults struct {
	mu   sync.Mutex
	list []error
}

func (f *faults) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, err)
}

func openIn(t *testing.T, folder string) (*Recorder, *faults) {
	t.Helper()
	var f faults
	r, err := Open(folder, Describer{}, f.add)
	if err != nil {
		t.Fatal(err)
	}
	return r, &f
}

// read is the one file of a folder, or "" when there is none.
func read(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > 1 {
		t.Fatalf("%v %v", entries, err)
	}
	if len(entries) == 0 {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(folder, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "[new]", "traces")
		r, f := openIn(t, folder)
		c := r.Connection("client 127.0.0.1:1")
		time.Sleep(time.Millisecond)
		client, server := c.Leg(ClientToHoldfast, HoldfastToClient), c.Leg(HoldfastToServer, ServerToHoldfast)
		client.Bytes(Client, startup)
		server.Bytes(Client, startup)
		time.Sleep(flushEvery)
		synctest.Wait()
		if got := read(t, folder); strings.Count(got, "StartupMessage") != 2 {
			t.Errorf("after a second the file holds\n%s", got)
		}
		server.Bytes(Server, wire('Z', []byte("I")))
		client.Bytes(Server, wire('Z', []byte("I"))[:3])
		c.Remark("begins session %d", 1)
		c.Close()
		c.Remark("too late")
		client.Bytes(Server, wire('Z', []byte("I"))[3:])
		if err := r.Close(); err != nil || f.list != nil {
			t.Errorf("%v, %v", err, f.list)
		}
		want := `# holdfast trace 1: client 127.0.0.1:1
# Begun 2000-01-01T00:00:00Z; the first column is seconds since then.
# Statements, values and rows are as they were sent. Passwords, logins and cancel keys stand as *.
    0.001000  client -> holdfast  StartupMessage 3.0 user=ana
    0.001000  holdfast -> server  StartupMessage 3.0 user=ana
    1.001000  server -> holdfast  ReadyForQuery I
    1.001000  holdfast            begins session 1
    1.001000  holdfast -> client  (ends within the header of ReadyForQuery)
    1.001000  holdfast            ends the trace: the connection is over
`
		if got := read(t, folder); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func TestSilentConnectionLeavesNoFile(t *testing.T) {
	folder := t.TempDir()
	r, _ := openIn(t, folder)
	c := r.Connection("a probe")
	c.Leg(ClientToHoldfast, HoldfastToClient)
	c.Close()
	if err := r.Close(); err != nil || read(t, folder) != "" || r.files.Load() != 0 {
		t.Errorf("%v, %q, %d files", err, read(t, folder), r.files.Load())
	}
}

func TestFileIsCut(t *testing.T) {
	folder := t.TempDir()
	r, f := openIn(t, folder)
	r.maxFile = 2000
	c := r.Connection("a long one")
	l := c.Leg(ClientToHoldfast, HoldfastToClient)
	l.Bytes(Client, startup)
	for range 1000 {
		l.Bytes(Client, wire('S'))
	}
	c.Close()
	r.Close()
	got := read(t, folder)
	if len(got) > 2100 || !strings.HasSuffix(got, "Sync\n# cut: a trace has at most 2000 bytes; the session went on\n") || f.list != nil {
		t.Errorf("%d bytes, %v\n%s", len(got), f.list, got)
	}
	if _, err := Read(strings.NewReader(got)); err != nil {
		t.Error(err)
	}
}

// What the disk is too slow for is counted, and the session does not wait.
func TestSlowDisk(t *testing.T) {
	f := &file{recorder: &Recorder{maxFile: 1 << 40}, state: open, began: testTime, wake: make(chan struct{}, 1)}
	line := strings.Repeat("x", 1000)
	for range 2 * maxPending / 1000 {
		f.add(Remark, line)
	}
	if len(f.pending) > maxPending || f.missing == 0 {
		t.Errorf("%d bytes wait, %d lines are missing", len(f.pending), f.missing)
	}
	missing := f.missing
	f.take()
	f.add(Remark, "y")
	lines, _ := f.take()
	if !strings.HasPrefix(string(lines), "# ") || !strings.Contains(string(lines), " lines are missing here") || missing < 1000 {
		t.Errorf("%d missing, then %.200s", missing, lines)
	}
}

// A full disk ends the trace with one word of it, and nothing else.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	f := &file{recorder: &Recorder{maxFile: MaxFile}, state: open, began: testTime, wake: make(chan struct{}, 1)}
	f.close("a line")
	if err := f.writeTo(full); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("%v", err)
	}
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{name, filepath.Join(name, "below")} {
		if _, err := Open(folder, Describer{}, nil); err == nil {
			t.Errorf("%s can be opened", folder)
		}
	}
}

// A folder that is taken away while it is used.
func TestFolderVanishes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "traces")
	r, f := openIn(t, folder)
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	c := r.Connection("a")
	c.Leg(ClientToHoldfast, HoldfastToClient).Bytes(Client, startup)
	c.Close()
	if err := r.Close(); err != nil || len(f.list) != 1 || !errors.Is(f.list[0], os.ErrNotExist) {
		t.Errorf("%v, %v", err, f.list)
	}
}

func TestEnoughFiles(t *testing.T) {
	folder := t.TempDir()
	for i := range MaxFiles - 1 {
		name := filepath.Join(folder, time.Duration(i).String()+extension)
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, f := openIn(t, folder)
	last, late := r.Connection("the last"), r.Connection("one too many")
	last.Leg(ClientToHoldfast, HoldfastToClient).Bytes(Client, startup)
	late.Leg(ClientToHoldfast, HoldfastToClient).Bytes(Client, startup)
	if c := r.Connection("later"); c != nil {
		t.Error("there is room for another one")
	}
	last.Close()
	late.Close()
	if err := r.Close(); err != nil || len(f.list) != 1 || f.list[0] != errEnough {
		t.Errorf("%v, %v", err, f.list)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(names) != MaxFiles {
		t.Errorf("%d files, %v", len(names), err)
	}
}

// A mask that panics ends the trace of that connection, and no session.
func TestFaultEndsTheTrace(t *testing.T) {
	folder := t.TempDir()
	r, err := Open(folder, Describer{Mask: func(string) string { panic("a\nfault") }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Connection("a")
	l := c.Leg(ClientToHoldfast, HoldfastToClient)
	l.Bytes(Client, startup)
	l.Bytes(Client, wire('Q', "SELECT 1"))
	l.Bytes(Client, wire('S'))
	c.Close()
	r.Close()
	if got := read(t, folder); !strings.Contains(got, `fault of its own: "a\nfault"`) || strings.Contains(got, "Sync") {
		t.Error(got)
	}
}
