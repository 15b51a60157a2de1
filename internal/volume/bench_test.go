package volume

import (
	"fmt"
	"runtime"
	"testing"
	"time"
	"unsafe"
)

const (
	benchTables = 1000
	benchActors = 4
	perSecond   = 20000
)

// load is a list of counts at 20,000 a second over 1,000 tables.
func load() []Count {
	counts := make([]Count, benchTables*benchActors)
	for i := range counts {
		counts[i] = Count{
			Host: "shop-prod", Database: "shop", Table: fmt.Sprintf("public.table_%d", i%benchTables),
			Actor: Actor{"app", fmt.Sprintf("service-%d", i/benchTables)}, Deleted: 1, Rows: 1e6,
		}
	}
	return counts
}

// clocked moves the clock of a load along.
func clocked(counts []Count, i int) *Count {
	c := &counts[i%len(counts)]
	c.At = monday.Add(time.Duration(i) * time.Second / perSecond)
	return c
}

// loaded is a watch that has had every count of a load once.
func loaded(b *testing.B) (*Watch, []Count) {
	b.Helper()
	w, err := NewWatch(Options{}, func(Alert) {})
	if err != nil {
		b.Fatal(err)
	}
	counts := load()
	for i := range counts {
		if err := w.Add(clocked(counts, i)); err != nil {
			b.Fatal(err)
		}
	}
	return w, counts
}

func BenchmarkWatch(b *testing.B) {
	w, counts := loaded(b)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if err := w.Add(clocked(counts, len(counts)+i)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCounters(b *testing.B) {
	c, counts := NewCounters(), load()
	for i := range counts {
		c.Add(clocked(counts, i))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		c.Add(clocked(counts, len(counts)+i))
	}
}

// BenchmarkCloseHour is the end of an hour for 4,000 actors.
func BenchmarkCloseHour(b *testing.B) {
	w, _ := loaded(b)
	b.ResetTimer()
	for range b.N {
		w.closeHour()
		w.Hour++
	}
}

// In the steady state a count allocates nothing, in the watch and the counters.
func TestNothingIsAllocated(t *testing.T) {
	w, err := NewWatch(Options{}, func(Alert) {})
	if err != nil {
		t.Fatal(err)
	}
	c, counts := NewCounters(), load()
	i := 0
	add := func() {
		n := clocked(counts, i)
		i++
		if err := w.Add(n); err != nil {
			t.Fatal(err)
		}
		c.Add(n)
	}
	for range 3 * len(counts) {
		add()
	}
	if n := testing.AllocsPerRun(10*len(counts), add); n > 0 {
		t.Errorf("%v allocations a count", n)
	}
}

// Memory is what docs/volume.md says: for 1,000 tables with four actors each.
func TestMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	w, err := NewWatch(Options{}, func(Alert) {})
	if err != nil {
		t.Fatal(err)
	}
	counts := load()
	for i := range counts {
		if err := w.Add(clocked(counts, i)); err != nil {
			t.Fatal(err)
		}
	}
	used := int64(heap() - before)
	t.Logf("%d KiB for %d tables and %d actors", used>>10, benchTables, len(counts))
	most := maxTables*unsafe.Sizeof(table{}) + (maxUnits+maxTables)*unsafe.Sizeof(unit{})
	t.Logf("%d bytes a table and %d an actor: at most %d MiB", unsafe.Sizeof(table{}), unsafe.Sizeof(unit{}), most>>20)
	if used > 40<<20 {
		t.Errorf("%d MiB are used, want at most 40", used>>20)
	}
	runtime.KeepAlive(w)
	runtime.KeepAlive(counts)
}
