package monitor

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// noLeaks fails a test that leaves goroutines behind.
func noLeaks(t *testing.T) {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) })
}
