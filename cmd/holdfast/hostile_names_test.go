package main_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The server keeps the first 63 bytes of the name of a prepared statement or a
// portal, so names that differ only behind them are one name to it.
func TestNamesLongerThanTheServerKeeps(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		prefix := strings.Repeat("a", 63)
		first, second := prefix+"x", prefix+"y"
		c := s.connect(t)
		c.Send(pgtest.Parse(first, "SELECT 1"), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Close('S', second), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Parse(second, "DROP TABLE events"), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Bind("", first), pgtest.Execute("", 0), pgtest.Sync())
		readDenyingToEnd(t, s, c)
		s.wantRows(t, "3")
	})
}
