package audit

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain also is the child process of the tests that kill or starve one.
func TestMain(m *testing.M) {
	if role := os.Getenv("HOLDFAST_AUDIT_CHILD"); role != "" {
		os.Exit(child(role, os.Getenv("HOLDFAST_AUDIT_PATH")))
	}
	goleak.VerifyTestMain(m)
}
