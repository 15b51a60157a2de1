package hold_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain also is the child process of tests that need one.
func TestMain(m *testing.M) {
	if dir := os.Getenv("HOLDFAST_HOLD_CHILD"); dir != "" {
		os.Exit(crashingChild(dir))
	}
	if path := os.Getenv("HOLDFAST_HOLD_LOCK"); path != "" {
		os.Exit(lockingChild(path))
	}
	goleak.VerifyTestMain(m)
}
