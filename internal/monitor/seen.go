package monitor

import (
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-db/holdfast/internal/event"
)

// maxSeen bounds the tables of one interval, to about as many as are watched in one
// database. What finds no place is summed for its database.
const maxSeen = 20_000

// sums is what sessions of holdfast did to the rows of one table.
type sums struct{ deleted, undone, updated int64 }

func (s sums) plus(o sums) sums {
	return sums{add(s.deleted, o.deleted), add(s.undone, o.undone), add(s.updated, o.updated)}
}

// add is a sum that stays at its highest instead of turning negative.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// place is what is summed apart. An empty table is of those that nobody can tell apart.
type place struct{ database, table string }

// seen sums what sessions did until it is taken. It is exact: an addition is in the
// sums that take returns or in those of the next one. The zero value is ready to use.
type seen struct {
	mu sync.Mutex // guards m; held for an addition
	m  map[place]*sums
}

func (s *seen) add(p place, n sums) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[place]*sums{}
	}
	sum := s.m[p]
	if sum == nil && len(s.m) >= maxSeen {
		p.table = "" // a server has as many databases as it has: there is one more for each
		sum = s.m[p]
	}
	if sum == nil {
		sum = &sums{}
		s.m[place{strings.Clone(p.database), strings.Clone(p.table)}] = sum
	}
	*sum = sum.plus(n)
}

// take empties the sums into the sums by database and table.
func (s *seen) take(into map[string]map[string]sums) {
	s.mu.Lock()
	m := s.m
	s.m = nil
	s.mu.Unlock()
	for p, n := range m {
		tables := into[p.database]
		if tables == nil {
			tables = map[string]sums{}
			into[p.database] = tables
		}
		table := p.table
		if _, known := tables[table]; !known && len(tables) >= maxTables {
			table = ""
		}
		tables[table] = tables[table].plus(*n)
	}
}

// Count adds what transactions did, if it was on one of the monitor's doors. It holds a
// lock for the additions alone, allocates only for a table that is new since the last
// sample, and keeps nothing of t.
func (m *Monitor) Count(t *event.Tally) {
	if m.o.Behind == nil || !slices.Contains(m.o.Doors, t.Host) {
		return
	}
	for _, r := range t.Rows {
		if n := (sums{r.Deleted, r.Undone, r.Updated}); n != (sums{}) {
			m.seen.add(place{t.Database, r.Table}, n)
		}
	}
}
