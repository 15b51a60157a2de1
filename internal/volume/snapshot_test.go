package volume

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// events are three weeks of several actors, with a leak and a bulk at the end.
func events(r *rand.Rand) (counts []Count) {
	for minute := range 21 * 24 * 60 {
		when := monday.Add(time.Duration(minute) * time.Minute)
		add := func(chance float64, a Actor, rows int64) {
			if r.Float64() < chance {
				counts = append(counts, Count{At: when, Host: "h", Database: "d", Table: "t", Actor: a, Deleted: rows, Rows: 5000})
			}
		}
		add(0.2, api, 1+r.Int64N(4))
		if minute%1440 == 125 {
			add(1, purge, 1700)
		}
		if minute > 19*1440 {
			add(0.4, eve, 1)
		}
		if minute == 20*1440+600 {
			add(1, purge, 4000)
		}
	}
	return counts
}

// A watch that was stopped at any time and restored goes on as if it had not been.
func TestWatchOverARestart(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	counts := events(r)
	whole := newHistory(t, Options{})
	parts := newHistory(t, Options{})
	for i := range counts {
		whole.add(&counts[i])
		parts.add(&counts[i])
		if r.IntN(2000) == 0 {
			parts.restart()
		}
	}
	if len(whole.alerts) < 3 || !reflect.DeepEqual(whole.alerts, parts.alerts) {
		t.Errorf("without a restart %v\nwith restarts %v", whole.alerts, parts.alerts)
	}
}

func (h *history) add(c *Count) {
	if err := h.Add(c); err != nil {
		h.Fatal(err)
	}
}

// restart puts a new watch in the place of the old one.
func (h *history) restart() {
	var saved bytes.Buffer
	if err := h.Snapshot(&saved); err != nil {
		h.Fatal(err)
	}
	w, err := NewWatch(Options{}, func(a Alert) { h.alerts = append(h.alerts, a) })
	if err != nil {
		h.Fatal(err)
	}
	if err := w.Restore(&saved); err != nil {
		h.Fatal(err)
	}
	h.Watch = w
}

// A snapshot with any byte changed, or cut, is refused, and changes nothing.
func TestBrokenSnapshots(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 1, nil)
	var saved bytes.Buffer
	if err := h.Snapshot(&saved); err != nil {
		t.Fatal(err)
	}
	before := h.state
	for i := 0; i < saved.Len(); i += 1 + saved.Len()/200 {
		broken := bytes.Clone(saved.Bytes())
		broken[i] ^= 0x10
		for _, text := range [][]byte{broken, saved.Bytes()[:i]} {
			if err := h.Restore(bytes.NewReader(text)); !errors.Is(err, ErrSnapshot) {
				t.Fatalf("broken at byte %d: %v", i, err)
			}
		}
	}
	if !reflect.DeepEqual(before, h.state) {
		t.Error("a broken snapshot changed the watch")
	}
}
