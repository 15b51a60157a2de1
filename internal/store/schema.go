package store

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	// schemaVersion is what this version of holdfast writes.
	schemaVersion = 1

	// applicationID marks a file as holdfast's, "hold" in ASCII;
	// https://www.sqlite.org/pragma.html#pragma_application_id.
	applicationID = 0x686f6c64
)

// schema of version 1. Times are microseconds since 1970 in UTC, 0 where there
// is none. What lists, locks and swaps need are columns; the rest of a hold is
// JSON.
const schema = `
CREATE TABLE holds (
	id        TEXT PRIMARY KEY,
	state     TEXT NOT NULL,
	approved  INTEGER NOT NULL, -- how many approvals it has
	recorded  INTEGER NOT NULL, -- 1 when the audit surely has this state
	asked     INTEGER NOT NULL,
	expires   INTEGER NOT NULL,
	decided   INTEGER NOT NULL,
	released  INTEGER NOT NULL,
	ended     INTEGER NOT NULL,
	request   TEXT NOT NULL,    -- hold.Request
	answer    TEXT NOT NULL     -- who decided, approvals, result
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_by_state ON holds (state, expires);
CREATE INDEX holds_by_asked ON holds (asked);
CREATE INDEX holds_unrecorded ON holds (asked) WHERE recorded = 0;
`

// migrate makes the schema in a new file and checks it in an old one.
func (s *Store) migrate(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	var version, application, tables int
	for pragma, to := range map[string]*int{
		"PRAGMA user_version":                &version,
		"PRAGMA application_id":              &application,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := tx.QueryRowContext(ctx, pragma).Scan(to); err != nil {
			return err
		}
	}
	switch {
	case version == 0 && application == 0 && tables == 0:
		if err := create(ctx, tx); err != nil {
			return err
		}
	case application != applicationID:
		return fmt.Errorf("it is the database of another program (application_id %#x, %d tables)", application, tables)
	case version > schemaVersion:
		return fmt.Errorf("it was written by a newer holdfast (schema %d, this one knows %d); start that one", version, schemaVersion)
	case version != schemaVersion:
		return fmt.Errorf("its schema %d is not known", version)
	}
	if _, err := tx.ExecContext(ctx, messagesSchema+alertsSchema); err != nil {
		return fmt.Errorf("adding a table: %w", err)
	}
	return tx.Commit()
}

func create(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d;", schemaVersion, applicationID))
	if err != nil {
		return fmt.Errorf("making the schema: %w", err)
	}
	return nil
}
