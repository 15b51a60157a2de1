package store

import (
	"context"
	"fmt"
)

// messagesSchema came after version 1 and does not change it: an older holdfast
// opens the file as before and does not look at this table.
const messagesSchema = `
CREATE TABLE IF NOT EXISTS messages (
	channel  TEXT NOT NULL, -- who asks there: slack, webhook
	hold     TEXT NOT NULL,
	message  TEXT NOT NULL, -- JSON, of the package that asks there
	PRIMARY KEY (channel, hold)
) STRICT, WITHOUT ROWID;
`

// Messages is what was sent about holds by one channel: one text for each hold.
// All methods may be called from any goroutine.
type Messages struct {
	store   *Store
	channel string
}

// Messages is what the channel of that name keeps.
func (s *Store) Messages(channel string) *Messages { return &Messages{s, channel} }

// Put keeps the message of a hold, in place of the one it had. It is on disk when
// Put returns without an error.
func (m *Messages) Put(ctx context.Context, hold string, message []byte) error {
	if err := m.store.present(); err != nil {
		return err
	}
	_, err := m.store.db.ExecContext(ctx, `INSERT INTO messages VALUES (?, ?, ?)
		ON CONFLICT (channel, hold) DO UPDATE SET message = excluded.message`, m.channel, hold, string(message))
	if err != nil {
		return fmt.Errorf("keeping the message of hold %s: %w", hold, err)
	}
	return nil
}

// Delete forgets the message of a hold; without one it does nothing.
func (m *Messages) Delete(ctx context.Context, hold string) error {
	_, err := m.store.db.ExecContext(ctx, `DELETE FROM messages WHERE channel = ? AND hold = ?`, m.channel, hold)
	if err != nil {
		return fmt.Errorf("forgetting the message of hold %s: %w", hold, err)
	}
	return nil
}

// All is every message, by the id of its hold.
func (m *Messages) All(ctx context.Context) (map[string][]byte, error) {
	rows, err := m.store.db.QueryContext(ctx, `SELECT hold, message FROM messages WHERE channel = ?`, m.channel)
	if err != nil {
		return nil, fmt.Errorf("reading messages: %w", err)
	}
	defer rows.Close()
	all := map[string][]byte{}
	for rows.Next() {
		var hold string
		var message []byte
		if err := rows.Scan(&hold, &message); err != nil {
			return nil, fmt.Errorf("reading messages: %w", err)
		}
		all[hold] = message
	}
	return all, rows.Err()
}
