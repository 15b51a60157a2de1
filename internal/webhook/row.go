package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// row is what was sent of one hold, as it is kept on disk.
type row struct {
	Sent     string    `json:"sent"`     // what of the hold the receiver knows: state and approvals
	Delivery int       `json:"delivery"` // number of the next request
	Done     bool      `json:"done,omitempty"`
	At       time.Time `json:"at"` // when it was asked
}

// rowsFor is how long an ended hold is remembered: a late event of it must not be
// sent once more.
const rowsFor = 7 * 24 * time.Hour

func readRows(ctx context.Context, from Messages) (map[string]row, error) {
	all, err := from.All(ctx)
	if err != nil {
		return nil, err
	}
	rows := map[string]row{}
	for id, text := range all {
		var r row
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, fmt.Errorf("reading what was sent of hold %q: %w", id, err)
		}
		if r.Done && time.Since(r.At) > rowsFor {
			if err := from.Delete(ctx, id); err != nil {
				return nil, err
			}
			continue
		}
		rows[id] = r
	}
	return rows, nil
}

func (h *Hook) row(id string) (row, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, known := h.rows[id]
	return r, known
}

func (h *Hook) known(id string) (known, shown bool) {
	r, known := h.row(id)
	return known, r.Sent != ""
}

// open are the holds whose end was not sent.
func (h *Hook) open() (ids []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, r := range h.rows {
		if !r.Done {
			ids = append(ids, id)
		}
	}
	return ids
}

// maxRows is how many holds are remembered before those that are long over are
// forgotten.
const maxRows = 4096

func (h *Hook) keep(ctx context.Context, id string, r row) error {
	h.mu.Lock()
	h.rows[id] = r
	var old []string
	if len(h.rows) > maxRows {
		for id, r := range h.rows {
			if r.Done && time.Since(r.At) > rowsFor {
				old = append(old, id)
				delete(h.rows, id)
			}
		}
	}
	h.mu.Unlock()
	for _, id := range old {
		if err := h.o.Messages.Delete(ctx, id); err != nil {
			return err
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encoding what was sent of hold %s: %w", id, err)
	}
	return h.o.Messages.Put(ctx, id, text)
}

// forget drops a hold that nobody has any more.
func (h *Hook) forget(ctx context.Context, id string) error {
	h.mu.Lock()
	delete(h.rows, id)
	h.mu.Unlock()
	if err := h.o.Messages.Delete(ctx, id); err != nil {
		return localError{err}
	}
	return nil
}

// stage is what the receiver is to know of a hold.
func stage(h hold.Hold) string { return fmt.Sprintf("%s %d", h.State, len(h.Approvals)) }

// over is true for a state that no session goes on from.
func over(s hold.State) bool { return s != hold.Pending && s != hold.Approved && s != hold.Released }
