package monitor

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

const (
	// creditTime is how long what a session of holdfast deleted may take to show in the
	// server's counters: a busy session reports after sixty seconds at the latest, and a
	// lock can make it wait for the next time; three times that is certain. For that long
	// a row deleted through holdfast can also hide one that was deleted behind it, if the
	// counters never show the first.
	creditTime = 3 * time.Minute

	// minCreditTurns is for how many samples it is kept at least.
	minCreditTurns = 3

	// tolerated is how many rows may be without an explanation before they are told, all
	// that were found so far together: a statement that failed half way beside a VACUUM
	// leaves some, and one row by hand is no alarm. A leak of one row a day is told
	// after ten days.
	tolerated = 10

	// maxHints bounds the tables that a Behind names.
	maxHints = 5
)

// movement is what a table's counters did between two samples.
type movement struct {
	table string   // as in event.Rows
	names []string // what sessions may have called it, itself the first
	since time.Time

	inserted, updated, deleted int64

	// gone is how many of the deleted rows can have been committed.
	gone int64

	rows     int64 // that are left
	moves    bool  // it has partitions, between which an UPDATE deletes and inserts
	parents  []string
	triggers bool
}

// ledger holds the deletes that the counters of one database show against those that
// sessions of holdfast ran. It does no I/O and has no clock. The zero value with a life
// is an empty one.
type ledger struct {
	life     int // turns for which a credit is good
	turns    int
	credits  map[string][]credit // by the name that sessions used; the oldest first
	accounts map[string]*account // by table; those with something open alone
	deleted  map[string]int      // the last turn in which sessions deleted from a table
	fired    map[string]int      // the last turn in which they wrote to one with triggers
}

// account is what is open of one table.
type account struct {
	movement                  // the latest
	doubts            []doubt // the oldest first
	behind, cascading finding // sums that are not told yet
}

// doubt is rows that no credit explains yet.
type doubt struct {
	turn  int
	since time.Time
	rows  int64
}

// finding is rows that were deleted since some time.
type finding struct {
	rows  int64
	since time.Time
}

func newLedger(interval time.Duration) *ledger {
	life := max(minCreditTurns, int((creditTime+interval-1)/interval))
	return &ledger{life: life, credits: map[string][]credit{}, accounts: map[string]*account{}, deleted: map[string]int{}, fired: map[string]int{}}
}

// turn takes one sample, of all tables, and what sessions did until just after it was
// read; it returns what is told of it, by table. Host and database are the caller's.
func (l *ledger) turn(at time.Time, moved []movement, seen map[string]sums) (told []Behind) {
	l.turns++
	l.take(moved, seen)
	for _, m := range moved {
		l.undo(m)
		if a := l.accounts[m.table]; a != nil {
			a.movement = m
		}
	}
	l.doubt(moved, l.match(moved))
	for table, a := range l.accounts {
		told = append(told, l.conclude(at, a)...)
		if len(a.doubts) == 0 && a.behind.rows == 0 && a.cascading.rows == 0 {
			delete(l.accounts, table)
		}
	}
	l.forget(moved)
	slices.SortFunc(told, func(a, b Behind) int { return cmp.Compare(a.Table, b.Table) })
	return told
}

// match explains what is in doubt and then what moved now, and returns what is left of
// the latter. A name without a schema may be of several tables: each first takes what is
// surely its own.
func (l *ledger) match(moved []movement) (rest []int64) {
	rest = make([]int64, len(moved))
	for i, m := range moved {
		rest[i] = m.gone
	}
	for _, names := range []func(movement) []string{own, others} {
		for _, table := range slices.Sorted(maps.Keys(l.accounts)) {
			for i, a := 0, l.accounts[table]; i < len(a.doubts); i++ {
				a.doubts[i].rows = l.explain(names(a.movement), a.doubts[i].rows, a.moves)
			}
		}
		for i, m := range moved {
			rest[i] = l.explain(names(m), rest[i], m.moves)
		}
	}
	return rest
}

// doubt keeps what is without an explanation until the next turn.
func (l *ledger) doubt(moved []movement, rest []int64) {
	for i, m := range moved {
		if rest[i] == 0 {
			continue
		}
		a := l.accounts[m.table]
		if a == nil {
			a = &account{movement: m}
			l.accounts[m.table] = a
		}
		a.doubts = append(a.doubts, doubt{l.turns, m.since, rest[i]})
	}
}

// take makes credits of what sessions did.
func (l *ledger) take(moved []movement, seen map[string]sums) {
	if len(seen) == 0 {
		return
	}
	for name, n := range seen {
		l.credits[name] = append(l.credits[name], credit{l.turns, n})
	}
	for _, m := range moved {
		for _, name := range m.names {
			n, did := seen[name]
			if !did {
				continue
			}
			if m.triggers {
				l.fired[m.table] = l.turns
			}
			if n.deleted > 0 || n.undone > 0 {
				l.deleted[m.table] = l.turns
			}
		}
	}
}

// conclude tells of the doubts that have stood for a turn.
func (l *ledger) conclude(at time.Time, a *account) (told []Behind) {
	cascade := l.recent(a.parents, l.deleted)
	a.doubts = slices.DeleteFunc(a.doubts, func(d doubt) bool {
		switch {
		case d.rows == 0:
		case d.turn == l.turns:
			return false
		case len(cascade) > 0:
			a.cascading.add(d)
		default:
			a.behind.add(d)
		}
		return true
	})
	if f := a.cascading.take(); f.rows > 0 {
		told = append(told, Behind{At: at, Since: f.since, Table: a.table, Deleted: f.rows, Rows: a.rows, Cascade: cascade})
	}
	if f := a.behind.take(); f.rows > 0 {
		triggers := l.recent(slices.Collect(maps.Keys(l.fired)), l.fired)
		told = append(told, Behind{At: at, Since: f.since, Table: a.table, Deleted: f.rows, Rows: a.rows, Triggers: triggers})
	}
	return told
}

// add adds a doubt that has stood.
func (f *finding) add(d doubt) {
	if f.rows == 0 {
		f.since = d.since
	}
	f.rows = add(f.rows, d.rows)
}

// take empties a finding that is worth telling; otherwise it returns none.
func (f *finding) take() (worth finding) {
	if f.rows >= tolerated {
		worth, *f = *f, finding{}
	}
	return worth
}

// recent are those of the tables that are in when, the first maxHints of them by name:
// what is forgotten is not recent.
func (l *ledger) recent(tables []string, when map[string]int) (list []string) {
	for _, table := range tables {
		if _, is := when[table]; is && !slices.Contains(list, table) {
			list = append(list, table)
		}
	}
	slices.Sort(list)
	return list[:min(len(list), maxHints)]
}

// forget drops what is too old to explain anything, and sums of tables that are gone.
func (l *ledger) forget(moved []movement) {
	old := l.turns - l.life
	for name, list := range l.credits {
		list = slices.DeleteFunc(list, func(c credit) bool { return c.turn <= old || c.sums == (sums{}) })
		if l.credits[name] = list; len(list) == 0 {
			delete(l.credits, name)
		}
	}
	tooOld := func(_ string, turn int) bool { return turn <= old }
	maps.DeleteFunc(l.deleted, tooOld)
	maps.DeleteFunc(l.fired, tooOld)
	there := make(map[string]bool, len(moved))
	for _, m := range moved {
		there[m.table] = true
	}
	maps.DeleteFunc(l.accounts, func(table string, a *account) bool { return !there[table] && len(a.doubts) == 0 })
}
