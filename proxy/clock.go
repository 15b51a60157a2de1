package proxy

import (
	"context"
	"sync/atomic"
	"time"
)

// clockTick is how often a clock goes on: often enough for what people are shown in
// seconds, and four wakings a second cost nothing that can be measured.
const clockTick = 250 * time.Millisecond

// clock is a coarse clock for what is noted several times in each statement and shown to
// people: to read it is to read a number, where that of the machine costs a percent of
// all that a session does. The zero value stands still.
type clock struct {
	began time.Time // of the ticks; zero where it stands still
	ahead atomic.Int64
}

// now is a time a little ahead, as a duration since it began, for at.
func (c *clock) now() time.Duration { return time.Duration(c.ahead.Load()) }

// at is the time of a reading, at least from and at most now: what began then is never
// said to last for longer than it does.
func (c *clock) at(reading time.Duration, from, now time.Time) time.Time {
	t := c.began.Add(reading)
	if c.began.IsZero() || t.Before(from) {
		return from
	}
	if t.After(now) {
		return now
	}
	return t
}

// start begins to tick, until stop.
func (c *clock) start() (stop func()) {
	c.began = time.Now()
	c.ahead.Store(int64(2 * clockTick))
	return inBackground(func(ctx context.Context) {
		every(ctx, clockTick, func() { c.ahead.Store(int64(time.Since(c.began) + 2*clockTick)) })
	})
}
