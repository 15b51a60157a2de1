package tally

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/gather"
	"github.com/holdfast-db/holdfast/rules"
)

// counted adds up what a queue hands on.
type counted struct {
	mu    sync.Mutex
	rows  map[string]event.Rows // by user and table
	calls int
}

func (c *counted) take(t *event.Tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil {
		c.rows = map[string]event.Rows{}
	}
	c.calls++
	for _, r := range t.Rows {
		sum := c.rows[t.User+" "+r.Table]
		sum.Deleted += r.Deleted
		sum.Updated += r.Updated
		sum.Undone += r.Undone
		sum.Emptied += r.Emptied
		sum.Example = r.Example
		c.rows[t.User+" "+r.Table] = sum
	}
}

func by(user string) unique.Handle[event.Origin] {
	return unique.Make(event.Origin{Host: "shop", User: user})
}

// newWriter makes one that nobody else uses: its lock is free.
func newWriter(q *Queue) *testWriter {
	w := &testWriter{}
	w.Writer = q.Writer(&w.mu)
	return w
}

type testWriter struct {
	mu sync.Mutex
	Writer
}

func (w *testWriter) Add(who unique.Handle[event.Origin], sums []event.Sum) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Writer.Add(who, sums)
}

func TestQueueSumsByOriginAndStatement(t *testing.T) {
	var got counted
	q := NewQueue(got.take)
	orders, items := &rules.Rows{Table: "orders", Example: "delete from orders"}, &rules.Rows{Table: "items"}
	w := newWriter(q)
	for range 3 {
		w.Add(by("ana"), []event.Sum{{Of: orders, Deleted: 2, Undone: 1}, {Of: items, Updated: 7}})
	}
	w.Add(by("ana"), []event.Sum{{Of: &rules.Rows{Table: "items"}, Emptied: 1}})
	w.Add(by("ben"), []event.Sum{{Of: orders, Deleted: 5}, {Of: items}})
	if got.calls != 0 {
		t.Fatal("the session that adds hands it on")
	}
	q.Settle()
	want := map[string]event.Rows{
		"ana orders": {Deleted: 6, Undone: 3, Example: "delete from orders"},
		"ana items":  {Updated: 21, Emptied: 1},
		"ben orders": {Deleted: 5, Example: "delete from orders"},
	}
	if fmt.Sprint(got.rows) != fmt.Sprint(want) || got.calls != 2 {
		t.Errorf("handed on in %d calls: %v, want 2: %v", got.calls, got.rows, want)
	}
	if q.Settle(); got.calls != 2 {
		t.Error("it is handed on twice")
	}
	if len(q.sums.at) > 0 || q.sums.list[:1][0].Of != nil {
		t.Error("what was handed on is kept")
	}
}

// TestQueueLosesNothing: whatever is under way while it is settled, and however many
// chunks, statements and origins there are.
func TestQueueLosesNothing(t *testing.T) {
	const sessions, transactions, tables = 8, 30_000, 5_000
	var got counted
	q := NewQueue(got.take)
	statements := make([]*rules.Rows, tables)
	for i := range statements {
		statements[i] = &rules.Rows{Table: fmt.Sprint("t", i)}
	}
	var adding sync.WaitGroup
	var over atomic.Bool
	for s := range sessions {
		adding.Go(func() {
			who, w := by(fmt.Sprint("u", s%2)), newWriter(q)
			for i := range transactions {
				w.Add(who, []event.Sum{{Of: statements[(i*7+s)%tables], Deleted: int64(s + 1), Undone: 1}})
			}
		})
	}
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		for !over.Load() {
			q.Settle()
		}
	}()
	adding.Wait()
	over.Store(true)
	<-settled
	q.Settle()
	var deleted, undone int64
	for who, r := range got.rows {
		deleted, undone = deleted+r.Deleted, undone+r.Undone
		if r.Undone != transactions*sessions/tables/2 {
			t.Errorf("%s: %d rows undone", who, r.Undone)
		}
	}
	if undone != sessions*transactions || deleted != transactions*sessions*(sessions+1)/2 {
		t.Errorf("%d deleted, %d undone", deleted, undone)
	}
}

// TestQueueIsBounded: while nobody can settle it, sessions hand on what finds no place.
func TestQueueIsBounded(t *testing.T) {
	var got counted
	q := NewQueue(got.take)
	of := &rules.Rows{Table: "orders"}
	q.mu.Lock() // whoever settles is stuck
	w := newWriter(q)
	for range gather.MaxLen + 1000 {
		w.Add(by("ana"), []event.Sum{{Of: of, Deleted: 1}})
	}
	if n := got.rows["ana orders"].Deleted; n == 0 || n > 1000 {
		t.Errorf("%d found no room", n)
	}
	q.mu.Unlock()
	q.Settle()
	got.mu.Lock() // a goroutine that settles early may be at it
	defer got.mu.Unlock()
	if n := got.rows["ana orders"].Deleted; n != gather.MaxLen+1000 {
		t.Errorf("%d were handed on", n)
	}
}

// TestQueueSettlesEarly: very much traffic does not fill it.
func TestQueueSettlesEarly(t *testing.T) {
	done := make(chan struct{}, gather.MaxLen)
	q := NewQueue(func(*event.Tally) { done <- struct{}{} })
	w := newWriter(q)
	for range gather.MaxLen / 2 {
		w.Add(by("ana"), []event.Sum{{Of: &rules.Rows{}, Deleted: 1}})
	}
	<-done
}

// TestAddAllocatesNowAndThen: once for many transactions.
func TestAddAllocatesNowAndThen(t *testing.T) {
	q := NewQueue(func(*event.Tally) {})
	w, who, sums := newWriter(q), by("ana"), []event.Sum{{Of: &rules.Rows{Table: "orders"}, Deleted: 1}}
	if n := testing.AllocsPerRun(10_000, func() { w.Add(who, sums) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkQueue is a transaction on one of 1,000 tables, settled each 20,000.
func BenchmarkQueue(b *testing.B) {
	q := NewQueue(func(*event.Tally) {})
	who, w := by("ana"), newWriter(q)
	sums := make([][]event.Sum, 1000)
	for i := range sums {
		sums[i] = []event.Sum{{Of: &rules.Rows{Table: fmt.Sprint("t", i)}, Deleted: 1}}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.Add(who, sums[i*7%1000])
		if i%20_000 == 0 {
			q.Settle()
		}
	}
}

// TestNumbers: what is packed comes out again, and numbers that no table has stay high.
func TestNumbers(t *testing.T) {
	for _, n := range []int64{1, 4, 1 << 48, maxNumber, math.MaxInt64} {
		for k, want := range map[kind]event.Sum{deleted: {Deleted: n}, updated: {Updated: n}, undone: {Undone: n}, emptied: {Emptied: n}} {
			if n > maxNumber {
				want = event.Sum{Deleted: want.Deleted / n * maxNumber, Updated: want.Updated / n * maxNumber, Undone: want.Undone / n * maxNumber, Emptied: want.Emptied / n * maxNumber}
			}
			var got event.Sum
			e := entryOf(nil, n, k)
			if e.count(&got); got != want {
				t.Errorf("%d of kind %d: %+v", n, k, got)
			}
		}
	}
}
