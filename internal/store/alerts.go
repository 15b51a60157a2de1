package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// alertsSchema came after version 1 and does not change it, as messagesSchema.
const alertsSchema = `
CREATE TABLE IF NOT EXISTS alerts (
	id     TEXT PRIMARY KEY,
	live   INTEGER NOT NULL, -- 1 while it lasts or its brake is on
	raised INTEGER NOT NULL, -- microseconds since 1970
	alert  TEXT NOT NULL     -- JSON of alert.Kept
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alerts_by_raised ON alerts (live, raised);
CREATE TABLE IF NOT EXISTS standing (
	place INTEGER PRIMARY KEY, -- in the list
	said  TEXT NOT NULL        -- JSON of alert.Standing
) STRICT;
CREATE TABLE IF NOT EXISTS volume (
	name     TEXT PRIMARY KEY,
	saved    INTEGER NOT NULL, -- microseconds since 1970
	snapshot BLOB NOT NULL
) STRICT;
`

var _ alert.Store = (*Store)(nil)

// PutAlerts implements alert.Store.
func (s *Store) PutAlerts(ctx context.Context, list []alert.Kept) error {
	return s.change(ctx, "keeping alerts", func(tx *sql.Tx) error {
		for _, k := range list {
			if err := putAlert(ctx, tx, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutAnswer implements alert.Store.
func (s *Store) PutAnswer(ctx context.Context, k alert.Kept, stands []alert.Standing) error {
	return s.change(ctx, "keeping an answer", func(tx *sql.Tx) error {
		if err := putAlert(ctx, tx, k); err != nil {
			return err
		}
		return putStanding(ctx, tx, stands)
	})
}

// PutStanding implements alert.Store.
func (s *Store) PutStanding(ctx context.Context, stands []alert.Standing) error {
	return s.change(ctx, "keeping what people said about alerts", func(tx *sql.Tx) error { return putStanding(ctx, tx, stands) })
}

func putStanding(ctx context.Context, tx *sql.Tx, stands []alert.Standing) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM standing`); err != nil {
		return err
	}
	for i, stand := range stands {
		text, err := json.Marshal(stand)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO standing VALUES (?, ?)`, i, string(text)); err != nil {
			return err
		}
	}
	return nil
}

// change runs f in a transaction.
func (s *Store) change(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	if err := s.present(); err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	if err := f(tx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// putAlert keeps one alert, and with one that is over forgets those that are over for
// long, but for those whose answers stand.
func putAlert(ctx context.Context, tx *sql.Tx, k alert.Kept) error {
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO alerts VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET live = excluded.live, raised = excluded.raised, alert = excluded.alert`,
		k.ID, k.Live(), stamp(k.Raised), string(text))
	if err != nil || k.Live() {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM alerts WHERE live = 0 AND id NOT IN (SELECT json_extract(said, '$.Alert') FROM standing) AND (raised < ? OR raised < (
		SELECT raised FROM alerts WHERE live = 0 ORDER BY raised DESC LIMIT 1 OFFSET ?))`,
		time.Now().Add(-RetainFor).UnixMicro(), RetainCount-1)
	return err
}

// Standing implements alert.Store.
func (s *Store) Standing(ctx context.Context) ([]alert.Standing, error) {
	return decoded[alert.Standing](ctx, s, "what people said about alerts", `SELECT said FROM standing ORDER BY place`)
}

// LoadAlert implements alert.Store.
func (s *Store) LoadAlert(ctx context.Context, id string) (alert.Kept, error) {
	list, err := decoded[alert.Kept](ctx, s, "an alert", `SELECT alert FROM alerts WHERE id = ?`, id)
	if err == nil && len(list) == 0 {
		return alert.Kept{}, alert.ErrUnknownID
	}
	if err != nil {
		return alert.Kept{}, err
	}
	return list[0], nil
}

// LoadAlerts implements alert.Store.
func (s *Store) LoadAlerts(ctx context.Context, live bool, limit int) ([]alert.Kept, error) {
	return decoded[alert.Kept](ctx, s, "alerts", `SELECT alert FROM alerts WHERE live = ? ORDER BY raised DESC, id LIMIT ?`, live, limit)
}

// decoded is the JSON values of a query's one column.
func decoded[T any](ctx context.Context, s *Store, what, query string, args ...any) (list []T, err error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text []byte
		var value T
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("reading %s: %w", what, err)
		}
		if err := json.Unmarshal(text, &value); err != nil {
			return nil, fmt.Errorf("reading %s: %w", what, err)
		}
		list = append(list, value)
	}
	return list, rows.Err()
}

// SaveVolume implements alert.Store.
func (s *Store) SaveVolume(ctx context.Context, name string, snapshot []byte) error {
	if err := s.present(); err != nil {
		return err
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO volume VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET saved = excluded.saved, snapshot = excluded.snapshot`, name, time.Now().UnixMicro(), snapshot)
	if err != nil {
		return fmt.Errorf("saving %s of the counts: %w", name, err)
	}
	return nil
}

// LoadVolume implements alert.Store.
func (s *Store) LoadVolume(ctx context.Context, name string) (snapshot []byte, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT snapshot FROM volume WHERE name = ?`, name).Scan(&snapshot)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("loading %s of the counts: %w", name, err)
	}
	return snapshot, nil
}

// VolumeNames implements alert.Store.
func (s *Store) VolumeNames(ctx context.Context, prefix string) (names []string, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name FROM volume ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("listing the counts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("listing the counts: %w", err)
		}
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names, rows.Err()
}

// ForgetVolume implements alert.Store.
func (s *Store) ForgetVolume(ctx context.Context, name string) error {
	if _, err := s.db.ExecContext(ctx, `DELETE FROM volume WHERE name = ?`, name); err != nil {
		return fmt.Errorf("forgetting %s of the counts: %w", name, err)
	}
	return nil
}
