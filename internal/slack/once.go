package slack

import (
	"sync"
	"time"
)

const (
	// seenFor is how long a click is remembered. Slack delivers again what was not
	// acknowledged, within minutes.
	seenFor = time.Hour

	// maxSeen bounds how many are remembered; the oldest go first. Thousands of
	// clicks an hour are no people's.
	maxSeen = 8192
)

// once remembers what has come already. Its methods may be called from any
// goroutine.
type once struct {
	keep time.Duration

	mu    sync.Mutex
	times map[string]time.Time
	order []string
}

func newOnce(keep time.Duration) *once {
	return &once{keep: keep, times: map[string]time.Time{}}
}

// first is true for a key that did not come before. The empty key never did.
func (o *once) first(key string) bool {
	if key == "" {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	for len(o.order) > 0 && (len(o.order) >= maxSeen || now.Sub(o.times[o.order[0]]) > o.keep) {
		delete(o.times, o.order[0])
		o.order = o.order[1:]
	}
	if _, came := o.times[key]; came {
		return false
	}
	o.times[key] = now
	o.order = append(o.order, key)
	return true
}
