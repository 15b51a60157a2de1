package volume

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestTimeGoesForwardOnly(t *testing.T) {
	h := newHistory(t, Options{})
	h.delete(at(1, 0, 0), api, 1)
	if err := h.Add(h.count(at(0, 0, 0), api, 1)); !errors.Is(err, ErrBackwards) {
		t.Errorf("a count of the day before: %v", err)
	}
}

// After five weeks of nothing all is learned anew; a clock far ahead takes no time.
func TestLongSilence(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 20, nil)
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	h.delete(far, eve, 900)
	h.silent()
	if w := far.Unix()/3600 - h.Started; w > hoursOfDay {
		t.Errorf("it still watches since %d hours", w)
	}
}

// Whatever names come, memory is bounded and nothing is lost.
func TestBounds(t *testing.T) {
	h := newHistory(t, Options{LimitRows: 1e9, LimitShare: 1})
	for i := range 3 * maxTables {
		c := h.count(at(0, 0, 0), Actor{"u", fmt.Sprint("a", i%50)}, 1)
		c.Table = fmt.Sprint("t", i%(2*maxTables))
		if err := h.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 {
		h.delete(at(0, 0, 1), Actor{"u", fmt.Sprint("b", i)}, 1)
	}
	units, rows := 0, 0.0
	for _, tab := range h.Tables {
		if len(tab.Units) > maxActors+1 {
			t.Errorf("%s has %d actors", tab.Name, len(tab.Units))
		}
		units += len(tab.Units)
		for _, u := range tab.Units {
			rows += u.Total
		}
	}
	if len(h.Tables) > maxTables+1 || units > maxUnits+maxTables+1 || rows != 3*maxTables+100 || h.Overrun() == 0 {
		t.Errorf("%d tables, %d units, %.0f rows, %d overrun", len(h.Tables), units, rows, h.Overrun())
	}
}

func TestOptionsAreChecked(t *testing.T) {
	_, err := NewWatch(Options{
		LimitRows: -1, BulkShare: -1, Times: 1, Learn: -time.Hour, LimitShare: 2,
	}, func(Alert) {})
	if err == nil {
		t.Fatal("no fault was found")
	}
	if n := len(err.(interface{ Unwrap() []error }).Unwrap()); n != 5 {
		t.Errorf("%d faults, want 5: %v", n, err)
	}
}
