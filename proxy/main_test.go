package proxy

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// TestMain fails when a session leaves a goroutine behind.
func TestMain(m *testing.M) { pgtest.Main(m, func() error { return goleak.Find() }) }
