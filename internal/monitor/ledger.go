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

// credit is what sessions did in one turn.
type credit struct {
	turn int
	sums
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
	rest := make([]int64, len(moved))
	for i, m := range moved {
		l.undo(m)
		rest[i] = m.gone
		if a := l.accounts[m.table]; a != nil {
			a.movement = m
		}
	}
	// A name without a schema may be of several tables: each first takes what is surely
	// its own.
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
	for i, m := range moved {
		if rest[i] > 0 {
			a := l.account(m)
			a.doubts = append(a.doubts, doubt{l.turns, m.since, rest[i]})
		}
	}
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

func (l *ledger) account(m movement) *account {
	a := l.accounts[m.table]
	if a == nil {
		a = &account{movement: m}
		l.accounts[m.table] = a
	}
	return a
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
			if n.deleted+n.undone > 0 {
				l.deleted[m.table] = l.turns
			}
		}
	}
}

// own is the name of a table that no other has, others are what sessions may have called
// it as well; the empty name is of statements that do not say which table they delete
// from.
func own(m movement) []string    { return m.names[:1] }
func others(m movement) []string { return append(m.names[1:len(m.names):len(m.names)], "") }

// explain uses up credits of the names for rows of a table and returns what is left
// without one.
func (l *ledger) explain(names []string, rows int64, moves bool) int64 {
	for _, name := range names {
		if rows == 0 {
			break
		}
		rows = l.use(name, rows, moves)
	}
	return rows
}

// undo uses up what sessions rolled back for the rows of which the counters show that
// they are not gone: it explains no others.
func (l *ledger) undo(m movement) {
	rows := m.deleted - m.gone
	for _, names := range [][]string{own(m), others(m)} {
		for _, name := range names {
			list := l.credits[name]
			for i := 0; i < len(list) && rows > 0; i++ {
				rows = draw(&list[i].undone, rows)
			}
		}
	}
}

func (l *ledger) use(name string, rows int64, moves bool) int64 {
	list := l.credits[name]
	for i := range list {
		rows = draw(&list[i].deleted, rows)
		rows = draw(&list[i].undone, rows)
		if moves {
			rows = draw(&list[i].updated, rows)
		}
	}
	return rows
}

// draw takes up to rows from a credit and returns what it did not have.
func draw(from *int64, rows int64) int64 {
	n := min(*from, rows)
	*from -= n
	return rows - n
}

// conclude tells of the doubts that have stood for a turn.
func (l *ledger) conclude(at time.Time, a *account) (told []Behind) {
	cascade := l.recent(a.parents, l.deleted)
	a.doubts = slices.DeleteFunc(a.doubts, func(d doubt) bool {
		if d.rows > 0 && d.turn == l.turns {
			return false
		}
		sum := &a.behind
		if len(cascade) > 0 {
			sum = &a.cascading
		}
		if d.rows > 0 && sum.rows == 0 {
			sum.since = d.since
		}
		sum.rows = add(sum.rows, d.rows)
		return true
	})
	one := Behind{At: at, Table: a.table, Rows: a.rows}
	if a.cascading.rows >= tolerated {
		one.Since, one.Deleted, one.Cascade = a.cascading.since, a.cascading.rows, cascade
		told, a.cascading = append(told, one), finding{}
	}
	if a.behind.rows >= tolerated {
		one.Since, one.Deleted, one.Cascade, one.Triggers = a.behind.since, a.behind.rows, nil, l.recent(slices.Collect(maps.Keys(l.fired)), l.fired)
		told, a.behind = append(told, one), finding{}
	}
	return told
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
