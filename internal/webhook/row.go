package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
)

// row is what was sent of one hold, as it is kept on disk.
type row struct {
	Sent     string    `json:"sent"`     // what of the hold the receiver knows: state and approvals
	Delivery int       `json:"delivery"` // number of the next request
	Done     bool      `json:"done,omitempty"`
	At       time.Time `json:"at"` // when it was asked
}

// over says that the end was sent, long ago.
func (r row) over() bool { return outbox.Over(r.Done, r.At) }

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

func (h *Hook) keep(ctx context.Context, id string, r row) error {
	h.mu.Lock()
	h.rows[id] = r
	var old []string
	if len(h.rows) > outbox.MaxKept {
		for id, r := range h.rows {
			if r.over() {
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
