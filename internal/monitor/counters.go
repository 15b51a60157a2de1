package monitor

import (
	"math"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// counters are those of one table, or of one partition of it, as the server has them.
type counters struct {
	OID        uint32
	Root       uint32 // of the partitioned table, or OID
	Schema     string
	Name       string
	RootSchema string
	RootName   string

	Inserted, Updated, Deleted int64
	Live                       int64 // estimate of live rows, kept with the counters
	Estimate                   int64 // of pg_class.reltuples; -1 where there is none
	Upkeep                     int64 // how often VACUUM and ANALYZE set Live
	Triggers                   bool  // on DELETE or UPDATE, written by people
}

func (c counters) relation() rules.Relation { return rules.Relation{Schema: c.Schema, Name: c.Name} }

func (c counters) root() rules.Relation {
	return rules.Relation{Schema: c.RootSchema, Name: c.RootName}
}

// epoch tells counters that go on from those that started anew.
type epoch struct {
	System   int64  // identifier of the cluster
	Timeline string // changed by a promotion; empty of a standby
	Started  time.Time
	Reset    *time.Time // of the database's counters; nil is never
	Standby  bool
}

// why says what makes two epochs different, empty when nothing does.
func (e epoch) why(next epoch) string {
	switch {
	case e.System != next.System:
		return "it is another server: its system identifier is another one"
	case e.Standby != next.Standby, e.Timeline != next.Timeline:
		return "a standby was promoted"
	case !e.Started.Equal(next.Started):
		return "the server was started again"
	case (e.Reset == nil) != (next.Reset == nil), e.Reset != nil && !e.Reset.Equal(*next.Reset):
		return "they were reset (pg_stat_reset)"
	}
	return ""
}

// snapshot is what was read of one database.
type snapshot struct {
	at     time.Time
	epoch  epoch
	tables []counters
	left   int // tables that found no room
	// cascades leads from a table to those whose deletes can take its rows along, by
	// foreign keys and by rules.
	cascades map[uint32][]uint32

	// through leads from a relation to views and parents, by which sessions can delete
	// its rows; called has their names.
	through map[uint32][]uint32
	called  map[uint32]rules.Relation
}

// moves are what the counters did between two snapshots, one for each table, partitions
// summed. Of a table that was not there before, or whose counters went down, nothing is
// known but its size; without a snapshot before, of none.
func moves(before, now *snapshot) []movement {
	var old map[uint32]counters
	var since time.Time
	if before != nil {
		since = before.at
		old = make(map[uint32]counters, len(before.tables))
		for _, c := range before.tables {
			old[c.OID] = c
		}
	}
	at := make(map[uint32]int, len(now.tables))
	var list []movement
	for _, c := range now.tables {
		i, known := at[c.Root]
		if !known {
			i = len(list)
			at[c.Root] = i
			list = append(list, newMovement(c))
		}
		list[i].add(c, old, since)
	}
	for root, i := range at {
		for _, by := range ancestors(now.through, root) {
			list[i].call(now.called[by])
		}
		for _, parent := range ancestors(now.cascades, root) {
			if p, is := at[parent]; is {
				list[i].parents = append(list[i].parents, list[p].table)
			}
		}
	}
	return list
}

// newMovement is that of the table that c is, or is a partition of.
func newMovement(c counters) movement {
	m := movement{table: c.root().Counted()}
	m.call(c.root())
	return m
}

// call adds what sessions may call a table: in another schema than public also by its
// bare name, with a search_path.
func (m *movement) call(r rules.Relation) {
	name := r.Counted()
	if m.names = append(m.names, name); name != r.Name {
		m.names = append(m.names, r.Name)
	}
}

// add sums the counters of a table, or of one of its partitions.
func (m *movement) add(c counters, old map[uint32]counters, since time.Time) {
	if c.Root != c.OID {
		m.moves = true
		m.call(c.relation())
	}
	m.rows = add(m.rows, rowsOf(c))
	m.triggers = m.triggers || c.Triggers
	o, known := old[c.OID]
	if !known || c.Inserted < o.Inserted || c.Updated < o.Updated || c.Deleted < o.Deleted {
		return
	}
	if o.relation() != c.relation() { // renamed since
		m.call(o.relation())
	}
	if o.root() != c.root() {
		m.call(o.root())
	}
	m.since = since
	m.inserted = add(m.inserted, c.Inserted-o.Inserted)
	m.updated = add(m.updated, c.Updated-o.Updated)
	m.deleted = add(m.deleted, c.Deleted-o.Deleted)
	m.gone = add(m.gone, gone(o, c))
}

// gone is how many of the deleted rows can have been committed. Rolled back ones are
// among them, but do not bring the live rows down; nor do these tell where VACUUM or
// ANALYZE has set them, or where they may have stood at zero, below which they do not go.
func gone(o, c counters) int64 {
	deleted := c.Deleted - o.Deleted
	if o.Upkeep != c.Upkeep || o.Live < deleted || c.Live == 0 {
		return deleted
	}
	return min(deleted, max(0, c.Inserted-o.Inserted-(c.Live-o.Live)))
}

// rowsOf is the size of a table: the live rows, or what ANALYZE saw where counters have
// started anew since.
func rowsOf(c counters) int64 {
	if c.Live > 0 {
		return c.Live
	}
	return max(0, min(c.Estimate, math.MaxInt64/2))
}

// maxAncestors bounds the tables whose deletes can reach one: longer chains of foreign
// keys are followed to here.
const maxAncestors = 100

// ancestors are the relations whose deletes reach a table, step by step; the table itself
// is among them where a step leads back to it.
func ancestors(steps map[uint32][]uint32, from uint32) (list []uint32) {
	met := map[uint32]bool{}
	for next := []uint32{from}; len(next) > 0 && len(list) < maxAncestors; next = next[1:] {
		for _, parent := range steps[next[0]] {
			if !met[parent] {
				met[parent] = true
				list, next = append(list, parent), append(next, parent)
			}
		}
	}
	return list
}
