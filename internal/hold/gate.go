package hold

// gate is a lock that is held over writes to the disk, which may take seconds.
// Unlike a sync.Mutex it lets in those who wait in the order in which they came,
// so that of two answers the first one counts, and testing/synctest knows who
// waits for it. Make it with room for one; the zero value locks for ever.
type gate chan struct{}

// Lock waits until nobody else is inside.
func (g gate) Lock() { g <- struct{}{} }

// Unlock lets the next one in.
func (g gate) Unlock() { <-g }
