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

// gateWait bounds how long a session queues behind people who answer the same
// statement on a disk that is slow. A crowd of them fits in; who has waited longer gets
// its answer, which is that the disk is as good as gone.
const gateWait = time.Minute

// LockSoon waits until nobody else is inside, ctx ends, or gateWait is over. It is nil
// when the lock is held.
func (g gate) LockSoon(ctx context.Context) error {
	timeout := time.NewTimer(gateWait)
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
