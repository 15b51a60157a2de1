package simulate

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

var (
	seeds = flag.Int("simulate.seeds", 0, "seeds of each style; 0 plays a small part")
	first = flag.Uint64("simulate.first", 1, "the first seed")
	only  = flag.String("simulate.style", "", "only this style")
	list  = flag.Bool("simulate.list", false, "list what was missed and what was false")
)

func TestMarks(t *testing.T) {
	fmt.Printf("%-18s %6s | %-12s | %-12s | %-12s | %-12s | jobs max | anomaly max | false/100/week\n", "style", "lines", "bulk", "steady", "ramp", "bursty")
	var all Result
	for _, s := range Styles {
		if *only != "" && *only != s.Name {
			continue
		}
		var r Result
		lines := 0
		for seed := *first; seed < *first+uint64(max(*seeds, 1)); seed++ {
			w := NewWorld(s, seed, 100)
			lines += len(w.Counts)
			alerts, err := Play(w, volume.Options{})
			if err != nil {
				t.Fatal(err)
			}
			one := Score(w, alerts)
			if *list {
				show(t, seed, one)
			}
			r.Add(one)
		}
		row(s.Name, lines, r)
		all.Add(r)
	}
	row("all", 0, all)
}

func show(t *testing.T, seed uint64, r Result) {
	for _, f := range r.Found {
		most := 3
		if f.What == Job {
			most = 2
		}
		if f.What != Job && !f.InTime || f.Alerts > most {
			t.Logf("seed %d missed: %s by %s on %s from %s rows %d crossed %d after %v alerts %d", seed, f.What, f.By, f.Table, start.Add(time.Duration(f.From)*time.Second).Format("Mon 02 15:04"), f.Rows, f.Crossed-f.From, f.After, f.Alerts)
		}
	}
	for _, a := range r.False {
		t.Logf("seed %d false: %s %s %s %s: %s", seed, a.At.Format("Mon 02 15:04"), a.Table, a.Actor, a.Kind, a.Reason)
	}
}

func row(name string, lines int, r Result) {
	cell := func(what string) string {
		n, share := r.Share(what)
		return fmt.Sprintf("%5.1f%% of %d", 100*share, n)
	}
	most := max(r.Most(Bulk), r.Most(Steady), r.Most(Ramp), r.Most(Bursty))
	fmt.Printf("%-18s %6d | %-12s | %-12s | %-12s | %-12s | %8d | %11d | %.2f\n", name, lines, cell(Bulk), cell(Steady), cell(Ramp), cell(Bursty), r.Most(Job), most, r.FalseRate())
}
