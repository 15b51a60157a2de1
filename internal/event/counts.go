package event

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// shardCount spreads the locks. With 64 the 16 busy sessions of a large
	// machine rarely meet, unless they work on one and the same key.
	shardCount = 64

	// keysPerShard bounds the keys of one minute to 2,048 in all, half of an
	// observer's queue: names of relations come from clients, who may invent any
	// number of them.
	keysPerShard = 32
)

// counts sums what was not counted by key. It is exact: an addition is in the
// interval that take ends or in the next one, never lost.
type counts struct {
	seed   maphash.Seed
	shards [shardCount]shard
	other  atomic.Uint64 // additions that found their shard full

	mu    sync.Mutex // guards since, and makes take one at a time
	since time.Time
}

// shard is padded to a cache line of its own, so that neighbours do not slow
// each other.
type shard struct {
	mu sync.Mutex
	m  map[Key]*uint64 // by pointer: assigning would keep the newest key's text alive
	_  [48]byte
}

func (c *counts) init(now time.Time) {
	c.seed = maphash.MakeSeed()
	c.since = now
	for i := range c.shards {
		c.shards[i].m = map[Key]*uint64{}
	}
}

func (c *counts) add(k Key) {
	s := &c.shards[maphash.Comparable(c.seed, k)%shardCount]
	s.mu.Lock()
	switch n := s.m[k]; {
	case n != nil:
		*n++
	case len(s.m) < keysPerShard:
		one := uint64(1)
		s.m[k.clone()] = &one
	default:
		c.other.Add(1)
	}
	s.mu.Unlock()
}

// take empties the sums into events for the interval that ends now.
func (c *counts) take(now time.Time) []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	var events []Event
	for i := range c.shards {
		for k, n := range c.shards[i].swap() {
			events = append(events, NotCounted{From: c.since, At: now, Key: k, Count: *n})
		}
	}
	if n := c.other.Swap(0); n > 0 {
		events = append(events, NotCounted{From: c.since, At: now, Count: n, Other: true})
	}
	c.since = now
	return events
}

func (s *shard) swap() map[Key]*uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.m) == 0 {
		return nil
	}
	m := s.m
	s.m = make(map[Key]*uint64, len(m))
	return m
}

// clone lets go of the large text that a name may be a part of.
func (k Key) clone() Key {
	return Key{
		Host: strings.Clone(k.Host), Database: strings.Clone(k.Database), User: strings.Clone(k.User),
		Verb: strings.Clone(k.Verb), Relation: strings.Clone(k.Relation),
	}
}
