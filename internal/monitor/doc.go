// Package monitor asks a server how much was deleted, and finds what no session of
// holdfast deleted.
//
// PostgreSQL counts the rows that were inserted, updated and deleted in each table
// (https://www.postgresql.org/docs/current/monitoring-stats.html, pg_stat_all_tables),
// whoever did it. A Monitor reads these counters of every database of one server at an
// interval, tells what they rose by as a Sample of each table, and holds the deletes
// against those that sessions of holdfast are known to have run: what is left was
// deleted behind its back, a Behind.
//
// # Usage
//
//	m, err := monitor.New(monitor.Options{Host: "shop-prod", URL: url, Tell: tell, Behind: behind})
//	... Count is handed each event.Tally, of a tally.Queue for example ...
//	m.Run(ctx) // until ctx ends
//
// Tell and Behind are called by Run's goroutine, one at a time: what they block, blocks
// the monitor alone. A server that cannot be reached, or that refuses, ends nothing: it
// is logged once, stands in State, and is tried again.
//
// # What is compared with what
//
// ledger.go has the comparison, which does no I/O. The server's counters come late:
// sessions report at most each second, idle ones after ten and busy ones after sixty
// (PGSTAT_MIN_INTERVAL and the constants beside it in pgstat.c). What a session of
// holdfast deleted is therefore kept for some minutes as a credit that counters may still
// use up; what a counter rises by beyond all credits stays in doubt until the next sample,
// as the session may tell of it a moment later, and is then told.
//
// The counters have rows whose deletion was rolled back, holdfast's sessions tell of those
// as undone; of statements that failed half way they do not, and for these the counted
// live rows, which committed deletes alone bring down, bound what may have been deleted.
//
// # What it cannot tell apart
//
// A session's tags do not say what functions, triggers, rules, WITH (DELETE ...) and a
// MERGE that does several things deleted. Until that is counted before the commit, such
// rows are taken for deleted behind holdfast's back. Cascades of foreign keys and rules are
// told apart by the catalog (Behind.Cascade), views and parents by which rows can be
// deleted are known, triggers are named as a hint. TRUNCATE and DROP
// are in no counter.
//
// # Rights
//
// Its user needs LOGIN, and CONNECT on each database; counters and catalogs are readable
// by everybody, so neither pg_monitor nor pg_read_all_stats nor any SELECT.
//
// # Concurrency
//
// Count and State may be called from any goroutine; Run once.
package monitor
