package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/outbox"
)

// Changed says that a hold was asked or has changed; asked is true when it was asked.
// It never blocks.
func (a *App) Changed(id string, asked bool) { a.outbox.Changed(id, asked) }

// Resync looks at every hold that waits and at every message that is not done: at
// the start, and whenever changes may have been missed.
func (a *App) Resync(ctx context.Context) {
	waiting, err := a.desk.List(ctx, false)
	if err != nil {
		a.log.Warn().Err(err).Msg("the holds that wait cannot be listed; new ones are shown, older ones when they change")
	}
	for _, h := range waiting {
		a.outbox.Changed(h.ID, true)
	}
	a.resyncAlerts(ctx)
	for _, id := range a.open() {
		a.outbox.Changed(id, false)
	}
}

// open are the holds whose messages are not done.
func (a *App) open() (ids []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, m := range a.rows {
		if !m.Done {
			ids = append(ids, id)
		}
	}
	return ids
}

// newOutbox posts and edits one after the other: Slack wants about one message a
// second in a channel.
func (a *App) newOutbox(pace outbox.Pace) *outbox.Outbox {
	return outbox.New(outbox.Options{Show: a.attempt, Known: a.known, Fault: faultOf, Failed: a.failed, Pace: pace})
}

// attempt shows one hold, whatever its text does to this package.
func (a *App) attempt(ctx context.Context, id string, asked bool) (err error) {
	err = local(errors.New("a fault of holdfast while showing it"))
	defer a.guard("showing " + id)
	if strings.HasPrefix(id, alertKey) {
		return a.showAlert(ctx, id)
	}
	return a.show(ctx, id, asked)
}

func (a *App) known(id string) (known, shown bool) {
	m, known := a.row(id)
	return known, m.TS != ""
}

// faultOf is what an error means for the other holds: nothing where Slack refused
// this one, or where it is our own.
func faultOf(err error) outbox.Fault {
	if limited := (*slackgo.RateLimitedError)(nil); errors.As(err, &limited) {
		return outbox.Fault{Wait: max(limited.RetryAfter, time.Second), All: true}
	}
	return outbox.Fault{All: refusal(err) == ""}
}

func (a *App) failed(id string, err error, again time.Duration) {
	if a.life.Err() != nil {
		return // broken off by Close
	}
	what, of := "hold", id
	if one, is := strings.CutPrefix(id, alertKey); is {
		what, of = "alert", one
	}
	a.log.Warn().Str(what, of).Dur("again_in", again).Str("error", explained(err)).
		Msg("a message could not be shown in Slack; what it is about can be answered by the other doors")
}
