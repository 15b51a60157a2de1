package monitor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// game plays a ledger of one database by hand. The tables are t, in public, and s.t.
type game struct {
	*ledger
	at   time.Time
	told []Behind
}

func newGame(interval time.Duration) *game {
	return &game{ledger: newLedger(interval), at: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
}

// step is one sample: rows gone by table, and rows that sessions deleted by name.
func (g *game) step(gone, seen map[string]int64) {
	since := g.at
	g.at = g.at.Add(time.Minute)
	moved := []movement{
		{table: "t", names: []string{"t"}, since: since, deleted: gone["t"], gone: gone["t"]},
		{table: "s.t", names: []string{"s.t", "t"}, since: since, deleted: gone["s.t"], gone: gone["s.t"]},
	}
	did := map[string]sums{}
	for name, n := range seen {
		did[name] = sums{deleted: n}
	}
	g.told = append(g.told, g.turn(g.at, moved, did)...)
}

func (g *game) text() string {
	var list []string
	for _, b := range g.told {
		list = append(list, fmt.Sprintf("%s %d since %s", b.Table, b.Deleted, b.Since.Format("15:04")))
	}
	return strings.Join(list, ", ")
}

type rows = map[string]int64

func TestLedger(t *testing.T) {
	for _, test := range []struct {
		name string
		play func(*game)
		want string
	}{
		{"all seen", func(g *game) { g.step(rows{"t": 50}, rows{"t": 50}) }, ""},
		{"counters a turn late", func(g *game) { g.step(nil, rows{"t": 50}); g.step(rows{"t": 50}, nil) }, ""},
		{"counters late in pieces", func(g *game) {
			g.step(rows{"t": 10}, rows{"t": 50})
			g.step(rows{"t": 25}, nil)
			g.step(rows{"t": 15}, nil)
		}, ""},
		{"counters later than a credit is good", func(g *game) {
			g.step(nil, rows{"t": 50})
			for range g.life {
				g.step(nil, nil)
			}
			g.step(rows{"t": 50}, nil)
		}, "t 50 since 12:04"},
		{"a session a turn late", func(g *game) { g.step(rows{"t": 50}, nil); g.step(nil, rows{"t": 50}) }, ""},
		{"a session two turns late", func(g *game) { g.step(rows{"t": 50}, nil); g.step(nil, nil); g.step(nil, rows{"t": 50}) }, "t 50 since 12:00"},
		{"more than seen", func(g *game) { g.step(rows{"t": 80}, rows{"t": 50}) }, "t 30 since 12:00"},
		{"few", func(g *game) { g.step(rows{"t": 9}, nil) }, ""},
		{"few, again and again", func(g *game) {
			for range 7 {
				g.step(rows{"t": 4}, nil)
			}
		}, "t 12 since 12:00, t 12 since 12:03"},
		{"of no name", func(g *game) { g.step(rows{"t": 50, "s.t": 50}, rows{"": 100}) }, ""},
		{"of no name, not enough", func(g *game) { g.step(rows{"t": 50, "s.t": 50}, rows{"": 60}) }, "s.t 40 since 12:00"},
		{"another table", func(g *game) { g.step(rows{"t": 50}, rows{"s.t": 50}) }, "t 50 since 12:00"},
		{"by search_path", func(g *game) { g.step(rows{"s.t": 50}, rows{"t": 50}) }, ""},
		{"its own name first", func(g *game) { g.step(rows{"s.t": 50, "t": 30}, rows{"t": 30}) }, "s.t 50 since 12:00"},
		{"a doubt of its own first", func(g *game) { g.step(rows{"t": 30}, nil); g.step(rows{"s.t": 30}, rows{"t": 30}) }, "s.t 30 since 12:01"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGame(time.Minute)
			test.play(g)
			g.step(nil, nil)
			if got := g.text(); got != test.want {
				t.Errorf("told %q, want %q", got, test.want)
			}
		})
	}
}

// Rows that were rolled back hide none that are gone, whether the counters tell them
// apart or not.
func TestLedgerOfUndone(t *testing.T) {
	for _, gone := range []int64{65, 105} { // the bound is known, or is not
		g := newGame(time.Minute)
		moved := []movement{{table: "t", names: []string{"t"}, since: g.at, deleted: 105, gone: gone}}
		g.turn(g.at, moved, map[string]sums{"t": {deleted: 40, undone: 40}})
		g.told = g.turn(g.at, []movement{{table: "t", names: []string{"t"}}}, nil)
		if got := g.text(); got != "t 25 since 12:00" {
			t.Errorf("of %d: %q", gone, got)
		}
	}
}

// Traffic that is all seen raises nothing, however late counters and sessions are
// within their bounds; deletes behind it are told to the row, whatever else goes on.
func TestLedgerBesideTraffic(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 5))
		g := newGame(time.Minute)
		const turns = 120
		gone, seen := make([]rows, turns+8), make([]rows, turns+8)
		for i := range gone {
			gone[i], seen[i] = rows{}, rows{}
		}
		for i := range turns {
			for range random.IntN(4) {
				table := []string{"t", "s.t"}[random.IntN(2)]
				n := 1 + random.Int64N(1000)
				gone[i+random.IntN(g.life)][table] += n // a credit is good for so many turns
				seen[i][table] += n
			}
		}
		var behind int64
		if seed%2 == 1 {
			behind = 10 + random.Int64N(500)
			gone[random.IntN(turns/2)]["t"] += behind
		}
		for i := range gone {
			g.step(gone[i], seen[i])
		}
		var told int64
		for _, b := range g.told {
			told += b.Deleted
		}
		// A row behind may take the credit of one that comes later, which then stands for
		// it; what is tolerated may stay untold.
		if told > behind || told < behind-tolerated+1 {
			t.Errorf("seed %d: told %d of %d: %s", seed, told, behind, g.text())
		}
	}
}

// What is open stays small, whatever names sessions come with.
func TestLedgerForgets(t *testing.T) {
	g := newGame(MinInterval)
	for i := range 500 {
		seen := rows{}
		for j := range 50 {
			seen[fmt.Sprint("temporary", i*50+j)] = 1
		}
		g.step(rows{"t": 1}, seen)
	}
	if n := len(g.credits); n > 50*(g.life+1) {
		t.Errorf("%d credits", n)
	}
	g.turn(g.at, nil, nil)
	g.turn(g.at, nil, nil)
	if len(g.accounts) != 0 {
		t.Errorf("accounts of tables that are gone: %v", g.accounts)
	}
}

func TestAncestors(t *testing.T) {
	cascades := map[uint32][]uint32{1: {2, 3}, 2: {4}, 3: {4}, 4: {1, 4}}
	if got := fmt.Sprint(ancestors(cascades, 1)); got != "[2 3 4 1]" {
		t.Errorf("ancestors %s", got)
	}
	long := map[uint32][]uint32{}
	for i := range uint32(1000) {
		long[i] = []uint32{i + 1}
	}
	if n := len(ancestors(long, 0)); n != maxAncestors {
		t.Errorf("%d ancestors", n)
	}
}

func TestGone(t *testing.T) {
	for _, test := range []struct {
		name   string
		before counters
		after  counters
		want   int64
	}{
		{"committed", counters{Live: 100, Inserted: 100}, counters{Live: 60, Inserted: 100, Deleted: 40}, 40},
		{"rolled back", counters{Live: 100, Inserted: 100}, counters{Live: 100, Inserted: 100, Deleted: 40}, 0},
		{"beside inserts", counters{Live: 100, Inserted: 100}, counters{Live: 110, Inserted: 150, Deleted: 40}, 40},
		{"half rolled back, beside inserts", counters{Live: 100, Inserted: 100}, counters{Live: 130, Inserted: 150, Deleted: 40}, 20},
		{"ANALYZE", counters{Live: 100, Inserted: 100}, counters{Live: 100, Inserted: 100, Deleted: 40, Upkeep: 1}, 40},
		{"at zero", counters{Live: 30, Inserted: 100}, counters{Live: 20, Inserted: 100, Deleted: 40}, 40},
		{"none left", counters{Live: 40, Inserted: 100}, counters{Live: 0, Inserted: 100, Deleted: 40}, 40},
	} {
		if got := gone(test.before, test.after); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestEpochs(t *testing.T) {
	reset := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	later := reset.Add(time.Hour)
	was := epoch{System: 1, Timeline: "00000001", Started: reset, Reset: &reset}
	same := reset.In(time.FixedZone("", 3600))
	for _, test := range []struct {
		now  epoch
		want string
	}{
		{epoch{System: 1, Timeline: "00000001", Started: same, Reset: &same}, ""},
		{epoch{System: 2, Timeline: "00000001", Started: reset, Reset: &reset}, "another server"},
		{epoch{System: 1, Timeline: "00000002", Started: later, Reset: &reset}, "promoted"},
		{epoch{System: 1, Timeline: "00000001", Started: reset, Reset: &reset, Standby: true}, "promoted"},
		{epoch{System: 1, Timeline: "00000001", Started: later, Reset: &reset}, "started again"},
		{epoch{System: 1, Timeline: "00000001", Started: reset, Reset: &later}, "pg_stat_reset"},
		{epoch{System: 1, Timeline: "00000001", Started: reset}, "pg_stat_reset"},
	} {
		got := was.why(test.now)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q, want %q", test.now, got, test.want)
		}
	}
}
