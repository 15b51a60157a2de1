package gather

import (
	"sync"
	"sync/atomic"
	"testing"
)

// session is a writer with its lock.
type session struct {
	mu  sync.Mutex
	who string
	w   Writer[string, int]
}

func (s *session) add(v int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Add(s.who, v)
}

func newSession(q *Queue[string, int]) *session {
	s := &session{}
	s.w = q.Writer(&s.mu)
	return s
}

func drained(q *Queue[string, int]) (items int) {
	q.Drain(func(string, *int) { items++ })
	return items
}

// TestLosesNothing: each item that was added comes once, whatever is drained meanwhile.
func TestLosesNothing(t *testing.T) {
	const sessions, each = 8, 30_000
	q := New[string, int](func() {})
	var adding sync.WaitGroup
	var over atomic.Bool
	for n := range sessions {
		adding.Go(func() {
			s := newSession(q)
			for i := 0; i < each; {
				if s.add(n*each + i) {
					i++
				}
			}
		})
	}
	seen := make([]bool, sessions*each)
	take := func(_ string, v *int) {
		if seen[*v] {
			t.Errorf("%d comes twice", *v)
		}
		seen[*v] = true
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !over.Load() {
			q.Drain(take)
		}
	}()
	adding.Wait()
	over.Store(true)
	<-done
	q.Drain(take)
	for v, ok := range seen {
		if !ok {
			t.Fatalf("%d is lost", v)
		}
	}
	if n := q.waiting.Load(); n != 0 || q.full.Load() != nil || q.begun.Load() != nil {
		t.Errorf("%d batches are left", n)
	}
}

// TestIsBounded: what finds no room is not taken, and there is room again.
func TestIsBounded(t *testing.T) {
	woken := make(chan struct{}, maxBatches)
	q := New[string, int](func() { woken <- struct{}{} })
	s, taken := newSession(q), 0
	for range MaxLen + 1000 {
		if s.add(1) {
			taken++
		}
	}
	if want := MaxLen + batchLen; taken != want {
		t.Errorf("%d were taken, want %d", taken, want)
	}
	<-woken
	if n := drained(q); n != taken || !s.add(1) || drained(q) != 1 {
		t.Errorf("%d came out", n)
	}
}

// TestWho: items come with whom they were noted of.
func TestWho(t *testing.T) {
	q := New[string, int](func() {})
	s := newSession(q)
	for i, who := range []string{"ana", "ana", "ben", "ana", ""} {
		s.who = who
		s.add(i)
	}
	got := map[int]string{}
	q.Drain(func(who string, v *int) { got[*v] = who })
	if len(got) != 5 || got[0] != "ana" || got[1] != "ana" || got[2] != "ben" || got[3] != "ana" || got[4] != "" {
		t.Errorf("%v", got)
	}
}

// TestBusySession: what a session has noted that is at work is left for the next time,
// and it keeps no room once it was taken.
func TestBusySession(t *testing.T) {
	q := New[string, int](func() {})
	a, b := newSession(q), newSession(q)
	a.add(1)
	b.add(1)
	a.mu.Lock()
	if n := drained(q); n != 1 {
		t.Errorf("%d came, want that of the session that rests", n)
	}
	a.mu.Unlock()
	if n := drained(q); n != 1 || a.w.batch != nil || b.w.batch != nil {
		t.Errorf("%d came when it rested", n)
	}
	if a.add(1); drained(q) != 1 || drained(q) != 0 {
		t.Error("what comes later does not come once")
	}
}

func BenchmarkAdd(b *testing.B) {
	q := New[string, int](func() {})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		s := newSession(q)
		for i := 0; pb.Next(); i++ {
			s.add(i)
			if i%10_000 == 0 {
				drained(q)
			}
		}
	})
}
