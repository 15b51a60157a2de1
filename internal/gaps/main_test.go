package gaps_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
