package monitor

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// firstRetry is how long a server that could not be read is left alone at first; the
// time doubles up to the interval, or maxRetry where that is longer.
const (
	firstRetry = 5 * time.Second
	maxRetry   = time.Minute
)

// Monitor watches one server. Make it with New.
type Monitor struct {
	o      Options
	config *pgx.ConnConfig
	seen   seen

	// Of Run's goroutine.
	databases map[string]*database
	waiting   map[string]map[string]sums // what was seen and is not compared yet

	mu    sync.Mutex // guards state
	state State
}

// database is what is remembered of one.
type database struct {
	before *snapshot
	ledger *ledger
}

// Host is the name of the host whose server is watched.
func (m *Monitor) Host() string { return m.o.Host }

// Run reads the counters until ctx ends, at once and then at each interval; it returns
// when ctx ends. It never fails: State says how it is.
func (m *Monitor) Run(ctx context.Context) {
	retry := firstRetry
	for {
		wait := m.o.Interval
		if !m.poll(ctx) {
			wait = min(retry, wait)
			retry = min(2*retry, maxRetry)
		} else {
			retry = firstRetry
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// poll reads all databases once; false when none could be read.
func (m *Monitor) poll(ctx context.Context) bool {
	names, left, err := m.readDatabases(ctx)
	if err != nil {
		m.fail(ctx, whyOf(err), nil)
		return false
	}
	s := State{Anew: m.State().Anew, AnewWhy: m.State().AnewWhy}
	s.LeftOut.Databases = left
	for _, name := range names {
		if ctx.Err() != nil {
			return false
		}
		if err := m.pollDatabase(ctx, name, &s); err != nil {
			s.Faults = append(s.Faults, Fault{name, whyOf(err)})
		}
	}
	if ctx.Err() != nil {
		return false // what failed, failed because of that
	}
	m.drop(names)
	sortFaults(s.Faults)
	if s.Databases == 0 {
		m.fail(ctx, s.Faults[0].Why, s.Faults)
		return false
	}
	s.Up, s.At = true, time.Now()
	m.publish(s, s.At)
	return true
}

// fail says that nothing could be read, unless it is because the monitor ends.
func (m *Monitor) fail(ctx context.Context, why string, faults []Fault) {
	if ctx.Err() != nil {
		return
	}
	s := m.State()
	s.Up, s.Why, s.Faults = false, why, faults
	m.publish(s, time.Now())
}

// drop forgets databases that are gone, and what was seen of others than are watched.
func (m *Monitor) drop(names []string) {
	for name := range m.databases {
		if !slices.Contains(names, name) {
			delete(m.databases, name)
		}
	}
	for name := range m.waiting {
		if !slices.Contains(names, name) {
			delete(m.waiting, name)
		}
	}
}

// pollDatabase reads one database, tells what its counters did, and compares.
func (m *Monitor) pollDatabase(ctx context.Context, name string, s *State) error {
	now, err := m.readSnapshot(ctx, name, min(maxTables, maxServerTables-s.Tables))
	if err != nil {
		return err
	}
	if m.o.Settle != nil {
		m.o.Settle()
	}
	m.seen.take(m.waiting) // after the counters: a session tells as soon as the server does
	seen := m.waiting[name]
	delete(m.waiting, name)
	s.Databases++
	s.Tables += len(now.tables)
	s.LeftOut.Tables += now.left
	s.Standby = now.epoch.Standby

	d := m.databases[name]
	if d == nil {
		d = &database{ledger: newLedger(m.o.Interval)}
		m.databases[name] = d
	}
	before := d.before
	if before != nil {
		if why := before.epoch.why(now.epoch); why != "" {
			s.Anew, s.AnewWhy, before = now.at, why, nil
		}
	}
	d.before = now
	moved := moves(before, now)
	m.tell(name, now.at, moved)
	if m.o.Behind == nil {
		return nil
	}
	for _, b := range d.ledger.turn(now.at, moved, seen) {
		b.Host, b.Database = m.o.Host, name
		m.o.Behind(b)
	}
	return nil
}

func (m *Monitor) tell(database string, at time.Time, moved []movement) {
	if m.o.Tell == nil {
		return
	}
	for _, one := range moved {
		m.o.Tell(Sample{
			At: at, Since: one.since, Host: m.o.Host, Database: database, Table: one.table,
			Rows: one.rows, Inserted: one.inserted, Updated: one.updated, Deleted: one.deleted,
		})
	}
}
