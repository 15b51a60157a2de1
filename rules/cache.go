package rules

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cacheKey is a hash of the exact text and of the settings it is read under, in
// two halves with different secret seeds: nobody can look for two texts that
// share it, and two that do by chance are not to be expected in the life of a
// process (2^64 texts). So the text itself need not be kept nor compared.
type cacheKey [2]uint64

// cache keeps facts by text. It is split into shards, so that sessions rarely
// wait for each other; a hit does not allocate, and one of a text in frequent
// use takes no lock either.
type cache struct {
	seeds  [2]maphash.Seed
	shards [cacheShards]cacheShard
}

// cacheShards is a power of two, a few times the cores that read at once.
const cacheShards = 16

// maxCacheEntries bounds the entries of one shard apart from their bytes: the
// list and the map cost about 200 bytes an entry.
const maxCacheEntries = 1 << 16

// frontSlots is how many texts of a shard are found without its lock: 4096 in
// all, more than the statements of most applications, for 32 KiB.
const frontSlots = 256

type cacheShard struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[cacheKey, *cacheEntry]
	bytes int // kept alive by the entries
	limit int

	// front has some of the entries of lru and never another, so that the bounds
	// of lru are those of both. It is written under mu. A text that is found
	// here does not count as used in lru: it may be evicted, and is then read
	// once more.
	front [frontSlots]atomic.Pointer[cacheEntry]
}

// cacheEntry never changes.
type cacheEntry struct {
	key   cacheKey
	facts *Facts
}

func newCache(limit int) *cache {
	c := &cache{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	for i := range c.shards {
		s := &c.shards[i]
		s.limit = limit / cacheShards
		s.lru, _ = simplelru.NewLRU(maxCacheEntries, s.evicted)
	}
	return c
}

// evicted is called under mu.
func (s *cacheShard) evicted(k cacheKey, e *cacheEntry) {
	s.bytes -= e.facts.Size
	s.slot(k).CompareAndSwap(e, nil)
}

func (s *cacheShard) slot(k cacheKey) *atomic.Pointer[cacheEntry] {
	return &s.front[k[1]%frontSlots]
}

// usual are the settings of nearly every session; they need no hash.
var usual = Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}

// goldenRatio keeps the hashes of two equal settings from cancelling out.
const goldenRatio = 0x9E3779B97F4A7C15

// key hashes a text and the settings it is read under. maphash takes a string in
// one piece, several times as fast as bytes, of which it takes 128 at a time; so
// the text is lent to it as one.
func (c *cache) key(text []byte, s Settings) (k cacheKey) {
	lent := unsafe.String(unsafe.SliceData(text), len(text))
	for i, seed := range c.seeds {
		k[i] = maphash.Comparable(seed, lent)
		if s != usual {
			k[i] ^= maphash.String(seed, s.ClientEncoding)*goldenRatio + maphash.String(seed, s.StandardConformingStrings)
		}
	}
	return k
}

func (c *cache) shard(k cacheKey) *cacheShard {
	return &c.shards[k[0]%cacheShards]
}

// frequent finds facts without a lock, and may miss some that there are.
func (c *cache) frequent(k cacheKey) *Facts {
	if e := c.shard(k).slot(k).Load(); e != nil && e.key == k {
		return e.facts
	}
	return nil
}

func (c *cache) find(k cacheKey) (*Facts, bool) {
	if f := c.frequent(k); f != nil {
		return f, true
	}
	s := c.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.lru.Get(k)
	if !ok {
		return nil, false
	}
	s.slot(k).Store(e)
	return e.facts, true
}

func (c *cache) add(k cacheKey, f *Facts) {
	s := c.shard(k)
	if f.Size > s.limit {
		return
	}
	e := &cacheEntry{k, f}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.lru.Peek(k); ok {
		s.bytes -= old.facts.Size // replaced, not evicted: the callback is not called
	}
	s.lru.Add(k, e)
	s.slot(k).Store(e)
	for s.bytes += f.Size; s.bytes > s.limit; {
		s.lru.RemoveOldest()
	}
}
