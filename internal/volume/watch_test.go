package volume

import (
	"fmt"
	"testing"
	"time"
)

// A nightly purge of thousands of rows is told once, while nothing is known, and
// never again.
func TestNightlyPurge(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 35, func(d, hour int) {
		if hour == 2 {
			h.delete(at(d, 2, 55+d%5), purge, int64(4000+137*(d%7)))
		}
	})
	a := h.one(Limit)
	if a.Actor != "batch/purge" || !a.At.Equal(at(0, 2, 55)) || a.Deleted != 4000 {
		t.Errorf("raised %+v", a)
	}
}

// What its job does at night excuses no actor at noon.
func TestJobAtAnotherHour(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 21, func(d, hour int) {
		switch {
		case hour == 2:
			h.delete(at(d, 2, 55), purge, 4000)
		case d == 20 && hour == 12:
			h.alerts = nil
			h.delete(at(d, 12, 55), purge, 600)
		}
	})
	if a := h.one(Bulk); !a.At.Equal(at(20, 12, 55)) || a.Usual != 0 {
		t.Errorf("raised %+v", a)
	}
}

// A bulk is told with the row that crosses, not before and not again while it
// lasts; four times as much is an update, a day without is the end.
func TestBulkWhileItLasts(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 15, nil)
	for i := range 2500 {
		h.delete(at(15, 0, 0).Add(time.Duration(i)*time.Second), api, 1)
	}
	a := h.one(Bulk)
	if want := at(15, 0, 0).Add(498 * time.Second); a.At.Before(want.Add(-20*time.Second)) || a.At.After(want) {
		t.Errorf("told at %s, want %s", a.At, want)
	}
	if n := len(h.in(Updated)); n != 1 {
		t.Errorf("%d updates, want 1 at four times as much", n)
	}
	h.usual(16, 18, nil)
	if ended := h.in(Resolved); len(ended) != 1 || ended[0].ID != a.ID {
		t.Errorf("resolved %v, want %d", ended, a.ID)
	}
	h.one(Bulk)
}

func TestHardLimitBeforeAnythingIsLearned(t *testing.T) {
	h := newHistory(t, Options{})
	h.delete(at(0, 0, 0), eve, 999)
	h.silent()
	h.delete(at(0, 0, 9), eve, 2)
	if a := h.one(Limit); a.Deleted != 1001 || !a.Since.Equal(at(0, 0, 0)) {
		t.Errorf("raised %+v", a)
	}
	h = newHistory(t, Options{})
	h.rows = 200
	h.delete(at(0, 0, 0), eve, 49)
	h.silent()
	h.delete(at(0, 0, 1), eve, 1)
	h.one(Limit)
}

func TestStranger(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 16, func(d, hour int) {
		if d == 15 && hour >= 8 {
			for range 8 {
				h.delete(at(d, hour, 59), eve, 1)
			}
		}
	})
	if a := h.one(NewActor); a.Actor != "eve/psql" || a.At.After(at(15, 12, 0)) {
		t.Errorf("raised %+v", a)
	}
}

// A new name of an application is none, whether it deletes slowly or fast.
func TestRename(t *testing.T) {
	for _, rows := range []int64{1, 60} {
		h := newHistory(t, Options{LimitRows: 100000})
		for d := range 25 {
			for minute := 0; minute < 24*60; minute += 6 {
				a := api
				if d >= 16 {
					a.Application = "api-2"
				}
				h.delete(at(d, 0, minute), a, rows)
			}
		}
		h.silent()
	}
}

func TestLessIsNoAlert(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 15, nil)
	for d := 15; d < 30; d++ {
		h.delete(at(d, 12, 0), api, 1)
	}
	h.silent()
}

// A leak is told once while it lasts, resolved after a day as usual, and if
// nobody minds for two weeks it is the usual.
func TestLeakEndsAndIsAccepted(t *testing.T) {
	for _, days := range []int{4, 30} {
		h := newHistory(t, Options{})
		h.usual(0, 15, nil)
		h.usual(15, 15+days, func(d, hour int) {
			for range 15 {
				h.delete(at(d, hour, 59), api, 1)
			}
		})
		h.usual(15+days, 20+days, nil)
		a := h.one(Leak)
		if a.At.After(at(15, 9, 0)) || a.Usual <= 0 || a.Deleted <= int64(a.Usual) {
			t.Errorf("%d days: raised %+v", days, a)
		}
		if ended := h.in(Resolved); len(ended) != 1 {
			t.Errorf("%d days: resolved %v", days, ended)
		}
	}
}

// A new weekly job is told twice; the third time it is known.
func TestNewWeeklyJob(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 50, func(d, hour int) {
		if d >= 15 && d%7 == 3 && hour == 5 {
			h.delete(at(d, hour, 54+d%6), purge, 3000)
		}
	})
	if n := len(h.in(Raised)); n != 2 {
		h.silent()
		t.Errorf("%d alerts, want 2", n)
	}
}

func TestShareOfTheTable(t *testing.T) {
	h := newHistory(t, Options{})
	h.rows = 600
	for d := range 22 {
		each := int64(5)
		if d == 20 {
			each = 10 // each hour by another one: no actor stands out
		}
		for hour := range hoursOfDay {
			a := Actor{"u", fmt.Sprint("a", hour/4)}
			h.delete(at(d, hour, 0), a, each)
		}
	}
	h.silent()
	o := Options{Times: 1.5}
	h = newHistory(t, o)
	h.rows = 600
	for d := range 22 {
		for hour := range hoursOfDay {
			each := int64(5)
			if d == 20 {
				each = 9
			}
			h.delete(at(d, hour, 0), Actor{"u", fmt.Sprint("a", hour/4)}, each)
		}
	}
	if a := h.one(ShareDay); a.Actor != "all" || a.Usual != 120 {
		t.Errorf("raised %+v", a)
	}
}

// Bulks day after day are told twice a week, unless one is far larger.
func TestBulksAgainAndAgain(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 29, func(d, hour int) {
		if d >= 15 && d%2 == 1 && hour == d%24 {
			h.delete(at(d, hour, 55), api, 900)
		}
		if d == 20 && hour == 3 {
			h.delete(at(d, hour, 55), api, 9000)
		}
	})
	bulks := map[int]int{}
	for _, a := range h.in(Raised) {
		bulks[int(a.At.Sub(monday)/(24*time.Hour))]++
	}
	if bulks[15] != 1 || bulks[17] != 1 || bulks[19] != 0 || bulks[20] != 1 || bulks[21] != 0 {
		t.Errorf("alerts by day: %v", bulks)
	}
}

// Bulks that go on under another name as the first one falls silent are the same
// alert; those of a name that appears a day later are news.
func TestBulksUnderAnotherName(t *testing.T) {
	for _, c := range []struct{ day, raised int }{{17, 2}, {18, 3}} {
		h := newHistory(t, Options{})
		renamed := Actor{eve.User, "psql-2"}
		h.usual(0, 20, func(d, hour int) {
			switch {
			case d == 12 && hour == 9:
				h.delete(at(d, hour, 55), eve, 1)
			case d == 15 && hour == 9, d == 17 && hour == 11:
				h.delete(at(d, hour, 55), eve, 900)
			case d == c.day && hour == 12, d == c.day && hour == 13:
				h.delete(at(d, hour, 55), renamed, 800)
			}
		})
		raised := h.in(Raised)
		if len(raised) != c.raised {
			h.silent()
			t.Fatalf("day %d: %d alerts were raised, want %d", c.day, len(raised), c.raised)
		}
		told := h.in(Updated)
		if c.day == 17 && (len(told) == 0 || told[0].ID != raised[1].ID || told[0].Actor != renamed.String()) {
			t.Errorf("updates: %+v, want one of alert %d by %s", told, raised[1].ID, renamed)
		}
	}
}

// Before the learning ends a job is learned although it is told, also where all
// of it is one count.
func TestWeeklyJobOfOneCount(t *testing.T) {
	h := newHistory(t, Options{})
	h.usual(0, 15, func(d, hour int) {
		if d%7 == 1 && hour == 2 {
			h.delete(at(d, 2, 59), purge, 30000)
		}
		if d == 14 && hour == 20 {
			h.alerts = nil
			h.delete(at(d, 20, 55), purge, 600)
		}
	})
	h.one(Bulk)
}
