package pgtest

import (
	"fmt"
	"os"
	"sync"
	"testing"
)

// process is what the tests of one package share and Main takes down.
var process struct {
	mu      sync.Mutex
	running bool // between Main's begin and end
	folder  string
	servers map[int]*sharedServer
	builds  map[string]*build
}

// Main runs the tests of a package and then stops the shared servers and removes
// the shared files. Call it from TestMain; it does not return. checks run after
// that, for what must hold once everything is down (goleak.Find); an error of
// one fails the run.
func Main(m *testing.M, checks ...func() error) {
	process.mu.Lock()
	process.running = true
	process.mu.Unlock()

	code := m.Run()
	closeShared()
	for _, check := range checks {
		if err := check(); err != nil && code == 0 {
			fmt.Fprintf(os.Stderr, "pgtest: after all tests: %v\n", err)
			code = 1
		}
	}
	os.Exit(code)
}

func closeShared() {
	process.mu.Lock()
	defer process.mu.Unlock()
	process.running = false
	for _, shared := range process.servers {
		if shared.server != nil {
			shared.server.stop()
		}
	}
	if process.folder != "" {
		os.RemoveAll(process.folder)
	}
}

// requireMainLocked fails a test whose package does not call Main: nothing would
// take down what its tests share. The caller holds process.mu.
func requireMainLocked(t testing.TB) {
	t.Helper()
	if !process.running {
		t.Fatal("pgtest: this package shares servers or builds: add func TestMain(m *testing.M) { pgtest.Main(m) }")
	}
}

// sharedFolderLocked is a folder that lives as long as the test process. The
// caller holds process.mu.
func sharedFolderLocked(t testing.TB) string {
	t.Helper()
	requireMainLocked(t)
	if process.folder == "" {
		folder, err := newFolder()
		if err != nil {
			t.Fatalf("pgtest: %v", err)
		}
		process.folder = folder
	}
	return process.folder
}
