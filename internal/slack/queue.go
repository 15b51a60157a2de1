package slack

import (
	"context"
	"errors"
	"time"

	slackgo "github.com/slack-go/slack"
)

// job is a hold whose message is to be looked at.
type job struct {
	due    time.Time
	tries  int  // failures in a row
	asked  bool // it was seen waiting: it gets a message even if it has none
	first  bool // nothing was posted yet, so people may wait for it
	change bool // it changed while it was worked on
}

// Changed says that a hold was asked or has changed; asked is true when it was asked.
// It never blocks.
func (a *App) Changed(id string, asked bool) {
	a.enqueue(id, asked)
	a.signal()
}

func (a *App) enqueue(id string, asked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	j := a.queue[id]
	if j == nil {
		m := a.rows[id]
		if m == nil && !asked {
			return // it was never shown, and is over
		}
		j = &job{first: m == nil || m.TS == ""}
		a.queue[id] = j
	}
	j.asked = j.asked || asked
	j.change = true
}

// Resync looks at every hold that waits and at every message that is not done: at
// the start, and whenever changes may have been missed.
func (a *App) Resync(ctx context.Context) {
	waiting, err := a.desk.List(ctx, false)
	if err != nil {
		a.log.Warn().Err(err).Msg("the holds that wait cannot be listed; new ones are shown, older ones when they change")
	}
	for _, h := range waiting {
		a.enqueue(h.ID, true)
	}
	a.mu.Lock()
	var open []string
	for id, m := range a.rows {
		if !m.Done {
			open = append(open, id)
		}
	}
	a.mu.Unlock()
	for _, id := range open {
		a.enqueue(id, false)
	}
	a.signal()
}

// signal wakes the poster.
func (a *App) signal() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// post is the goroutine that posts and edits, one after the other: Slack wants
// about one message a second in a channel.
func (a *App) post(ctx context.Context) {
	for {
		id, j, wait, over := a.next(time.Now())
		if over {
			return
		}
		if id != "" {
			a.settle(id, a.attempt(ctx, id, j))
			if ctx.Err() != nil {
				return
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-a.wake:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// idle is how long the poster sleeps when nothing is due.
const idle = time.Hour

// next is the job that is due, holds that nobody has seen yet before edits, or how
// long to wait for one. It is over when the App closes and nothing can be done now.
func (a *App) next(now time.Time) (id string, j job, wait time.Duration, over bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	wait = idle
	pause := a.paused.Sub(now)
	for i, candidate := range a.queue {
		due := max(candidate.due.Sub(now), pause)
		switch {
		case due > 0:
			wait = min(wait, due)
		case id == "" || candidate.first && !a.queue[id].first ||
			candidate.first == a.queue[id].first && candidate.due.Before(a.queue[id].due):
			id = i
		}
	}
	if id != "" {
		a.queue[id].change = false
		return id, *a.queue[id], 0, false
	}
	return "", job{}, wait, a.closing
}

// attempt shows one hold, whatever its text does to this package.
func (a *App) attempt(ctx context.Context, id string, j job) (err error) {
	err = local(errors.New("a fault of holdfast while showing it"))
	defer a.guard("showing hold " + id)
	return a.show(ctx, id, j.asked)
}

// settle decides when a hold is looked at again.
func (a *App) settle(id string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	j := a.queue[id]
	if err == nil {
		a.failures = 0
		if !j.change {
			delete(a.queue, id)
			return
		}
		*j = job{asked: j.asked, change: true}
		return
	}
	j.tries++
	wait := a.waitLocked(j, err)
	j.due = time.Now().Add(wait)
	if j.tries == 1 || j.tries%logEvery == 0 {
		a.log.Warn().Str("hold", id).Dur("again_in", wait).Str("error", explained(err)).
			Msg("a hold could not be shown in Slack; it can be answered by the other doors")
	}
}

// waitLocked is how long to wait after a failure. Where Slack asks for it, or cannot be
// reached at all, every other hold waits too.
func (a *App) waitLocked(j *job, err error) time.Duration {
	limited := (*slackgo.RateLimitedError)(nil)
	wait := a.backoff(j.tries)
	switch {
	case errors.As(err, &limited):
		wait = max(limited.RetryAfter, a.pace.first)
		a.paused = time.Now().Add(wait)
	case refusal(err) == "":
		a.failures++
		wait = a.backoff(a.failures)
		a.paused = time.Now().Add(wait)
	}
	return wait
}

// logEvery is after how many failures of one hold the log says it again: at the
// longest pace every twenty minutes.
const logEvery = 20

func (a *App) backoff(tries int) time.Duration {
	wait := a.pace.first
	for range min(tries-1, 20) {
		wait *= 2
	}
	return min(wait, a.pace.longest)
}
