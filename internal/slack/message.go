package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/outbox"
)

// message is what is known of the message of one hold, as it is kept on disk.
type message struct {
	Hold    string `json:"hold"`              // its id; of an alert alertKey and its id
	Channel string `json:"channel,omitempty"` // id, once it was posted
	TS      string `json:"ts,omitempty"`      // what Slack calls the message by; empty before
	Shown   string `json:"shown,omitempty"`   // digest of the view it shows
	Replies int    `json:"replies,omitempty"` // of the thread that are there

	// Tried is when a post began whose answer is not known, of the message or of
	// the next reply; zero when there is none.
	Tried time.Time `json:"tried,omitzero"`

	// Copies are messages that were posted twice because an answer got lost.
	Copies []string `json:"copies,omitempty"`

	// Bare is true when Slack refused the blocks, so that only text is shown.
	Bare bool `json:"bare,omitempty"`

	// Stage is what the message of an alert says beside numbers, and Rows is how many were
	// deleted when it was written.
	Stage string `json:"stage,omitempty"`
	Rows  int64  `json:"rows,omitempty"`

	// Picture is Slack's id of the file that the message of an alert shows, which was
	// drawn when Drawn rows were deleted; PictureTries counts how often Slack refused the
	// message with it. With NoPicture it goes without.
	Picture      string `json:"picture,omitempty"`
	Drawn        int64  `json:"drawn,omitempty"`
	PictureTries int    `json:"picture_tries,omitempty"`
	NoPicture    bool   `json:"no_picture,omitempty"`

	// Done is true once the end of the hold is shown. At is when it was asked.
	Done bool      `json:"done,omitempty"`
	At   time.Time `json:"at"`
}

// maxCopies bounds how many are edited.
const maxCopies = 5

// over says that the message was shown its end, long ago.
func (m *message) over() bool { return outbox.Over(m.Done, m.At) }

// forgetOld forgets messages of holds that ended long ago.
func (a *App) forgetOld(ctx context.Context) error {
	a.mu.Lock()
	var old []string
	if len(a.rows) > outbox.MaxKept {
		for id, m := range a.rows {
			if m.over() {
				old = append(old, id)
			}
		}
	}
	a.mu.Unlock()
	for _, id := range old {
		if err := a.forget(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// row is a copy of what is known of a hold's message.
func (a *App) row(id string) (message, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	m, known := a.rows[id]
	if !known {
		return message{}, false
	}
	return *m, true
}

// keep remembers m, on disk. After an error it is remembered in this run alone.
func (a *App) keep(ctx context.Context, m message) error {
	a.mu.Lock()
	a.rows[m.Hold] = &m
	a.mu.Unlock()
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encoding the message of hold %s: %w", m.Hold, err)
	}
	return a.messages.Put(ctx, m.Hold, text)
}

// forget drops what is known of the message of a hold that nobody has any more.
func (a *App) forget(ctx context.Context, id string) error {
	a.mu.Lock()
	delete(a.rows, id)
	a.mu.Unlock()
	return a.messages.Delete(ctx, id)
}
