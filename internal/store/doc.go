// Package store keeps holds and alerts in SQLite, on one machine.
//
// Open takes the URL of the configuration (sqlite:///var/lib/holdfast/holdfast.db).
// The file is in WAL mode with synchronous=FULL: a method that returned without
// an error has its change on disk. Beside the file lies FILE.lock, which one
// holdfast at a time holds locked; SQLite's own locks stay those of every
// transaction, so that `sqlite3 -readonly FILE` can look.
//
// Holds that ended are kept for RetainFor, RetainCount at most; the audit has
// them for good.
//
// The schema is versioned by user_version. This package reads older versions
// (there are none yet) and refuses newer ones.
package store
