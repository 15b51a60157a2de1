package rules

import (
	"hash/maphash"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cacheKey is a hash of the exact text and of how it is read, in two halves
// with different secret seeds: nobody can look for two texts that share it.
type cacheKey [2]uint64

// cache keeps facts by text. It is split into shards, so that sessions rarely
// wait for each other; a hit does not allocate.
type cache struct {
	seeds  [2]maphash.Seed
	shards [cacheShards]cacheShard
}

// cacheShards is a power of two, a few times the cores that read at once.
const cacheShards = 16

// maxCacheEntries bounds the entries of one shard apart from their bytes: the
// list and the map cost about 200 bytes an entry.
const maxCacheEntries = 1 << 16

type cacheShard struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[cacheKey, *Facts]
	bytes int // kept alive by the entries
	limit int
}

func newCache(limit int) *cache {
	c := &cache{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	for i := range c.shards {
		s := &c.shards[i]
		s.limit = limit / cacheShards
		s.lru, _ = simplelru.NewLRU(maxCacheEntries, func(_ cacheKey, f *Facts) { s.bytes -= f.Size })
	}
	return c
}

// key hashes a text and the name of the encoding it is read in.
func (c *cache) key(text []byte, encoding string) (k cacheKey) {
	for i, seed := range c.seeds {
		k[i] = maphash.Bytes(seed, text)
		if encoding != "" {
			k[i] ^= maphash.String(seed, encoding) * 0x9E3779B97F4A7C15
		}
	}
	return k
}

func (c *cache) shard(k cacheKey) *cacheShard {
	return &c.shards[k[0]%cacheShards]
}

func (c *cache) find(k cacheKey) (*Facts, bool) {
	s := c.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lru.Get(k)
}

func (c *cache) add(k cacheKey, f *Facts) {
	s := c.shard(k)
	if f.Size > s.limit {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.lru.Peek(k); ok {
		s.bytes -= old.Size // replaced, not evicted: the callback is not called
	}
	s.lru.Add(k, f)
	for s.bytes += f.Size; s.bytes > s.limit; {
		s.lru.RemoveOldest()
	}
}
