package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/rules"
)

// naive sums the same in the most obvious way: each statement with the savepoints that
// were set when it ran.
type naive struct {
	savepoints []string
	done       []naiveDone
	undone     map[string]int64
}

type naiveDone struct {
	table string
	n     int64
	depth int
}

func (n *naive) find(name string) int {
	for i := len(n.savepoints) - 1; i >= 0; i-- {
		if n.savepoints[i] == name {
			return i
		}
	}
	return -1
}

func (n *naive) back(depth int) {
	for len(n.done) > 0 && n.done[len(n.done)-1].depth > depth {
		last := n.done[len(n.done)-1]
		n.undone[last.table] += last.n
		n.done = n.done[:len(n.done)-1]
	}
}

func (n *naive) release(i int) {
	n.savepoints = n.savepoints[:i]
	for j := range n.done {
		n.done[j].depth = min(n.done[j].depth, i)
	}
}

// TestTallyIsNaive: within its bounds it sums exactly; beyond them nothing that was
// committed is lost.
func TestTallyIsNaive(t *testing.T) {
	forgotten := false
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 0))
		tables, names, steps := 1+r.IntN(6), 1+r.IntN(4), 1+r.IntN(200)
		sometimes := 4
		if seed%40 == 0 { // beyond the bounds
			tables, steps, sometimes = 300, 8000, []int{200, 10}[seed/40%2]
		}
		var got tally
		want := naive{undone: map[string]int64{}}
		exact, forgot := true, false
		for range steps {
			name := fmt.Sprint("s", r.IntN(names))
			switch k := r.IntN(sometimes + 6); {
			case k == 0 && want.find(name) >= 0:
				want.release(want.find(name))
				got.release(name)
			case k == 1 && want.find(name) >= 0:
				i := want.find(name)
				want.back(i)
				want.savepoints = want.savepoints[:i+1]
				got.back(name)
			case k < sometimes:
				want.savepoints = append(want.savepoints, name)
				got.save(name)
			default:
				table, n := fmt.Sprint("t", r.IntN(tables)), int64(1+r.IntN(9))
				want.done = append(want.done, naiveDone{table, n, len(want.savepoints)})
				got.add(sumOf(table, n))
			}
			exact = exact && len(want.savepoints) < maxSavepoints && tables < maxTallyTables
			forgot = forgot || len(got.savepoints) < len(want.savepoints)
			if len(got.savepoints) > maxSavepoints || len(got.rows) > maxTallyRows+maxTallyTables+1 || len(got.undone) > maxTallyTables+1 || got.bytes() > 150<<10 {
				t.Fatalf("seed %d: %d savepoints, %d sums, %d undone, %d bytes", seed, len(got.savepoints), len(got.rows), len(got.undone), got.bytes())
			}
		}
		forgotten = forgotten || forgot
		if forgot && seed%40 != 0 {
			t.Errorf("seed %d: savepoints are forgotten", seed)
		}
		compareTally(t, seed, &got, &want, exact, r.IntN(2) == 0)
	}
	if !forgotten {
		t.Error("no seed goes beyond the bounds")
	}
}

// bytes is the memory of a tally, names left out: those are the facts' own.
func (t *tally) bytes() int {
	return (cap(t.rows)+cap(t.undone))*int(unsafe.Sizeof(event.Sum{})) + cap(t.savepoints)*int(unsafe.Sizeof(mark{}))
}

// sumOf is what a statement of its own deleted from a table.
func sumOf(table string, deleted int64) event.Sum {
	return event.Sum{Of: &rules.Rows{Table: table}, Deleted: deleted}
}

func compareTally(t *testing.T, seed uint64, got *tally, want *naive, exact, committed bool) {
	t.Helper()
	deleted, undone := map[string]int64{}, want.undone
	for _, d := range want.done {
		if committed {
			deleted[d.table] += d.n
		} else {
			undone[d.table] += d.n
		}
	}
	var all, wanted, undoneAll, undoneWanted int64
	rows := slices.Clone(got.total(committed))
	for _, r := range rows {
		all, undoneAll = all+r.Deleted, undoneAll+r.Undone
		if exact && (r.Deleted != deleted[r.Of.Table] || r.Undone != undone[r.Of.Table]) {
			t.Errorf("seed %d: %+v, want %d deleted, %d undone", seed, r.Rows(), deleted[r.Of.Table], undone[r.Of.Table])
		}
	}
	for _, n := range deleted {
		wanted += n
	}
	for _, n := range undone {
		undoneWanted += n
	}
	if all+undoneAll != wanted+undoneWanted || all < wanted || exact && all != wanted {
		t.Errorf("seed %d: %d deleted and %d undone in all, want %d and %d", seed, all, undoneAll, wanted, undoneWanted)
	}
	if len(rows) > maxTallyTables+1 {
		t.Errorf("seed %d: %d tables", seed, len(rows))
	}
}

// TestTallyOfManySavepoints: drivers set one before each statement and never release
// it.
func TestTallyOfManySavepoints(t *testing.T) {
	var got tally
	for i := range 10 * maxSavepoints {
		got.save("auto")
		got.add(sumOf("a", 1))
		if i%2 == 1 {
			got.back("auto")
		}
	}
	got.save("last")
	got.add(sumOf("a", 7))
	got.back("last")
	if rows := got.total(true); len(rows) != 1 || rows[0].Deleted != 5*maxSavepoints || rows[0].Undone != 5*maxSavepoints+7 {
		t.Errorf("%+v", rows)
	}
	got.reset()
	if !got.empty() || cap(got.savepoints) > 0 {
		t.Error("its room is kept")
	}
}

// TestTallyOfManyTables: what finds no place is summed all the same.
func TestTallyOfManyTables(t *testing.T) {
	var got tally
	for i := range 10 * maxTallyTables {
		got.add(sumOf(fmt.Sprint("t", i), 2))
	}
	rows := got.total(true)
	if len(rows) != maxTallyTables+1 || rows[maxTallyTables].Of.Table != "" || rows[maxTallyTables].Deleted != 18*maxTallyTables {
		t.Errorf("%d tables, the last is %+v", len(rows), rows[len(rows)-1].Rows())
	}
}
