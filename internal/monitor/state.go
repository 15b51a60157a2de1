package monitor

import (
	"slices"
	"strings"
	"time"
)

// State is how a monitor is. Its zero value has not read anything yet.
type State struct {
	Up    bool      // the last try read the counters of at least one database
	Since time.Time // when Up became what it is; zero before the first try
	Why   string    // why not, without a password

	At        time.Time // when counters were last read
	Databases int       // read then
	Tables    int
	Standby   bool // the server is one: it counts no writes, so nothing is compared

	// Faults are the databases that could not be read, by name.
	Faults []Fault

	// LeftOut says how many databases and tables are too many to be watched.
	LeftOut struct{ Databases, Tables int }

	// Anew is when counters last started anew, so that for one interval nothing was
	// compared; AnewWhy is why. Zero is never.
	Anew    time.Time
	AnewWhy string
}

// Fault is a database that could not be read.
type Fault struct{ Database, Why string }

// State is how the monitor is now. The slices in it are not changed any more.
func (m *Monitor) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

// publish makes s the state, and logs what changed.
func (m *Monitor) publish(s State, now time.Time) {
	m.mu.Lock()
	old := m.state
	s.Since = old.Since
	if s.Up != old.Up || old.Since.IsZero() {
		s.Since = now
	}
	m.state = s
	m.mu.Unlock()

	switch log := m.o.Log.With().Str("host", m.o.Host).Logger(); {
	case !s.Up && s.Why != old.Why:
		log.Warn().Str("why", s.Why).Msg("the monitor cannot read the server's counters: what is deleted behind holdfast is not seen until it can")
	case s.Up && !old.Up:
		log.Info().Int("databases", s.Databases).Int("tables", s.Tables).Msg("the monitor reads the server's counters")
	}
	if s.Up {
		m.logFaults(old, s)
	}
	if !s.Anew.Equal(old.Anew) {
		m.o.Log.Info().Str("host", m.o.Host).Str("why", s.AnewWhy).Msg("the server's counters started anew: what was deleted behind holdfast since the last sample is not known")
	}
}

func (m *Monitor) logFaults(old, s State) {
	for _, f := range s.Faults {
		if !slices.Contains(old.Faults, f) {
			m.o.Log.Warn().Str("host", m.o.Host).Str("database", f.Database).Str("why", f.Why).Msg("the monitor cannot read the counters of a database")
		}
	}
}

// whyOf is an error in one line: pgx has one for each address and each way of TLS that
// it tried, many of them the same.
func whyOf(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

// sortFaults puts them in the order of their names.
func sortFaults(list []Fault) {
	slices.SortFunc(list, func(a, b Fault) int { return strings.Compare(a.Database, b.Database) })
}
