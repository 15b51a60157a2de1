package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDriverLibpq(t *testing.T) {
	program := buildLibpq(t)
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 16, exec.Command(program, s.hf.URL(s.db)))
	})
}

// buildLibpq compiles the session in C with the compiler that cgo uses, into a
// folder of the test.
func buildLibpq(t *testing.T) string {
	t.Helper()
	include := output(t, needs(t, "pg_config"), "--includedir")
	if _, err := os.Stat(filepath.Join(include, "libpq-fe.h")); err != nil {
		missing(t, "libpq's headers")
	}
	program := filepath.Join(t.TempDir(), "session")
	compiler := strings.Fields(output(t, "go", "env", "CC"))
	args := append(compiler[1:], "-I"+include, "-o", program)
	args = append(args, sources(t, "c/libpq/*.c")...)
	build(t, compiler[0], append(args, "-L"+output(t, "pg_config", "--libdir"), "-lpq")...)
	return program
}

// output is what a program prints, without the end of its last line.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatalf("running %s: %v", program, err)
	}
	return strings.TrimSpace(string(out))
}
