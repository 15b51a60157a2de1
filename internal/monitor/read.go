package monitor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-db/holdfast/rules"
)

// The timeline is that of the log being written: the control file has it only once the
// first checkpoint after a promotion is over.
const epochText = `
SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()), CASE WHEN pg_catalog.pg_is_in_recovery() THEN ''
    ELSE pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) END,
  pg_catalog.pg_postmaster_start_time(), pg_catalog.pg_stat_get_db_stat_reset_time(d.oid), pg_catalog.pg_is_in_recovery(),
  pg_catalog.current_setting('track_counts') = 'on'
FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`

// The functions behind pg_stat_all_tables are called for tables of people alone; the
// view would join and group the indexes as well. Bits 8 and 16 of tgtype are DELETE and
// UPDATE (pg_trigger.h).
const countersText = `
SELECT c.oid, coalesce(r.oid, c.oid), n.nspname::text, c.relname::text, coalesce(rn.nspname, n.nspname)::text, coalesce(r.relname, c.relname)::text,
  pg_catalog.pg_stat_get_tuples_inserted(c.oid), pg_catalog.pg_stat_get_tuples_updated(c.oid), pg_catalog.pg_stat_get_tuples_deleted(c.oid),
  pg_catalog.pg_stat_get_live_tuples(c.oid), c.reltuples::int8,
  pg_catalog.pg_stat_get_vacuum_count(c.oid) + pg_catalog.pg_stat_get_autovacuum_count(c.oid)
    + pg_catalog.pg_stat_get_analyze_count(c.oid) + pg_catalog.pg_stat_get_autoanalyze_count(c.oid),
  c.relhastriggers AND EXISTS (SELECT FROM pg_catalog.pg_trigger t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 24 <> 0)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class r ON c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.oid LIMIT $1::int8`

const tablesText = `
SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`

const cascadesText = `
SELECT DISTINCT coalesce(pg_catalog.pg_partition_root(conrelid)::oid, conrelid), coalesce(pg_catalog.pg_partition_root(confrelid)::oid, confrelid)
FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confdeltype = 'c' LIMIT $1::int8`

// Views, and tables with rules, depend on the relations that these name (manual,
// "pg_depend"); a child of a table loses rows to a DELETE of its parent.
const throughText = `
SELECT e.of, e.by, n.nspname::text, c.relname::text, e.rule AND c.relkind <> 'v' FROM (
  SELECT d.refobjid AS of, r.ev_class AS by, true AS rule FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
  WHERE d.classid = 2618 AND d.refclassid = 1259 AND d.refobjid >= 16384 AND r.ev_class <> d.refobjid
  UNION SELECT i.inhrelid, i.inhparent, false FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class k ON k.oid = i.inhrelid
  WHERE k.relkind = 'r' AND NOT k.relispartition) e
JOIN pg_catalog.pg_class c ON c.oid = e.by JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v') LIMIT $1::int8`

// The databases that can be watched. has_database_privilege is true of a superuser.
const databasesText = `
SELECT datname::text, count(*) OVER () FROM pg_catalog.pg_database
WHERE datallowconn AND NOT datistemplate AND pg_catalog.has_database_privilege(oid, 'CONNECT') ORDER BY datname LIMIT $1::int8`

// dial opens a connection to one database; "" is that of the URL.
func (m *Monitor) dial(ctx context.Context, name string) (*pgx.Conn, error) {
	config := m.config.Copy()
	if name != "" {
		config.Database = name
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	return conn, nil
}

// readDatabases are the names of the databases to watch, and how many are left out.
func (m *Monitor) readDatabases(ctx context.Context) (names []string, left int, err error) {
	if len(m.o.Databases) > 0 {
		n := min(len(m.o.Databases), maxDatabases)
		return m.o.Databases[:n], len(m.o.Databases) - n, nil
	}
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	conn, err := m.dial(ctx, "")
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, databasesText, maxDatabases)
	if err != nil {
		return nil, 0, fmt.Errorf("asking for the databases: %w", err)
	}
	var name string
	var all int
	if _, err = pgx.ForEachRow(rows, []any{&name, &all}, func() error {
		names = append(names, name)
		return nil
	}); err != nil {
		return nil, 0, fmt.Errorf("asking for the databases: %w", err)
	}
	if len(names) == 0 {
		return nil, 0, errors.New("its user may connect to no database")
	}
	return names, all - len(names), nil
}

// readSnapshot reads the counters of one database, of so many tables at most.
func (m *Monitor) readSnapshot(ctx context.Context, name string, most int) (*snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	conn, err := m.dial(ctx, name)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	s := &snapshot{}
	e, tracks := &s.epoch, false
	if err := conn.QueryRow(ctx, epochText).Scan(&e.System, &e.Timeline, &e.Started, &e.Reset, &e.Standby, &tracks); err != nil {
		return nil, fmt.Errorf("asking for the server's age: %w", err)
	}
	if !tracks {
		return nil, errors.New("track_counts is off, so the server counts nothing")
	}
	if e.Standby {
		s.at = time.Now()
		return s, nil
	}
	if err := s.readCascades(ctx, conn); err != nil {
		return nil, err
	}
	if err := s.readThrough(ctx, conn); err != nil {
		return nil, err
	}
	if err := s.readCounters(ctx, conn, most); err != nil {
		return nil, err
	}
	s.at = time.Now()
	return s, nil
}

func (s *snapshot) readCascades(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, cascadesText, maxCascades)
	if err != nil {
		return fmt.Errorf("asking for the foreign keys: %w", err)
	}
	s.cascades = map[uint32][]uint32{}
	var child, parent uint32
	if _, err := pgx.ForEachRow(rows, []any{&child, &parent}, func() error {
		s.cascades[child] = append(s.cascades[child], parent)
		return nil
	}); err != nil {
		return fmt.Errorf("asking for the foreign keys: %w", err)
	}
	return nil
}

func (s *snapshot) readThrough(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, throughText, maxThrough)
	if err != nil {
		return fmt.Errorf("asking for the views: %w", err)
	}
	s.through, s.called = map[uint32][]uint32{}, map[uint32]rules.Relation{}
	var of, by uint32
	var name rules.Relation
	var along bool
	if _, err := pgx.ForEachRow(rows, []any{&of, &by, &name.Schema, &name.Name, &along}, func() error {
		if along {
			s.cascades[of] = append(s.cascades[of], by)
			return nil
		}
		s.through[of] = append(s.through[of], by)
		s.called[by] = name
		return nil
	}); err != nil {
		return fmt.Errorf("asking for the views: %w", err)
	}
	return nil
}

func (s *snapshot) readCounters(ctx context.Context, conn *pgx.Conn, most int) error {
	rows, err := conn.Query(ctx, countersText, most)
	if err != nil {
		return fmt.Errorf("asking for the counters: %w", err)
	}
	var c counters
	into := []any{&c.OID, &c.Root, &c.Schema, &c.Name, &c.RootSchema, &c.RootName, &c.Inserted, &c.Updated, &c.Deleted, &c.Live, &c.Estimate, &c.Upkeep, &c.Triggers}
	if _, err := pgx.ForEachRow(rows, into, func() error {
		if c.Root == c.OID { // nearly all: their names are kept once
			c.RootSchema, c.RootName = c.Schema, c.Name
		}
		s.tables = append(s.tables, c)
		return nil
	}); err != nil {
		return fmt.Errorf("asking for the counters: %w", err)
	}
	if len(s.tables) < most {
		return nil
	}
	var all int
	if err := conn.QueryRow(ctx, tablesText).Scan(&all); err != nil {
		return fmt.Errorf("counting the tables: %w", err)
	}
	s.left = max(0, all-len(s.tables))
	return nil
}
