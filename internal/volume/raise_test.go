package volume

import (
	"strings"
	"testing"
	"time"
)

// A reason says no more than is known: in the first days nothing is known of what an
// actor usually deletes.
func TestReasonWhileLearning(t *testing.T) {
	h := newHistory(t, Options{})
	h.delete(at(0, 2, 0), purge, 4000)
	if got, want := h.one(Limit).Reason, "4,000 rows in 10 minutes, 0.4 % of the table; what is usual here is not learned yet"; got != want {
		t.Errorf("%q, want %q", got, want)
	}

	h = newHistory(t, Options{})
	h.usual(0, 13, func(day, hour int) {
		if day == 1 && hour == 3 {
			h.delete(at(day, hour, 59), purge, 1) // it is no stranger, and hardly ever deletes
		}
	})
	h.delete(at(13, 2, 0), purge, 4000)
	if got := h.one(Limit).Reason; strings.Contains(got, "not learned yet") {
		t.Errorf("%q", got)
	}
}

// A reason names the zone of its times.
func TestReasonNamesItsZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	h := newHistory(t, Options{Zone: berlin})
	h.usual(0, 14, nil)
	for hour := range 6 {
		for m := 0; m < 60; m += 6 {
			h.delete(at(14, hour, m), api, 1)
			h.delete(at(14, hour, m), eve, 1)
		}
	}
	if got, want := h.one(NewActor).Reason, "different hours since 02:00 CEST on Mon 29 Jun, "; !strings.Contains(got, want) || !strings.Contains(got, "its first delete here was at 02:00 CEST on Mon 29 Jun") {
		t.Errorf("%q does not say %q", got, want)
	}
}
