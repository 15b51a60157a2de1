package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	sqlite "github.com/mattn/go-sqlite3"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// open and its complement are the states of hold.State.Open.
const open = `state IN ('pending', 'approved', 'granted', 'released')`

// Insert implements hold.Store.
func (s *Store) Insert(ctx context.Context, h hold.Hold) error {
	if err := s.present(); err != nil {
		return err
	}
	values, err := row(h)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `INSERT INTO holds (`+columns+`, recorded) VALUES (`+marks+`, 0)`, values...)
	var fault sqlite.Error
	if errors.As(err, &fault) && fault.ExtendedCode == sqlite.ErrConstraintPrimaryKey {
		return hold.ErrDuplicateID
	}
	if err != nil {
		return fmt.Errorf("inserting hold %s: %w", h.ID, err)
	}
	if s.inserts.Add(1)%pruneEvery == 0 {
		_ = s.prune(ctx) // the hold is stored; what is too old goes with a later one
	}
	return nil
}

// Swap implements hold.Store.
func (s *Store) Swap(ctx context.Context, before, after hold.Hold) (bool, error) {
	if before.ID != after.ID {
		return false, fmt.Errorf("swapping hold %s: the other one is %s", before.ID, after.ID)
	}
	if err := s.present(); err != nil {
		return false, err
	}
	values, err := row(after)
	if err != nil {
		return false, err
	}
	result, err := s.db.ExecContext(ctx,
		`UPDATE holds SET (`+columns+`, recorded) = (`+marks+`, 0) WHERE id = ? AND state = ? AND approved = ? AND coalesce(json_array_length(answer, '$.Spent'), 0) = ?`,
		append(values, before.ID, string(before.State), len(before.Approvals), len(before.Spent))...)
	if err != nil {
		return false, fmt.Errorf("swapping hold %s: %w", before.ID, err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// Recorded implements hold.Store.
func (s *Store) Recorded(ctx context.Context, id string, state hold.State) error {
	_, err := s.db.ExecContext(ctx, `UPDATE holds SET recorded = 1 WHERE id = ? AND state = ?`, id, string(state))
	if err != nil {
		return fmt.Errorf("marking hold %s: %w", id, err)
	}
	return nil
}

// Load implements hold.Store.
func (s *Store) Load(ctx context.Context, id string) (hold.Hold, error) {
	h, err := scan(s.db.QueryRowContext(ctx, `SELECT `+columns+` FROM holds WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return hold.Hold{}, hold.ErrUnknownID
	}
	if err != nil {
		return hold.Hold{}, fmt.Errorf("loading a hold: %w", err)
	}
	return h, nil
}

// Open implements hold.Store.
func (s *Store) Open(ctx context.Context) ([]hold.Hold, error) {
	return s.list(ctx, `WHERE `+open+` ORDER BY expires, id`)
}

// Ended implements hold.Store.
func (s *Store) Ended(ctx context.Context, limit int) ([]hold.Hold, error) {
	return s.list(ctx, `WHERE NOT `+open+` ORDER BY asked DESC, id LIMIT ?`, limit)
}

// Bound implements hold.Store. What is pending or granted is few, and found by the
// index on the state.
func (s *Store) Bound(ctx context.Context, binding string) ([]hold.Hold, error) {
	return s.list(ctx, `WHERE state IN ('pending', 'granted') AND json_extract(request, '$.Binding') = ? ORDER BY asked, id`, binding)
}

// Listing implements hold.Store. What is granted is few, and found by the index on the
// state.
func (s *Store) Listing(ctx context.Context, item string) ([]hold.Hold, error) {
	return s.list(ctx, `WHERE state = 'granted' AND EXISTS (SELECT 1 FROM json_each(holds.request, '$.Items') AS i WHERE i.value ->> '$.Key' = ?) ORDER BY asked, id`, item)
}

// Under implements hold.Store. It reads every hold that is kept; there are few, and it is
// asked when a person looks.
func (s *Store) Under(ctx context.Context, id string) ([]hold.Hold, error) {
	return s.list(ctx, `WHERE json_extract(answer, '$.Under') = ? ORDER BY asked, id`, id)
}

// Unrecorded implements hold.Store.
func (s *Store) Unrecorded(ctx context.Context) ([]hold.Hold, error) {
	return s.list(ctx, `WHERE recorded = 0 ORDER BY asked, id`)
}

func (s *Store) list(ctx context.Context, where string, args ...any) (holds []hold.Hold, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM holds `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("listing holds: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		h, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("listing holds: %w", err)
		}
		holds = append(holds, h)
	}
	return holds, rows.Err()
}

// prune forgets what ended long ago, and of the rest all but the newest. A hold
// that the audit may not have stays.
func (s *Store) prune(ctx context.Context) error {
	old := time.Now().Add(-RetainFor).UnixMicro()
	_, err := s.db.ExecContext(ctx, `DELETE FROM holds WHERE recorded = 1 AND NOT `+open+` AND (asked < ? OR asked < (
		SELECT asked FROM holds WHERE NOT `+open+` ORDER BY asked DESC LIMIT 1 OFFSET ?))`, old, RetainCount-1)
	if err != nil {
		return fmt.Errorf("forgetting old holds: %w", err)
	}
	return nil
}

var marks = strings.TrimSuffix(strings.Repeat("?, ", strings.Count(columns, ",")+1), ", ")
