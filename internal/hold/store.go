package hold

import (
	"context"

	"github.com/holdfast-db/holdfast/internal/event"
)

// Store is where the desk keeps holds. Every change is on disk when the method
// returns without an error; after an error it may or may not be. All methods may
// be called from any goroutine.
type Store interface {
	// Insert adds a new hold; ErrDuplicateID when its id is taken.
	Insert(ctx context.Context, h Hold) error

	// Swap replaces before by after if the store still has it in before's state
	// and with as many approvals and spent items, and reports whether it did. It marks the hold
	// as not recorded.
	Swap(ctx context.Context, before, after Hold) (bool, error)

	// Recorded marks that the record has the hold's state s. It does nothing if
	// the hold has another state by now.
	Recorded(ctx context.Context, id string, s State) error

	// Load finds a hold; ErrUnknownID when there is none.
	Load(ctx context.Context, id string) (Hold, error)

	// Open is every hold in a state that State.Open names, soonest expiry first.
	Open(ctx context.Context) ([]Hold, error)

	// Ended is the newest of all others, newest first, limit at most.
	Ended(ctx context.Context, limit int) ([]Hold, error)

	// Bound is every hold that is pending or granted and has that binding, oldest
	// first.
	Bound(ctx context.Context, binding string) ([]Hold, error)

	// Under is every hold that went on under the approval of the one with that id,
	// oldest first.
	Under(ctx context.Context, id string) ([]Hold, error)

	// Listing is every hold that is granted and lists an item with that key, oldest
	// first.
	Listing(ctx context.Context, item string) ([]Hold, error)

	// Unrecorded is every hold whose state may be missing in the record.
	Unrecorded(ctx context.Context) ([]Hold, error)
}

// Record is the append-only record of what happened.
type Record interface {
	// Write returns once e is on disk. After an error e may or may not be.
	Write(ctx context.Context, e event.Event) error
}
