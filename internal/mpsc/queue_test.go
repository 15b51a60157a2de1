package mpsc

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestQueueLosesNothing: whatever is added while it is drained, each item comes once, and
// those of one goroutine in their order.
func TestQueueLosesNothing(t *testing.T) {
	const writers, each = 8, 30_000
	type tagged struct{ writer, number int }
	q := New[tagged](func() {})
	var writing sync.WaitGroup
	var over atomic.Bool
	for w := range writers {
		writing.Go(func() {
			for n := 0; n < each; {
				if q.Add(tagged{w, n}) {
					n++
				}
			}
		})
	}
	var next [writers]int
	take := func(item *tagged) {
		if item.number != next[item.writer] {
			t.Errorf("%+v comes instead of %d", *item, next[item.writer])
		}
		next[item.writer] = item.number + 1
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for !over.Load() {
			q.Drain(take)
		}
	}()
	writing.Wait()
	over.Store(true)
	<-drained
	q.Drain(take)
	for w, n := range next {
		if n != each {
			t.Errorf("%d of %d items of goroutine %d came", n, each, w)
		}
	}
	if n := q.chunks.Load(); n > 1 {
		t.Errorf("%d chunks are left", n)
	}
}

// TestQueueIsBounded: what finds no room is not taken, and there is room again.
func TestQueueIsBounded(t *testing.T) {
	woken := make(chan struct{}, maxChunks)
	q := New[int](func() { woken <- struct{}{} })
	taken := 0
	for range MaxLen + 1000 {
		if q.Add(1) {
			taken++
		}
	}
	if taken != MaxLen || q.chunks.Load() != maxChunks {
		t.Errorf("it has taken %d in %d chunks", taken, q.chunks.Load())
	}
	<-woken
	drained := 0
	q.Drain(func(*int) { drained++ })
	if drained != MaxLen || !q.Add(1) {
		t.Errorf("%d came out", drained)
	}
	q.Drain(func(*int) { drained++ })
	if drained != MaxLen+1 {
		t.Errorf("%d came out", drained)
	}
}

// TestQueueForgets: what was drained is not kept alive by its chunk.
func TestQueueForgets(t *testing.T) {
	q := New[*int](func() {})
	q.Add(new(int))
	q.Drain(func(**int) {})
	if q.oldest.items[0].value != nil {
		t.Error("it is kept")
	}
}

func TestAddAllocatesByTheChunk(t *testing.T) {
	q := New[[4]int](func() {})
	if n := testing.AllocsPerRun(chunkLen-2, func() { q.Add([4]int{}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkQueue(b *testing.B) {
	q := New[[4]int](func() {})
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			q.Add([4]int{i})
			if i%10_000 == 0 {
				q.Drain(func(*[4]int) {})
			}
		}
	})
}
