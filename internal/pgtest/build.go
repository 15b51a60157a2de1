package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// build is a program of this module, built once for the tests of a package.
type build struct {
	path string
	err  error
}

// Binary is the path of a command of this module ("./cmd/holdfast"), built with
// the race detector once per test process. With HOLDFAST_TEST_BINARY set,
// ./cmd/holdfast is that file instead.
func Binary(t testing.TB, command string) string {
	t.Helper()
	if given := os.Getenv("HOLDFAST_TEST_BINARY"); given != "" && command == holdfastCommand {
		return given
	}
	return built(t, command, filepath.Base(command), "-race")
}

// plainHoldfast is holdfast built without the race detector, which takes no more
// than 8,128 goroutines at a time.
func plainHoldfast(t testing.TB) string {
	t.Helper()
	return built(t, holdfastCommand, "holdfast-plain")
}

// built builds a command with these flags under a name of its own, once.
func built(t testing.TB, command, name string, flags ...string) string {
	t.Helper()
	process.mu.Lock()
	defer process.mu.Unlock()
	folder := sharedFolderLocked(t)
	b := process.builds[name]
	if b == nil {
		b = &build{path: filepath.Join(folder, name)}
		b.err = compile(command, b.path, flags)
		if process.builds == nil {
			process.builds = make(map[string]*build)
		}
		process.builds[name] = b
	}
	if b.err != nil {
		t.Fatalf("pgtest: %v", b.err)
	}
	return b.path
}

func compile(command, path string, flags []string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-o", path, command)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", command, err, out)
	}
	return nil
}

// Root is the folder of this module's go.mod.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("finding the module: no go.mod above the tests' folder")
		}
	}
}
