package proxy

import (
	"context"
	"sync"
	"time"
)

// inBackground runs f in a goroutine of its own until stop, which waits for its end.
func inBackground(f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { f(ctx) })
	return func() {
		cancel()
		ended.Wait()
	}
}

// every calls f every so often until ctx ends, the first time after one interval.
func every(ctx context.Context, interval time.Duration, f func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f()
		}
	}
}
