package volume

import (
	"testing"
	"time"
)

// monday is when the histories of these tests begin.
var monday = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)

var (
	api   = Actor{"app", "api"}
	purge = Actor{"batch", "purge"}
	eve   = Actor{"eve", "psql"}
)

// history drives a watch and keeps its alerts.
type history struct {
	*testing.T
	*Watch
	alerts []Alert
	rows   int64 // the table's size
}

func newHistory(t *testing.T, o Options) *history {
	t.Helper()
	h := &history{T: t, rows: 1e6}
	w, err := NewWatch(o, func(a Alert) { h.alerts = append(h.alerts, a) })
	if err != nil {
		t.Fatal(err)
	}
	h.Watch = w
	return h
}

// at is a time of the history.
func at(day, hour, minute int) time.Time {
	return monday.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func (h *history) count(when time.Time, a Actor, rows int64) *Count {
	return &Count{At: when, Host: "h", Database: "d", Table: "t", Actor: a, Deleted: rows, Rows: h.rows}
}

func (h *history) delete(when time.Time, a Actor, rows int64) {
	h.Helper()
	if err := h.Add(h.count(when, a, rows)); err != nil {
		h.Fatal(err)
	}
}

// usual lets the api delete ten rows an hour in each minute 0, 6, 12 and so on of
// the days from and before to, and calls also for whatever else happens at each
// hour.
func (h *history) usual(from, to int, also func(day, hour int)) {
	h.Helper()
	for d := from; d < to; d++ {
		for hour := range hoursOfDay {
			for m := 0; m < 60; m += 6 {
				h.delete(at(d, hour, m), api, 1)
			}
			if also != nil {
				also(d, hour)
			}
		}
	}
}

// raised are the alerts in a state.
func (h *history) in(s State) (alerts []Alert) {
	for _, a := range h.alerts {
		if a.State == s {
			alerts = append(alerts, a)
		}
	}
	return alerts
}

// silent fails if anything was raised.
func (h *history) silent() {
	h.Helper()
	for _, a := range h.in(Raised) {
		h.Errorf("%s: %s %s: %s", a.At.Format("Mon 2 15:04"), a.Actor, a.Kind, a.Reason)
	}
}

// one fails unless exactly one alert was raised, and returns it.
func (h *history) one(k Kind) Alert {
	h.Helper()
	raised := h.in(Raised)
	if len(raised) != 1 {
		h.silent()
		h.Fatalf("%d alerts were raised, want 1", len(raised))
	}
	if raised[0].Kind != k {
		h.Errorf("a %s was raised, want %s: %s", raised[0].Kind, k, raised[0].Reason)
	}
	return raised[0]
}
