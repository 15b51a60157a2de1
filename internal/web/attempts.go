package web

import (
	"sync"
	"time"
)

const (
	// freeAttempts is how many wrong passwords in a row cost nothing, and attemptEvery
	// how often another may follow: 1,440 guesses a day find no password of ours.
	freeAttempts = 10
	attemptEvery = time.Minute

	// maxAttempts bounds the names that are remembered, those of nobody included: they
	// are answered alike. Above it all others share one.
	maxAttempts = 1000

	// maxHashing is how many passwords are hashed at a time: each takes a core and 19
	// MiB, which sessions of the database need as well.
	maxHashing = 2
)

// attempts counts wrong passwords by name. Whoever guesses for somebody keeps that
// person from signing in by password, not by link.
type attempts struct {
	mu     sync.Mutex
	failed map[string]*failures
}

type failures struct {
	count int
	last  time.Time
}

func newAttempts() *attempts { return &attempts{failed: map[string]*failures{}} }

// may says whether a password may be tried for a name, and counts it as wrong until
// succeeded says otherwise: of many at a time none goes free.
func (a *attempts) may(name string) bool {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.failed[name]
	if f == nil {
		if len(a.failed) >= maxAttempts {
			a.forgetLocked(now)
		}
		if len(a.failed) >= maxAttempts {
			name = ""
		}
		if f = a.failed[name]; f == nil {
			f = &failures{}
			a.failed[name] = f
		}
	}
	if f.count >= freeAttempts && now.Sub(f.last) < attemptEvery {
		return false
	}
	f.count, f.last = f.count+1, now
	return true
}

func (a *attempts) succeeded(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.failed, name)
}

// forgetLocked forgets those of whom the last attempt is long over.
func (a *attempts) forgetLocked(now time.Time) {
	for name, f := range a.failed {
		if now.Sub(f.last) > freeAttempts*attemptEvery {
			delete(a.failed, name)
		}
	}
}
