package monitor

import (
	"hash/maphash"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// shardCount spreads the locks over tables, as that of package event does.
	shardCount = 64

	// namesPerShard bounds the tables of one interval to 20,480 in all, as many as are
	// watched in one database. What finds no place is summed for its database.
	namesPerShard = 320
)

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
// sums that take returns or in those of the next one.
type seen struct {
	seed   maphash.Seed
	shards [shardCount]shard
}

// shard is padded to a cache line of its own.
type shard struct {
	mu sync.Mutex
	m  map[place]*sums
	_  [48]byte
}

func (s *seen) init() {
	s.seed = maphash.MakeSeed()
	for i := range s.shards {
		s.shards[i].m = map[place]*sums{}
	}
}

func (s *seen) add(p place, n sums) {
	if s.put(p, n, namesPerShard) {
		return
	}
	// A server has as many databases as it has; a shard takes as many again of them.
	s.put(place{database: p.database}, n, math.MaxInt)
}

func (s *seen) put(p place, n sums, most int) bool {
	shard := &s.shards[maphash.Comparable(s.seed, p)%shardCount]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if sum := shard.m[p]; sum != nil {
		*sum = sum.plus(n)
		return true
	}
	if len(shard.m) >= most {
		return false
	}
	first := n // apart from n, which would be allocated each time
	shard.m[place{strings.Clone(p.database), strings.Clone(p.table)}] = &first
	return true
}

// take empties the sums into the sums by database and table.
func (s *seen) take(into map[string]map[string]sums) {
	for i := range s.shards {
		for p, n := range s.shards[i].swap() {
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
}

func (s *shard) swap() map[place]*sums {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.m) == 0 {
		return nil
	}
	m := s.m
	s.m = map[place]*sums{}
	return m
}

// Count adds what transactions did, if it was on one of the monitor's doors: for each
// table a hash, a short lock shared by few tables and an addition. It allocates only for
// a table that is new since the last sample, keeps nothing of t and never blocks.
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
