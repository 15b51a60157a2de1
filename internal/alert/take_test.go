package alert

import (
	"fmt"
	"sync"
	"testing"

	"github.com/holdfast-db/holdfast/internal/event"
)

func tallyOf(table, user, client string, deleted int64) *event.Tally {
	return &event.Tally{
		Origin: event.Origin{Host: "shop", Database: "app", User: user, Application: "api", Client: client},
		Rows:   []event.Rows{{Table: table, Deleted: deleted, Updated: 2 * deleted, Undone: 1, Example: "DELETE FROM " + table + " WHERE id = $1"}},
	}
}

func drained(in *intake) map[string]rows {
	all := map[string]rows{}
	in.drain(func(r *rows) { all[r.table+" "+r.user+" "+r.network.String()] = *r })
	return all
}

func TestTakeSums(t *testing.T) {
	in := newIntake()
	for range 3 {
		in.add(tallyOf("orders", "ana", "10.1.2.3", 2))
		in.add(tallyOf("orders", "ana", "10.1.2.4", 1))
		in.add(tallyOf("orders", "ben", "local", 5))
	}
	in.add(tallyOf("orders", "eve", "::1", -5))
	got := drained(in)
	want := map[string][3]int64{"orders ana 10.1.2.0/24": {9, 18, 6}, "orders ben invalid Prefix": {15, 30, 3}, "orders eve ::/64": {0, 0, 1}}
	if len(got) != len(want) {
		t.Errorf("drained %v", got)
	}
	for name, w := range want {
		if g := got[name]; [3]int64{g.deleted, g.updated, g.undone} != w || (w[0] > 0) != (g.example == "DELETE FROM orders WHERE id = $1") {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if again := drained(in); len(again) != 0 {
		t.Errorf("drained again: %v", again)
	}
}

// TestTakeLosesNothing: sums of many goroutines are exact while they are drained, and
// keys of which nothing comes any more are forgotten.
func TestTakeLosesNothing(t *testing.T) {
	in := newIntake()
	const sessions, each, tables = 16, 3000, 1500
	var running sync.WaitGroup
	for s := range sessions {
		running.Go(func() {
			for i := range each {
				in.add(tallyOf(fmt.Sprint("t", i%tables), fmt.Sprint("u", s), "10.0.0.1", 1))
			}
		})
	}
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	var total int64
	drain := func() { in.drain(func(r *rows) { total += r.deleted }) }
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		drain()
	}
	drain()
	if want := int64(sessions * each); total != want || in.lost.Load() != 0 {
		t.Errorf("%d rows of %d, %d lost", total, want, in.lost.Load())
	}
	for i := range forgetFrom + 1 {
		in.add(tallyOf(fmt.Sprint("of a session that goes ", i), "u", "10.0.0.1", 1))
	}
	if drain(); len(in.sums) <= forgetFrom {
		t.Errorf("%d keys are known while they are in use", len(in.sums))
	}
	in.add(tallyOf("orders", "u", "10.0.0.1", 1))
	if drain(); len(in.sums) != 1 {
		t.Errorf("%d keys are kept", len(in.sums))
	}
}

// TestTakeIsBounded: keys that find no place share one, and are counted.
func TestTakeIsBounded(t *testing.T) {
	in := newIntake()
	for i := range maxSums + 100 {
		in.add(tallyOf(fmt.Sprint("t", i), "u", "10.0.0.1", 1))
	}
	shared, apart := int64(0), 0
	in.drain(func(r *rows) {
		if r.table == others {
			shared = r.deleted
			return
		}
		apart++
	})
	if shared != 100 || apart != maxSums || in.lost.Load() != 100 {
		t.Errorf("%d rows of others, %d keys, %d lost", shared, apart, in.lost.Load())
	}
}

// BenchmarkTake hands in one deleted row of one of 1,000 tables, from all processors.
func BenchmarkTake(b *testing.B) {
	in := newIntake()
	var tallies []*event.Tally
	for i := range 4000 {
		tallies = append(tallies, tallyOf(fmt.Sprint("public_table_", i/4), fmt.Sprint("user", i%4), "10.0.0.1", 1))
	}
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			in.add(tallies[i*7%4000])
		}
	})
}

// BenchmarkDrain drains 20,000 rows of 4,000 keys, as it is done each second.
func BenchmarkDrain(b *testing.B) {
	in := newIntake()
	for b.Loop() {
		b.StopTimer()
		for i := range 20000 {
			in.add(tallyOf(fmt.Sprint("public_table_", i%1000), fmt.Sprint("user", i/1000%4), "10.0.0.1", 1))
		}
		b.StartTimer()
		in.drain(func(*rows) {})
	}
}
