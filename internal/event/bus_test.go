package event

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unique"

	"github.com/holdfast-db/holdfast/rules"
)

// collector keeps what it is told, and waits at a gate if it has one.
type collector struct {
	mu   sync.Mutex
	got  []Event
	gate chan struct{}
}

func (c *collector) Observe(e Event) {
	if c.gate != nil {
		<-c.gate
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, e)
}

func (c *collector) events() []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Event(nil), c.got...)
}

func judged(i int) Judged { return Judged{Session: fmt.Sprint(i), Outcome: WouldHold, Rule: "drops"} }

func TestEveryObserverGetsEveryEventInOrder(t *testing.T) {
	b := NewBus()
	var one, two collector
	b.Subscribe("one", &one)
	b.Subscribe("two", &two)
	for i := range 1000 {
		b.Publish(judged(i))
	}
	b.Close()
	for _, c := range []*collector{&one, &two} {
		if len(c.got) != 1000 {
			t.Fatalf("got %d events, want 1000", len(c.got))
		}
		for i, e := range c.got {
			if e.(Judged).Session != fmt.Sprint(i) {
				t.Fatalf("event %d is %v", i, e)
			}
		}
	}
}

func TestPublishDoesNotBlockAndLossesAreTold(t *testing.T) {
	b := NewBus()
	slow := collector{gate: make(chan struct{})}
	b.Subscribe("slow", &slow)
	const sent = queueLength + 500
	for i := range sent {
		b.Publish(judged(i)) // would hang here
	}
	close(slow.gate)
	b.Close()
	var lost uint64
	delivered := 0
	for _, e := range slow.got {
		if l, ok := e.(Lost); ok {
			lost += l.Count
			if l.Observer != "slow" {
				t.Errorf("lost by %q", l.Observer)
			}
		} else {
			delivered++
		}
	}
	if lost == 0 || delivered+int(lost) != sent || b.Lost() != lost {
		t.Errorf("delivered %d, told lost %d, counted lost %d, sent %d", delivered, lost, b.Lost(), sent)
	}
}

func TestPanicOfAnObserverCostsOneEvent(t *testing.T) {
	b := NewBus()
	n := 0
	b.Subscribe("faulty", observerFunc(func(Event) {
		if n++; n == 1 {
			panic("fault")
		}
	}))
	b.Publish(judged(0))
	b.Publish(judged(1))
	b.Close()
	if n != 2 || b.Lost() != 1 {
		t.Errorf("observed %d, lost %d; want 2 and 1", n, b.Lost())
	}
}

type observerFunc func(Event)

func (f observerFunc) Observe(e Event) { f(e) }

func TestAfterClose(t *testing.T) {
	b := NewBus()
	var c collector
	b.Subscribe("one", &c)
	b.Close()
	b.Close()
	b.Publish(judged(1))
	b.Subscribe("late", &c)
	if len(c.got) != 0 {
		t.Errorf("got %v after Close", c.got)
	}
}

func TestPublishWhileClosing(t *testing.T) {
	b := NewBus()
	var c collector
	b.Subscribe("one", &c)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c := newCounter(b)
			for i := range 200 {
				b.Publish(judged(i))
				c.NotCounted(uncountedOf("a", "t"))
			}
		})
	}
	b.Close()
	wg.Wait()
}

func TestNotCountedIsOneEventAMinuteAndKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBus()
		var c collector
		b.Subscribe("one", &c)
		start := time.Now()
		keys := []Key{{Host: "a", Verb: "delete", Relation: "t"}, {Host: "a", Verb: "delete", Relation: "u"}}
		t1, t2 := &rules.Effect{Verb: rules.VerbDelete, Target: rules.Relation{Name: "t"}}, &rules.Effect{Verb: rules.VerbDelete, Target: rules.Relation{Name: "u"}}
		who := unique.Make(Origin{Host: "a"})
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				c := newCounter(b)
				for range 1000 {
					c.NotCounted(who, t1)
				}
				c.NotCounted(who, t2)
			})
		}
		wg.Wait()
		time.Sleep(flushEvery - time.Second)
		synctest.Wait()
		if n := len(c.events()); n != 0 {
			t.Fatalf("%d events before the minute was over", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		got := map[Key]NotCounted{}
		for _, e := range c.events() {
			got[e.(NotCounted).Key] = e.(NotCounted)
		}
		if len(c.events()) != 2 || got[keys[0]].Count != 10000 || got[keys[1]].Count != 10 {
			t.Fatalf("got %v", got)
		}
		if e := got[keys[0]]; !e.From.Equal(start) || !e.At.Equal(start.Add(flushEvery)) {
			t.Errorf("interval %v to %v", e.From, e.At)
		}
		newCounter(b).NotCounted(who, t1) // the begun minute comes with Close
		b.Close()
		if last := c.got[len(c.got)-1].(NotCounted); len(c.got) != 3 || last.Count != 1 {
			t.Errorf("after Close: %v", c.got)
		}
	})
}

// newCounter makes the counter of a session that does nothing else.
func newCounter(b *Bus) *testCounter {
	c := &testCounter{}
	c.Counter = b.Counter(&c.mu)
	return c
}

type testCounter struct {
	mu sync.Mutex
	Counter
}

func (c *testCounter) NotCounted(who unique.Handle[Origin], e *rules.Effect) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Counter.NotCounted(who, e)
}

// uncountedOf is a statement that deletes from a table.
func uncountedOf(host, table string) (unique.Handle[Origin], *rules.Effect) {
	return unique.Make(Origin{Host: host}), &rules.Effect{Verb: rules.VerbDelete, Target: rules.Relation{Name: table}}
}

func TestNotCountedIsBounded(t *testing.T) {
	b := NewBus()
	var c collector
	b.Subscribe("one", &c)
	const sent = 20 * maxKeys
	counter := newCounter(b)
	for i := range sent {
		counter.NotCounted(uncountedOf("a", fmt.Sprint("t", i)))
	}
	b.Close()
	if len(c.got) > maxKeys+1 {
		t.Errorf("%d events", len(c.got))
	}
	var sum, others uint64
	for _, e := range c.got {
		n := e.(NotCounted)
		sum += n.Count
		if n.Other {
			others++
			if n.Key != (Key{}) {
				t.Errorf("the others have the key %v", n.Key)
			}
		}
	}
	if sum != sent || others != 1 || b.Lost() != 0 {
		t.Errorf("sum %d of %d, %d events for the others, %d lost", sum, sent, others, b.Lost())
	}
}

func TestNotCountedDoesNotAllocate(t *testing.T) {
	b := NewBus()
	defer b.Close()
	counter := newCounter(b)
	who, e := uncountedOf("shop-prod", "sessions")
	if n := testing.AllocsPerRun(1000, func() { counter.NotCounted(who, e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestKinds(t *testing.T) {
	at := time.Unix(1, 0)
	for _, c := range []struct {
		e    Event
		kind string
	}{
		{SessionStarted{At: at, Origin: From(rules.Origin{Host: "h"})}, "session started"},
		{SessionEnded{At: at}, "session ended"},
		{Judged{At: at, Outcome: Refused}, "statement refused"},
		{Judged{At: at, Outcome: WouldHold}, "statement would be held"},
		{NotCounted{At: at}, "statements not counted"},
		{HoldChanged{At: at, State: "pending"}, "hold pending"},
		{HoldBlocked{At: at, Hold: "h", Count: 1}, "hold blocks others"},
		{HoldChanged{At: at, From: "pending", State: "pending"}, "hold approved by one"},
		{Lost{At: at}, "events lost"},
	} {
		if c.e.Kind() != c.kind || !c.e.When().Equal(at) {
			t.Errorf("%T: kind %q at %v, want %q", c.e, c.e.Kind(), c.e.When(), c.kind)
		}
	}
}

func BenchmarkNotCounted(b *testing.B) {
	bus := NewBus()
	defer bus.Close()
	who, e := uncountedOf("shop-prod", "sessions")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		counter := newCounter(bus)
		for pb.Next() {
			counter.NotCounted(who, e)
		}
	})
}
