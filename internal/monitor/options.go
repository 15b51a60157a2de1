package monitor

import (
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
)

const (
	// DefaultInterval is how often counters are read where nobody says.
	DefaultInterval = time.Minute

	// MinInterval is the shortest interval: sessions report their counters after up to
	// ten seconds, so that more often shows nothing new and only costs the server.
	MinInterval = 10 * time.Second

	// MaxInterval is the longest: a sample that lies further back says too little of
	// when rows went.
	MaxInterval = time.Hour

	// maxDatabases and maxServerTables bound what is watched on one server, maxTables
	// what of it in one database; partitions count. 20,000 tables took 32 MB of memory
	// and 70 ms of a processor at each interval. Databases with the last names, and
	// tables with the highest oids, are left out, and State says how many.
	maxDatabases    = 100
	maxTables       = 20_000
	maxServerTables = 50_000

	// maxCascades bounds the foreign keys that are read of one database, maxThrough its
	// views, rules and parents of tables, each once for each relation that it names.
	maxCascades = 20_000
	maxThrough  = 20_000
)

// Options say what to watch. Host and URL are needed.
type Options struct {
	Host string // name of the host in the configuration

	// Doors are the hosts whose sessions reach the same server; empty is Host alone.
	// Tallies of others are not counted.
	Doors []string

	// URL is of the server, as pgx reads it, with libpq's variables and files; see
	// ParseURL.
	URL string

	// Password goes with it where it is not empty.
	Password string

	// Databases are the ones to watch; empty are all that the user may connect to,
	// asked for anew each time, templates aside.
	Databases []string

	// Interval is how often counters are read; 0 is DefaultInterval. It is at least
	// MinInterval and at most MaxInterval.
	Interval time.Duration

	// Tell is given each table at each interval, Behind what nobody is known to have
	// deleted; either may be nil, and without Behind nothing is compared. Both are
	// called by Run's goroutine.
	Tell   func(Sample)
	Behind func(Behind)

	// Settle is called after counters were read, before what was deleted is held against
	// them, so that Count has what waits to be handed in; nil where nothing waits. Run's
	// goroutine calls it.
	Settle func()

	Log zerolog.Logger
}

// Sample is how a table stands, and what its counters rose by. Counters have what was
// rolled back as well. Partitions are summed under their root.
type Sample struct {
	At    time.Time
	Since time.Time // the sample before; zero for the first of a table: no counts then

	Host, Database string
	Table          string // as in event.Rows

	Rows                       int64 // live rows as the server estimates them; 0 where it has no idea
	Inserted, Updated, Deleted int64 // since Since, never negative
}

// Behind is rows of one table that were deleted without any session of holdfast being
// known to have done it. Each row is told of once.
type Behind struct {
	At    time.Time
	Since time.Time // the sample before the first of them

	Host, Database string
	Table          string // as in event.Rows

	Deleted int64 // never less than the tolerance of ledger.go
	Rows    int64 // of the table, as in Sample

	// Cascade are tables that sessions of holdfast deleted from in that time and whose
	// deletes can take rows of this one along (ON DELETE CASCADE, or a rule). Where there is one, the
	// rows are explained, and nothing to warn of.
	Cascade []string

	// Triggers are tables with triggers on DELETE or UPDATE that sessions of holdfast
	// wrote to in that time: they may have deleted the rows. At most maxHints.
	Triggers []string
}

// New makes a Monitor that does nothing until Run.
func New(o Options) (*Monitor, error) {
	if o.Interval == 0 {
		o.Interval = DefaultInterval
	}
	if err := checkInterval(o.Interval); err != nil {
		return nil, err
	}
	if o.Host == "" {
		return nil, errors.New("a monitor has the name of its host")
	}
	config, err := ParseURL(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Password != "" {
		config.Password = o.Password
	}
	if len(o.Doors) == 0 {
		o.Doors = []string{o.Host}
	}
	m := &Monitor{o: o, config: config, databases: map[string]*database{}, waiting: map[string]map[string]sums{}}
	return m, nil
}

// Check says what is wrong with the URL and the interval of a monitor; an interval of 0
// is DefaultInterval.
func Check(url string, interval time.Duration) error {
	if _, err := ParseURL(url); err != nil {
		return err
	}
	if interval == 0 {
		return nil
	}
	return checkInterval(interval)
}

func checkInterval(d time.Duration) error {
	if d < MinInterval || d > MaxInterval {
		return fmt.Errorf("the interval of a monitor is %s; it is at least %s and at most %s", d, MinInterval, MaxInterval)
	}
	return nil
}
