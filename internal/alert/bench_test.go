package alert_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// load is a desk on a clock of its own, and 20,000 deletes of one row on 1,000 tables
// by four actors each.
type load struct {
	*alert.Desk
	now     atomic.Int64
	tallies []*event.Tally
}

const loadRows = 20000

func newLoad(tb testing.TB, limit int64) *load {
	tb.Helper()
	dir := tb.TempDir()
	s, err := store.Open(context.Background(), "sqlite://"+filepath.Join(dir, "holdfast.db"))
	if err != nil {
		tb.Fatal(err)
	}
	log, err := audit.Open(filepath.Join(dir, "audit.jsonl"))
	if err != nil {
		tb.Fatal(err)
	}
	l := &load{}
	l.now.Store(time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC).Unix())
	l.Desk, err = alert.OpenDesk(context.Background(), alert.Options{
		Store: s, Record: log, Now: func() time.Time { return time.Unix(l.now.Load(), 0) }, Rules: alert.Rules{Volume: volume.Options{LimitRows: limit}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close(); log.Close(); s.Close() })
	for i := range loadRows {
		l.tallies = append(l.tallies, &event.Tally{
			Origin: event.Origin{Host: "shop-prod", Database: "shop", User: fmt.Sprint("user", i%4), Application: "application", Client: "10.1.2.3"},
			Rows:   []event.Rows{{Table: fmt.Sprint("some_table_", i/4%1000), Deleted: 1, Example: "DELETE FROM some_table WHERE id = ?"}},
		})
	}
	return l
}

// second hands in a second of deletes and counts them.
func (l *load) second() {
	for _, t := range l.tallies {
		l.Take(t)
	}
	l.now.Add(1)
	l.CountNow()
}

// BenchmarkSecond is all that a second of 20,000 deletes costs. The time of the
// processor says more than that of the clock where others work beside: 10 ms of it are
// 1 % of a core.
func BenchmarkSecond(b *testing.B) {
	second(b, newLoad(b, math.MaxInt64))
}

// BenchmarkSecondOfAlerts is the same while each of the 4,000 actors is the matter of an
// alert.
func BenchmarkSecondOfAlerts(b *testing.B) {
	l := newLoad(b, 20)
	for range 60 {
		l.second()
	}
	if list, err := l.List(b.Context(), false); err != nil || len(list) < 3900 {
		b.Fatalf("%d alerts, %v", len(list), err)
	}
	second(b, l)
}

func second(b *testing.B, l *load) {
	b.Helper()
	l.second()
	b.ReportAllocs()
	before := processor(b)
	for b.Loop() {
		l.second()
	}
	b.ReportMetric(float64((processor(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// processor is the time that this process used of it.
func processor(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// TestMemoryOfLoad: ten minutes of the load, and what is kept of it each minute.
func TestMemoryOfLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	l := newLoad(t, math.MaxInt64)
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	before := heap()
	for range 10 {
		l.now.Add(59)
		l.second()
	}
	grown := heap() - before
	began := time.Now()
	watch, hours, err := l.Snapshots()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f MB; each minute %.1f MB of what was learned and %.1f MB of the hour are encoded in %v", grown, float64(watch)/(1<<20), float64(hours)/(1<<20), time.Since(began).Round(time.Millisecond))
	if grown > 100 {
		t.Errorf("%.0f MB for 4,000 actors on 1,000 tables", grown)
	}
}
