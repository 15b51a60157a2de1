package alert

import (
	"context"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// Store is where the desk keeps alerts, what people said that stands, and what was
// counted and learned. Every change is on disk when the method returns without an
// error; after an error it may or may not be. All methods may be called from any
// goroutine.
type Store interface {
	volume.Store

	// VolumeNames are the names saved that begin with prefix, sorted.
	VolumeNames(ctx context.Context, prefix string) ([]string, error)

	// ForgetVolume forgets what was saved under a name; nothing there is no error.
	ForgetVolume(ctx context.Context, name string) error

	// PutAlerts keeps alerts, each in place of the one of its id, all or none.
	PutAlerts(ctx context.Context, list []Kept) error

	// PutAnswer keeps an alert and, in place of what stood, what people said that
	// stands now: both or none.
	PutAnswer(ctx context.Context, k Kept, stands []Standing) error

	// PutStanding keeps what people said that stands, in place of what stood.
	PutStanding(ctx context.Context, stands []Standing) error

	// Standing is what people said that stands.
	Standing(ctx context.Context) ([]Standing, error)

	// LoadAlert finds an alert; ErrUnknownID when there is none.
	LoadAlert(ctx context.Context, id string) (Kept, error)

	// LoadAlerts is the alerts that are or are not Kept.Live, the newest first, limit
	// at most.
	LoadAlerts(ctx context.Context, live bool, limit int) ([]Kept, error)
}

// Kept is an alert with what only the desk needs of it.
type Kept struct {
	Alert

	// Watched is the id by which package volume follows it; 0 where it does not, or
	// not any more.
	Watched uint64

	// First is the reason with which it was raised.
	First string

	// Told is Alert.Deleted when it was told last, where the desk itself counts.
	Told int64
}

// Live is true for an alert that lasts, or whose brake is on.
func (k *Kept) Live() bool { return k.Lasts() || k.Braked() }

// Standing is what somebody said about a place and an actor that counts from then on.
// Either Until or Job is set.
type Standing struct {
	Host, Database, Table string
	Actor                 volume.Actor // the zero value is everybody; without a user, what bypasses holdfast

	Until time.Time        // nobody is told until then
	Job   *volume.Expected `json:",omitempty"` // a job that was declared by an answer

	Alert, By string // of which alert, and who
	At        time.Time
}
