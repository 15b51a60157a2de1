package alert

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/chart"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

func TestWords(t *testing.T) {
	worker := volume.Actor{User: "app", Application: "worker"}
	for _, c := range []struct {
		one                    Alert
		headline, usual, share string
	}{
		{Alert{Actor: worker, Deleted: 17010, Usual: 639.2, Rows: 512877, Table: "orders"}, "worker (user app) deleted 17,010 rows from orders", "usual is up to 640", "3.3 %"},
		{Alert{Actor: volume.Actor{User: "ana"}, Deleted: 1, Usual: 0, Table: "orders"}, "ana deleted 1 row from orders", "none is usual so far", ""},
		{Alert{Deleted: 30, Usual: math.NaN(), Rows: 20, Table: "orders"}, "everybody together deleted 30 rows from orders", "none is usual so far", "100.0 %"},
		{Alert{Kind: Behind, Deleted: 3, Rows: 100000, Table: "orders"}, "3 rows of orders went without passing holdfast", "holdfast counts only what passes it", "0.00 %"},
	} {
		if got := c.one.Headline(); got != c.headline {
			t.Errorf("headline %q, want %q", got, c.headline)
		}
		if got := c.one.UsualText(); got != c.usual {
			t.Errorf("usual %q, want %q", got, c.usual)
		}
		if got := c.one.Share(); got != c.share {
			t.Errorf("share %q, want %q", got, c.share)
		}
		if advice := c.one.Advice(); len(advice) < 2 || slices.Contains(advice, "") {
			t.Errorf("advice %q", advice)
		}
	}
}

// TestFits: what is offered is what the desk takes, by the state of an alert.
func TestFits(t *testing.T) {
	one := volume.Actor{User: "app"}
	for name, c := range map[string]struct {
		alert Alert
		want  string
	}{
		"open":            {Alert{State: Open, Actor: one, Table: "t"}, "acknowledge silence accept job"},
		"with its brake":  {Alert{State: Open, Actor: one, Table: "t", Brake: &Brake{}}, "acknowledge silence accept job release"},
		"acknowledged":    {Alert{State: Acknowledged, Actor: one, Table: "t"}, "silence accept job"},
		"of everybody":    {Alert{State: Open}, "acknowledge silence accept"},
		"of the rest":     {Alert{State: Open, Actor: volume.Actor{User: others}}, "acknowledge silence accept"},
		"behind":          {Alert{State: Open, Kind: Behind}, "acknowledge silence"},
		"over":            {Alert{State: Resolved, Actor: one, Table: "t"}, "job"},
		"of no table":     {Alert{State: Open, Actor: one}, "acknowledge silence accept"},
		"over, brake on":  {Alert{State: Resolved, Actor: one, Table: "t", Brake: &Brake{}}, "job release"},
		"accepted":        {Alert{State: Accepted, Actor: one, Table: "t"}, ""},
		"brake taken off": {Alert{State: Accepted, Actor: one, Table: "t", Brake: &Brake{Released: time.Now()}}, ""},
	} {
		var got []string
		for _, v := range []Verb{Acknowledge, Silence, Accept, Job, Release, Lift, "other"} {
			if c.alert.Fits(v) {
				got = append(got, string(v))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestAdviceIsTaken: nothing is advised that the desk refuses.
func TestAdviceIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		one           Alert
		accept, isJob bool
	}{
		"of an actor":  {Alert{State: Open, Actor: volume.Actor{User: "app"}, Table: "orders"}, true, true},
		"of everybody": {Alert{State: Open, Table: "orders"}, true, false},
		"of the rest":  {Alert{State: Open, Actor: volume.Actor{User: others}, Table: "orders"}, true, false},
		"of no table":  {Alert{State: Open, Actor: volume.Actor{User: "app"}}, true, false},
		"behind":       {Alert{State: Open, Kind: Behind, Table: "orders"}, false, false},
	} {
		text := strings.Join(c.one.Advice(), " ")
		if strings.Contains(text, "accept it as usual") != c.accept || strings.Contains(text, "it is a job") != c.isJob ||
			c.one.Fits(Accept) != c.accept || c.one.Fits(Job) != c.isJob {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestDid: every answer is told in words.
func TestDid(t *testing.T) {
	for _, v := range []Verb{Acknowledge, Silence, Accept, Job, Release, Lift} {
		if did := (Answer{Verb: v}).Did(); did == string(v) {
			t.Errorf("%q is told as %q", v, did)
		}
	}
}

func TestOwn(t *testing.T) {
	people, err := hold.NewPeople([]hold.Person{{Name: "ana", Postgres: []string{"ana"}}, {Name: "ben", Postgres: []string{"ben"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	own := Alert{Actor: volume.Actor{User: "ana", Application: "psql"}}
	all := Alert{Actors: []ActorRows{{Actor: volume.Actor{User: "ben"}, Deleted: 9}, {Actor: volume.Actor{User: "ana"}, Deleted: 1}}}
	for _, c := range []struct {
		one    Alert
		person string
		want   bool
	}{{own, "ana", true}, {own, "ben", false}, {all, "ben", true}, {all, "ana", false}, {Alert{}, "ana", false}} {
		if got := c.one.Own(people, c.person); got != c.want {
			t.Errorf("%s of %+v: %v", c.person, c.one.Actor, got)
		}
	}
}

// TestDrawn: an actor's rows are drawn apart, nobody's are lost, and a mark says whose
// alert it is.
func TestDrawn(t *testing.T) {
	from := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	worker := volume.Actor{User: "app", Application: "worker"}
	s := Series{
		From: from, Step: time.Hour, Usual: []float64{5, math.NaN()}, Lost: []Span{{from, from.Add(time.Minute)}},
		Actors: []Line{{Actor: worker, Deleted: []float64{1, 2}}, {Actor: volume.Actor{User: "ana"}, Deleted: []float64{10, 20}}, {Actor: volume.Actor{User: "ben"}, Deleted: []float64{100, 200}}},
		Alerts: []Alert{{Actor: worker, Since: from, State: Open}, {Since: from, State: Resolved}, {Kind: Behind, Since: from, State: Open}, {Actor: volume.Actor{User: strings.Repeat("x", 90)}, Since: from, State: Accepted, Answers: []Answer{{Verb: Job}}}},
	}
	v := s.Drawn(worker)
	if !slices.Equal(v.Actor, []float64{1, 2}) || !slices.Equal(v.Others, []float64{110, 220}) || len(v.Usual) != 2 || len(v.Lost) != 1 {
		t.Errorf("%+v", v)
	}
	want := []string{"Tue 00:00, worker", "Tue 00:00, everybody, over", "Tue 00:00, not through holdfast", "Tue 00:00, " + strings.Repeat("x", 23) + "…, a job"}
	for i, m := range v.Marks {
		if m.Label != want[i] || m.Open != (i == 0 || i == 2) {
			t.Errorf("mark %+v, want %q", m, want[i])
		}
	}
	if all := s.Drawn(volume.Actor{}); all.Actor != nil || !slices.Equal(all.Others, []float64{111, 222}) {
		t.Errorf("%+v", all)
	}
	if _, err := v.SVG(chart.Style{}); err != nil {
		t.Error(err)
	}
	if empty := (Series{Step: time.Hour}).Drawn(worker); len(empty.Others) != 0 {
		t.Errorf("%+v", empty)
	}
}
