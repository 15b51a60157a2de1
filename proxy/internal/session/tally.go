package session

import (
	"slices"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// maxTallyTables bounds the tables that are told apart in a transaction, and
	// behind each of its savepoints, at 40 bytes each; the rest is summed under the
	// empty table. Few transactions have more: those that empty a whole database.
	maxTallyTables = 128

	// maxTallyRows bounds the sums of all savepoints together, and maxSavepoints
	// the savepoints that are remembered: drivers that set one before each statement
	// and never release it reach thousands. Of more the oldest ones are forgotten.
	maxTallyRows  = 1024
	maxSavepoints = 1024

	// keptTallyRows is for how many sums a session keeps room between transactions.
	keptTallyRows = 8
)

// tally sums what the open transaction did to rows, apart for each savepoint, whose
// rollback undoes what came behind it. The zero value is a transaction that did
// nothing.
type tally struct {
	rows       []event.Sum // in levels: in front of the first savepoint, behind it, ...
	undone     []event.Sum // what rollbacks to savepoints undid; only Undone is used
	savepoints []mark      // the oldest first

	first  [1]event.Sum // room for what most transactions do
	failed bool         // an error came since the last ReadyForQuery
	rolled bool         // the last thing was a ROLLBACK of which it is not known how far it went
}

// mark is a savepoint, where a level begins.
type mark struct {
	name string // unclear where it is not known
	from int    // in rows
}

// add adds to the level at hand.
func (t *tally) add(r event.Sum) {
	t.rolled = false
	if t.rows == nil {
		t.rows = t.first[:0]
	}
	t.rows = put(t.rows, t.start(len(t.savepoints)), r)
	for len(t.rows) > maxTallyRows && len(t.savepoints) > 0 {
		t.forget()
	}
}

// start is where a level begins; 0 is the one in front of all savepoints.
func (t *tally) start(level int) int {
	if level == 0 {
		return 0
	}
	return t.savepoints[level-1].from
}

// put adds r to the sum of its table in rows[from:].
func put(rows []event.Sum, from int, r event.Sum) []event.Sum {
	i := findTable(rows[from:], r.Of)
	if i < 0 && len(rows)-from >= maxTallyTables {
		r.Of = &nameless
		i = findTable(rows[from:], r.Of)
	}
	if i < 0 {
		return append(rows, r)
	}
	sum := &rows[from+i]
	sum.Deleted += r.Deleted
	sum.Updated += r.Updated
	sum.Undone += r.Undone
	sum.Emptied += r.Emptied
	if sum.Of != r.Of && sum.Of.Example == "" && r.Of.Example != "" {
		sum.Of = r.Of
	}
	return rows
}

// findTable is where the table of a statement is in rows; -1 where it is not. Most
// statements of a transaction with many are the same one.
func findTable(rows []event.Sum, of *rules.Rows) int {
	for i := range rows {
		if rows[i].Of == of {
			return i
		}
	}
	return slices.IndexFunc(rows, func(o event.Sum) bool { return o.Of.Table == of.Table })
}

// nameless is what rows are counted as whose table is not certain.
var nameless rules.Rows

// save begins a level.
func (t *tally) save(name string) {
	t.rolled = false
	if len(t.savepoints) >= maxSavepoints {
		t.forget()
	}
	t.savepoints = append(t.savepoints, mark{name: name, from: len(t.rows)})
}

// release makes the levels from a savepoint on part of the one in front of it. One
// that is not remembered is older than all that are.
func (t *tally) release(name string) {
	t.rolled = false
	if len(t.savepoints) == 0 {
		return
	}
	i := max(t.find(name), 0)
	t.join(t.start(i), t.savepoints[i].from)
	t.savepoints = t.savepoints[:i]
}

// back undoes what came behind a savepoint, which stays. Behind one that is not
// remembered came at least what came behind all that are.
func (t *tally) back(name string) {
	t.rolled = false
	if i := t.find(name); i >= 0 {
		t.undo(t.savepoints[i].from)
		t.savepoints = t.savepoints[:i+1]
		return
	}
	if len(t.savepoints) > 0 {
		t.undo(t.savepoints[0].from)
	}
	t.savepoints = append(t.savepoints[:0], mark{name: name, from: len(t.rows)})
}

// find is the last savepoint that a name may stand for; -1 for none.
func (t *tally) find(name string) int {
	for i := len(t.savepoints) - 1; i >= 0; i-- {
		if n := t.savepoints[i].name; n == name || n == unclear || name == unclear {
			return i
		}
	}
	return -1
}

// undo takes rows[from:] back.
func (t *tally) undo(from int) {
	for _, r := range t.rows[from:] {
		if r.Deleted > 0 {
			t.undone = put(t.undone, 0, event.Sum{Of: r.Of, Undone: r.Deleted})
		}
	}
	clear(t.rows[from:])
	t.rows = t.rows[:from]
}

// join adds rows[from:] to the level that begins at to. What is put never overtakes
// what is read.
func (t *tally) join(to, from int) {
	rest := t.rows[from:]
	t.rows = t.rows[:from]
	for _, r := range rest {
		t.rows = put(t.rows, to, r)
	}
}

// forget forgets the older half of the savepoints. A later rollback to one of them
// is then known to undo what came behind the others only; the rest counts as
// committed rather than as nothing.
func (t *tally) forget() {
	n := (len(t.savepoints) + 1) / 2
	end := len(t.rows)
	if n < len(t.savepoints) {
		end = t.savepoints[n].from
	}
	newer := t.rows[end:]
	t.rows = t.rows[:end]
	t.join(0, t.savepoints[0].from)
	shift := end - len(t.rows)
	t.rows = append(t.rows, newer...) // to the left, in the same memory
	t.savepoints = slices.Delete(t.savepoints, 0, n)
	for i := range t.savepoints {
		t.savepoints[i].from -= shift
	}
}

// total is what the transaction has done, now that it is over, each table once. It is
// valid until the next call.
func (t *tally) total(committed bool) []event.Sum {
	if !committed {
		t.undo(0)
	} else if len(t.savepoints) > 0 {
		t.join(0, t.savepoints[0].from)
	}
	t.savepoints = t.savepoints[:0]
	for _, r := range t.undone {
		t.rows = put(t.rows, 0, r)
	}
	return t.rows
}

// reset begins the next transaction, and keeps room for a usual one.
func (t *tally) reset() {
	clear(t.rows)
	clear(t.undone)
	rows, undone := t.rows[:0], t.undone[:0]
	*t = tally{}
	if cap(rows) <= keptTallyRows {
		t.rows = rows
	}
	if cap(undone) <= keptTallyRows {
		t.undone = undone
	}
}

// empty says that there is nothing to remember.
func (t *tally) empty() bool { return len(t.rows)+len(t.undone)+len(t.savepoints) == 0 }
