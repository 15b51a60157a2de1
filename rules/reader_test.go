package rules

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

func TestHitsDoNotAllocate(t *testing.T) {
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	for name, text := range map[string]string{
		"prefilter": strings.Repeat("select lower(a), b from t where c = 'x' and d in (1, 2); ", 10),
		"cache":     "delete from t where id = $1",
	} {
		b := []byte(text)
		r.Read(b, safe)
		if n := testing.AllocsPerRun(100, func() { r.Read(b, safe) }); n != 0 {
			t.Errorf("%s hit: %v allocations", name, n)
		}
	}
	latin := []byte("delete from t where a = '\xe9'")
	s := Settings{"ISO-8859-1", "on"}
	r.Read(latin, s)
	if n := testing.AllocsPerRun(100, func() { r.Read(latin, s) }); n != 0 {
		t.Errorf("cache hit in Latin-1: %v allocations", n)
	}
	harmless := r.Read([]byte("select 1"), safe)
	if n := testing.AllocsPerRun(100, func() { p.Judge(Origin{}, harmless, nil) }); n != 0 {
		t.Errorf("judging harmless facts: %v allocations", n)
	}
	keyed := r.Read([]byte("delete from t where id = $1"), safe)
	ruled := NewPolicy(PolicyOptions{Rules: tenRules()})
	loud := benchOrigin
	loud.Application = "PostgreSQL JDBC Driver"
	for want, judge := range map[float64]func(){
		0: func() { p.JudgeTerse(loud, keyed, nil); ruled.JudgeTerse(loud, keyed, nil) },
		2: func() { p.Judge(loud, keyed, nil); ruled.Judge(loud, keyed, nil) }, // their reasons
	} {
		if n := testing.AllocsPerRun(100, judge); n != want {
			t.Errorf("judging a keyed DELETE: %v allocations, want %v", n, want)
		}
	}
}

func TestCacheTellsEncodingsApart(t *testing.T) {
	r := NewReader(ReaderOptions{})
	text := []byte("drop table k\xe9se")
	a := r.Read(text, Settings{"LATIN1", "on"}).Statements[0].Effects[0].Target.Name
	b := r.Read(text, Settings{"WIN1251", "on"}).Statements[0].Effects[0].Target.Name
	if a != "kése" || b != "kйse" {
		t.Errorf("read as %q and %q", a, b)
	}
	if again := r.Read(text, Settings{"LATIN1", "on"}); again != r.Read(text, Settings{"LATIN1", "on"}) {
		t.Error("the second reading did not come from the cache")
	}
}

func TestCacheIsBounded(t *testing.T) {
	limit := 1 << 20
	r := NewReader(ReaderOptions{CacheBytes: limit})
	for i := range 5000 {
		r.Read(fmt.Appendf(nil, "delete from table_number_%d where id = $1", i), safe)
		r.Read(fmt.Appendf(nil, "delete from table_number_%d where id = %d", i, i), safe)
	}
	texts, n := cacheHolds(t, r.texts)
	shapes, m := cacheHolds(t, r.shapes)
	if texts+shapes > limit || n < 500 || m < 150 {
		t.Errorf("%d texts of %d bytes and %d shapes of %d under a limit of %d", n, texts, m, shapes, limit)
	}
	big := []byte(strings.Repeat("drop table t;", 15000))
	first, second := r.Read(big, safe), r.Read(big, safe)
	if first == second {
		t.Error("facts above the limit of a shard were kept")
	}
}

// cacheHolds counts what a cache keeps alive, the entries that are found without
// a lock included.
func cacheHolds(t *testing.T, c *cache) (total, entries int) {
	for i := range c.shards {
		s := &c.shards[i]
		sum := 0
		for _, e := range s.lru.Values() {
			sum += e.facts.Size
		}
		if sum != s.bytes {
			t.Errorf("shard %d counts %d bytes and holds %d", i, s.bytes, sum)
		}
		for j := range s.front {
			if e := s.front[j].Load(); e != nil {
				if kept, ok := s.lru.Peek(e.key); !ok || kept != e {
					t.Errorf("shard %d finds an entry that it does not hold", i)
				}
			}
		}
		total += sum
		entries += s.lru.Len()
	}
	return total, entries
}

func TestCacheReplacesCountedOnce(t *testing.T) {
	c := newCache(1 << 20)
	k := c.key([]byte("x"), safe)
	for range 3 {
		c.add(k, &Facts{Size: 100})
	}
	if got := c.shard(k).bytes; got != 100 {
		t.Errorf("one entry of 100 bytes counts as %d", got)
	}
}

func TestReaderIsSafeForConcurrentUse(t *testing.T) {
	r := NewReader(ReaderOptions{CacheBytes: 1 << 16, ParseBytes: 1 << 18})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 100 {
				f := r.Read(fmt.Appendf(nil, "delete from t%d where id = %d", (i+j)%10, j%20), safe)
				if !f.Read || len(f.Statements) != 1 {
					t.Errorf("%+v", f)
				}
			}
		})
	}
	wg.Wait()
	if r.parses.taken != 0 || len(r.parses.queue) != 0 {
		t.Errorf("%d bytes of the budget were not given back", r.parses.taken)
	}
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &budget{size: 100}
		first := b.take(60)
		var order []string
		enter := func(name string, bytes int64) {
			go func() {
				taken := b.take(bytes)
				order = append(order, name)
				b.give(taken)
			}()
			synctest.Wait()
		}
		enter("all of it", 1000) // more than there is: waits for all
		enter("a little", 10)    // would fit, but does not overtake
		if len(order) != 0 {
			t.Fatalf("%v went in while 60 of 100 were taken", order)
		}
		b.give(first)
		synctest.Wait()
		if got := strings.Join(order, ", "); got != "all of it, a little" {
			t.Errorf("order %q", got)
		}
		if b.taken != 0 {
			t.Errorf("%d bytes are still taken", b.taken)
		}
	})
}
