package simulate

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

var (
	seeds = flag.Int("simulate.seeds", 0, "worlds of a hundred tables of each style; 0 plays a small one")
	first = flag.Uint64("simulate.first", 1, "the first seed")
	only  = flag.String("simulate.style", "", "play only this style")
	list  = flag.Bool("simulate.list", false, "list what was missed and what was false")
)

// fewTables is the size of the small worlds that every run of the tests plays.
const fewTables = 15

// The marks of the detectors, over all styles together. docs/volume.md has the
// figures of a full run, and how to get them.
func TestMarks(t *testing.T) {
	var all Result
	report := []string{header()}
	for _, s := range Styles {
		if *only != "" && *only != s.Name {
			continue
		}
		r := playStyle(t, s)
		report = append(report, row(s, &r))
		all.Add(r)
	}
	report = append(report, row(Style{Name: "all"}, &all))
	t.Log("\n" + strings.Join(report, "\n"))
	for _, mark := range []struct {
		what  []string
		least float64
	}{{[]string{Bulk}, 0.98}, {[]string{Steady}, 0.95}, {[]string{Ramp, Bursty}, 0.70}} {
		if n, share := all.Share(mark.what...); share < mark.least {
			t.Errorf("%v: %.1f %% of %d were told in time, want %.0f %%", mark.what, 100*share, n, 100*mark.least)
		}
	}
	if all.FalseRate() > 1 {
		t.Errorf("%.2f false alarms per hundred tables and week, want at most 1", all.FalseRate())
	}
	if n := all.Most(Job); n > 2 {
		t.Errorf("%d alerts for one job, want at most 2", n)
	}
	if n := all.Most(Bulk, Steady, Ramp, Bursty); n > 3 {
		t.Errorf("%d alerts for one anomaly, want at most 3", n)
	}
}

// playStyle plays the worlds that the flags ask for.
func playStyle(t *testing.T, s Style) (pooled Result) {
	t.Helper()
	n, tables := *seeds, 100
	if n == 0 {
		n, tables = 1, fewTables
	}
	for seed := *first; seed < *first+uint64(n); seed++ {
		w := NewWorld(s, seed, tables)
		alerts, err := Play(w, volume.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := Score(w, alerts)
		if *list {
			show(t, seed, r)
		}
		pooled.Add(r)
	}
	return pooled
}

// A new, moved or monthly job is not told once it is declared.
func TestDeclaredJobsAreSilent(t *testing.T) {
	for _, s := range Styles[:2] {
		w := NewWorld(s, *first, 2*fewTables)
		var o volume.Options
		for _, truth := range w.Truths {
			if truth.What == Job {
				o.Expected = append(o.Expected, volume.Expected{Table: truth.Table, Actor: truth.Actor.String(), Cron: truth.Cron})
			}
		}
		alerts, err := Play(w, o)
		if err != nil {
			t.Fatal(err)
		}
		r := Score(w, alerts)
		for _, f := range r.Found {
			if f.What == Job && f.Alerts > 0 {
				t.Errorf("%s: %d alerts for the %s on %s at %s", s.Name, f.Alerts, f.By, f.Table, f.Cron)
			}
		}
	}
}

func header() string {
	return fmt.Sprintf("%-18s | %-22s | %-22s | %-22s | %-22s | %4s | %7s | %s", "style", Bulk, Steady, Ramp, Bursty, "jobs", "anomaly", "false")
}

func row(s Style, r *Result) string {
	name := s.Name
	if s.HeldOut {
		name += "*"
	}
	cell := func(what string) string {
		n, share := r.Share(what)
		return fmt.Sprintf("%5.1f %% of %d, %s", 100*share, n, r.Median(what).Round(time.Minute))
	}
	return fmt.Sprintf("%-18s | %-22s | %-22s | %-22s | %-22s | %4d | %7d | %.2f",
		name, cell(Bulk), cell(Steady), cell(Ramp), cell(Bursty), r.Most(Job), r.Most(Bulk, Steady, Ramp, Bursty), r.FalseRate())
}

// show lists what is not as it should be.
func show(t *testing.T, seed uint64, r Result) {
	t.Helper()
	for _, f := range r.Found {
		if f.What == Job && f.Alerts > 2 || f.What != Job && (!f.InTime || f.Alerts > 3) {
			t.Logf("seed %d: %s by %s on %s from %s: %d rows, told after %v, %d alerts", seed, f.What, f.By, f.Table,
				start.Add(time.Duration(f.From)*time.Second).Format("Mon 2 15:04"), f.Rows, f.After, f.Alerts)
		}
	}
	for _, a := range r.False {
		t.Logf("seed %d: false: %s %s %s %s: %s", seed, a.At.Format("Mon 2 15:04"), a.Table, a.Actor, a.Kind, a.Reason)
	}
}
