package hold

import (
	"context"
	"errors"
	"time"
)

// gate is a lock that is held over writes to the disk, which may take seconds.
// Unlike a sync.Mutex it lets in those who wait in the order in which they came,
// so that of two answers the first one counts, and testing/synctest knows who
// waits for it. Make it with room for one; the zero value locks for ever.
type gate chan struct{}

// Lock waits until nobody else is inside.
func (g gate) Lock() { g <- struct{}{} }

// LockSoon waits until nobody else is inside, ctx ends, or diskWait is over: a session
// that queues behind others on a disk that does not answer has waited long enough. It
// is nil when the lock is held.
func (g gate) LockSoon(ctx context.Context) error {
	timeout := time.NewTimer(diskWait)
	defer timeout.Stop()
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timeout.C:
		return errors.New("others wait for the disk already")
	}
}

// Unlock lets the next one in.
func (g gate) Unlock() { <-g }
