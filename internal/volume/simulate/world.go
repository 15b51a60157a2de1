package simulate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// Days is how long a world lasts; the first Learning days are undisturbed.
	Days     = 35
	Learning = 14

	day  = 24 * 3600
	hour = 3600
)

// start is a Monday, so that the learning ends on one; the first of a month lies
// within the second half.
var start = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)

// deletion is one line of a table's history; second counts from the start.
type deletion struct {
	second int
	actor  volume.Actor
	rows   int
}

// World is a simulated history with what was done in it.
type World struct {
	Style  Style
	Seed   uint64
	Tables int
	Counts []volume.Count // in time order
	Truths []Truth
}

// table is one table while it is made.
type table struct {
	*rand.Rand
	style  *Style
	name   string
	size   float64 // rows
	growth float64 // a week
	days   []float64
	actors []*actor
	lines  []deletion
}

// NewWorld makes the world of a seed.
func NewWorld(style Style, seed uint64, tables int) *World {
	w := &World{Style: style, Seed: seed, Tables: tables}
	common := rand.New(rand.NewPCG(seed, 0))
	same := levels(common, style.sameNoise, style.lasting)
	for i := range tables {
		t := newTable(&style, rand.New(rand.NewPCG(seed, uint64(i+1))), i, same)
		t.live()
		if truth, ok := t.disturb(); ok {
			w.Truths = append(w.Truths, truth)
		}
		w.take(t)
	}
	w.sort()
	return w
}

func (w *World) sort() {
	slices.SortStableFunc(w.Counts, func(a, b volume.Count) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
}

// levels are the levels of the days of a table.
func levels(r *rand.Rand, sigma, lasting float64) []float64 {
	days := make([]float64, Days)
	log := 0.0
	for i := range days {
		fresh := sigma * r.NormFloat64()
		log = lasting*log + fresh*(1-lasting*lasting/2)
		days[i] = exp(log - sigma*sigma/2)
	}
	return days
}

func newTable(style *Style, r *rand.Rand, i int, same []float64) *table {
	t := &table{Rand: r, style: style, name: fmt.Sprintf("public.t%03d", i), growth: style.growth * r.Float64()}
	t.size = between(r, 3000, 5e6)
	if r.IntN(5) == 0 {
		t.size = between(r, 60, 3000)
	}
	t.days = levels(r, style.dayNoise, style.lasting)
	for d := range t.days {
		t.days[d] *= same[d]
	}
	t.populate()
	return t
}

// add is one line. Those of one actor and second stay apart, as commits are.
func (t *table) add(second int, a volume.Actor, rows int) {
	if second >= 0 && second < Days*day && rows > 0 {
		t.lines = append(t.lines, deletion{second, a, rows})
	}
}

func (t *table) sort() {
	slices.SortStableFunc(t.lines, func(a, b deletion) int { return cmp.Compare(a.second, b.second) })
}

// sumMinutes makes one line a minute and actor of the sorted lines, at the second
// of the last one.
func (t *table) sumMinutes() {
	var sums []deletion
	at := map[volume.Actor]int{}
	for _, l := range t.lines {
		if i, ok := at[l.actor]; ok && sums[i].second/60 == l.second/60 {
			sums[i].rows += l.rows
			sums[i].second = l.second
			continue
		}
		at[l.actor] = len(sums)
		sums = append(sums, l)
	}
	t.lines = sums
}

// take adds the table's lines to the world.
func (w *World) take(t *table) {
	t.sort()
	if t.style.perMinute {
		t.sumMinutes()
	}
	for _, l := range t.lines {
		c := volume.Count{
			At: start.Add(time.Duration(l.second) * time.Second), Host: "shop-prod", Database: "shop",
			Table: t.name, Actor: l.actor, Deleted: int64(l.rows),
		}
		if t.style.rowsKnown {
			c.Rows = int64(t.size * (1 + t.growth*float64(l.second)/(7*day)))
		}
		w.Counts = append(w.Counts, c)
	}
}
