package volume

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"
)

// nightAndDay feeds three weeks of ten rows an hour by api, and returns the newest time.
func nightAndDay(t *testing.T, w *Watch) time.Time {
	t.Helper()
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for range 21 * 24 {
		for range 10 {
			at = at.Add(6 * time.Minute)
			feed(t, w, at, "api", 1)
		}
	}
	return at
}

func feed(t *testing.T, w *Watch, at time.Time, user string, rows int64) {
	t.Helper()
	if err := w.Add(&Count{At: at, Host: "h", Database: "d", Table: "orders", Actor: Actor{User: user}, Deleted: rows, Rows: 100000}); err != nil {
		t.Fatal(err)
	}
}

func watchTold(t *testing.T, o Options) (*Watch, *[]Alert) {
	t.Helper()
	told := &[]Alert{}
	w, err := NewWatch(o, func(a Alert) { *told = append(*told, a) })
	if err != nil {
		t.Fatal(err)
	}
	return w, told
}

func TestEndedAsUsualABulkIsNoNews(t *testing.T) {
	for _, usual := range []bool{true, false} {
		w, told := watchTold(t, Options{})
		at := nightAndDay(t, w)
		feed(t, w, at.Add(time.Minute), "api", 600)
		if len(*told) != 1 || (*told)[0].Who != (Actor{User: "api"}) || (*told)[0].Rows != 100000 {
			t.Fatalf("told %+v", *told)
		}
		open := 0
		w.EachOpen(func(a Alert) {
			if open++; a.ID != (*told)[0].ID {
				t.Errorf("open is %+v", a)
			}
		})
		if open != 1 || !w.End((*told)[0].ID, usual) || w.End((*told)[0].ID, usual) || w.End(0, usual) {
			t.Fatal("it is not ended once")
		}
		feed(t, w, at.Add(9*time.Hour), "api", 900)
		if again := len(*told) == 2; again == usual {
			t.Errorf("usual %v, and told again is %v: %+v", usual, again, *told)
		}
	}
}

func TestEndedAsUsualALeakIsLearned(t *testing.T) {
	w, told := watchTold(t, Options{})
	at := nightAndDay(t, w)
	leak := func(hours int) {
		for range hours * 60 {
			at = at.Add(time.Minute)
			feed(t, w, at, "api", 1)
		}
	}
	leak(24)
	if len(*told) != 1 || (*told)[0].Kind != Leak {
		t.Fatalf("told %+v", *told)
	}
	before, _, _ := w.Usual("h", "d", "orders", at)
	if !w.End((*told)[0].ID, true) {
		t.Fatal("it is not open")
	}
	if after, _, _ := w.Usual("h", "d", "orders", at); after < 2*before {
		t.Errorf("usual was %.1f and is %.1f rows an hour", before, after)
	}
	leak(7 * 24)
	if len(*told) != 1 {
		t.Errorf("told again: %+v", (*told)[1:])
	}
}

func TestUsual(t *testing.T) {
	w, _ := watchTold(t, Options{})
	if _, _, ok := w.Usual("h", "d", "orders", time.Now()); ok || !w.LearnedFrom().IsZero() {
		t.Error("something is usual before the first count")
	}
	at := nightAndDay(t, w)
	mean, variance, ok := w.Usual("h", "d", "orders", at)
	if end := UpperEnd(mean, variance); !ok || math.Abs(mean-10) > 2 || end < mean || end > 60 {
		t.Errorf("usual is %.1f up to %.1f, %v", mean, end, ok)
	}
	if _, _, ok := w.Usual("h", "d", "orders", at.AddDate(0, 0, -20)); ok {
		t.Error("something is usual in hours of the learning")
	}
	if mean, _, ok := w.Usual("h", "d", "other", at); mean != 0 || !ok || w.Rows("h", "d", "other") != 0 || w.Rows("h", "d", "orders") != 100000 {
		t.Error("a table that nobody deletes from")
	}
}

func TestSetOptions(t *testing.T) {
	w, told := watchTold(t, Options{})
	at := nightAndDay(t, w)
	if err := w.SetOptions(Options{Times: 0.5}); err == nil || w.options.Times != DefaultTimes {
		t.Errorf("set to %v: %v", w.options.Times, err)
	}
	job := Expected{Table: "public.orders", Actor: "api", Cron: "10 0 * * *", Host: "h", Database: "other"}
	if err := (Options{Expected: []Expected{job, {Table: "["}}}).Check(); err == nil {
		t.Error("a pattern that cannot be read is fine")
	}
	if err := w.SetOptions(Options{Expected: []Expected{job}}); err != nil {
		t.Fatal(err)
	}
	feed(t, w, at.Add(10*time.Minute), "api", 700)
	if len(*told) != 1 {
		t.Fatalf("a job of another database was taken for one of this: %+v", *told)
	}
	job.Database = "d"
	if err := w.SetOptions(Options{Expected: []Expected{job}}); err != nil {
		t.Fatal(err)
	}
	w.End((*told)[0].ID, false)
	feed(t, w, at.AddDate(0, 0, 1).Add(10*time.Minute), "api", 2000)
	if len(*told) != 1 {
		t.Errorf("a declared job was told: %+v", *told)
	}
}

func TestHoursAreKeptByThemselves(t *testing.T) {
	c := NewCounters()
	start := time.Date(2026, 7, 1, 10, 58, 30, 0, time.UTC)
	add := func(at time.Time, table string, rows int64) {
		c.Add(&Count{At: at, Table: table, Actor: Actor{User: "u"}, Deleted: rows})
	}
	kept := map[int64][]byte{}
	keep := func() (changed int) {
		hours, gone := c.Changed()
		for _, hour := range hours {
			var b bytes.Buffer
			if err := c.SnapshotHour(&b, hour); err != nil {
				t.Fatal(err)
			}
			kept[hour] = b.Bytes()
		}
		for _, hour := range gone {
			delete(kept, hour)
		}
		return len(hours)
	}
	add(start, "a", 1)
	if n := keep(); n != 0 {
		t.Errorf("%d hours changed within a minute", n)
	}
	add(start.Add(time.Minute), "b", 2)
	add(start.Add(2*time.Minute), "a", 4)
	if n := keep(); n != 1 {
		t.Errorf("%d hours changed", n)
	}
	c.Flush()
	if n := keep(); n != 1 {
		t.Errorf("%d hours changed after the flush", n)
	}
	c.Again(start.Unix() / 3600)
	if n := keep(); n != 1 || len(kept) != 2 {
		t.Errorf("%d hours again, %d kept", n, len(kept))
	}
	other := NewCounters()
	for _, hour := range []int64{start.Unix() / 3600, start.Unix()/3600 + 1} {
		if err := other.RestoreHour(bytes.NewReader(kept[hour])); err != nil {
			t.Fatal(err)
		}
	}
	if err := other.RestoreHour(bytes.NewReader(kept[start.Unix()/3600])); !errors.Is(err, ErrSnapshot) {
		t.Errorf("an hour twice: %v", err)
	}
	sums := map[string]int{}
	other.Each(start.Add(-time.Hour), start.Add(time.Hour), func(at time.Time, _ time.Duration, k Key, deleted, _ uint32) {
		sums[at.Format("15:04 ")+k.Table] += int(deleted)
	})
	if len(sums) != 3 || sums["10:58 a"] != 1 || sums["10:59 b"] != 2 || sums["11:00 a"] != 4 {
		t.Errorf("restored %v", sums)
	}
	c.Advance(start.AddDate(0, 0, 40))
	if keep(); len(kept) != 0 {
		t.Errorf("%d hours kept after five weeks", len(kept))
	}
}
