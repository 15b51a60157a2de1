package monitor

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/holdfast-db/holdfast/internal/event"
)

func counting(t testing.TB) *Monitor {
	t.Helper()
	m, err := New(Options{Host: "a", Doors: []string{"a", "b"}, URL: "postgres://127.0.0.1/x", Behind: func(Behind) {}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tallyOf(host, database string, rows ...event.Rows) *event.Tally {
	return &event.Tally{Origin: event.Origin{Host: host, Database: database}, Rows: rows}
}

// Sessions count while sums are taken: nothing is lost and nothing is counted twice.
func TestCountWhileTaken(t *testing.T) {
	m := counting(t)
	const sessions, each = 8, 2000
	var running sync.WaitGroup
	for s := range sessions {
		running.Go(func() {
			for i := range each {
				m.Count(tallyOf([]string{"a", "b"}[s%2], "x", event.Rows{Table: fmt.Sprint("t", i%7), Deleted: 1, Undone: 2}))
			}
		})
	}
	into := map[string]map[string]sums{}
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	for {
		m.seen.take(into)
		select {
		case <-done:
			m.seen.take(into)
			var all sums
			for _, n := range into["x"] {
				all = all.plus(n)
			}
			if want := (sums{sessions * each, 2 * sessions * each, 0}); all != want || len(into["x"]) != 7 {
				t.Errorf("%+v in %d tables, want %+v", all, len(into["x"]), want)
			}
			return
		default:
		}
	}
}

func TestCountOfOthers(t *testing.T) {
	m := counting(t)
	m.Count(tallyOf("c", "x", event.Rows{Table: "t", Deleted: 1}))
	m.Count(tallyOf("a", "x", event.Rows{Table: "t"}))
	into := map[string]map[string]sums{}
	if m.seen.take(into); len(into) != 0 {
		t.Errorf("took %v", into)
	}
}

// Names that clients invent take no more room than there is, and no count is lost.
func TestCountIsBounded(t *testing.T) {
	m := counting(t)
	const names = 3 * maxSeen
	for i := range names {
		m.Count(tallyOf("a", "x", event.Rows{Table: fmt.Sprint("invented", i), Deleted: 1}))
	}
	m.Count(tallyOf("a", "x", event.Rows{Table: "invented1", Deleted: math.MaxInt64}))
	into := map[string]map[string]sums{}
	m.seen.take(into)
	var all int64
	for _, n := range into["x"] {
		all = add(all, n.deleted)
	}
	if len(into["x"]) > maxSeen+1 || into["x"][""].deleted == 0 || all != math.MaxInt64 {
		t.Errorf("%d names, %d without, %d in all", len(into["x"]), into["x"][""].deleted, all)
	}
	for i := range names {
		m.Count(tallyOf("a", "x", event.Rows{Table: fmt.Sprint("others", i), Deleted: 1}))
		if i%1000 == 0 {
			m.seen.take(into)
		}
	}
	m.seen.take(into)
	if n := len(into["x"]); n > maxTables+1 {
		t.Errorf("%d names wait", n)
	}
}

func BenchmarkCount(b *testing.B) {
	m := counting(b)
	tallies := make([]*event.Tally, 1000)
	for i := range tallies {
		tallies[i] = tallyOf("a", "x", event.Rows{Table: fmt.Sprint("table", i), Deleted: 1})
	}
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			m.Count(tallies[i%len(tallies)])
		}
	})
}
