package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// Alerts is what this package needs of *alert.Desk.
type Alerts interface {
	Get(ctx context.Context, id string) (alert.Alert, error)
	List(ctx context.Context, all bool) ([]alert.Alert, error)
	Watch() *alert.Watch
}

// alertKey begins the key under which the outbox and the store know what was sent of an
// alert: they hold those of holds as well, whose ids have no blank.
const alertKey = "alert "

// What an alert's request says happened.
const (
	alertRaised  = "alert.raised"
	alertUpdated = "alert.updated" // it grew, or somebody said something
	alertEnded   = "alert.ended"   // it is over, or it was, and its brake was released
)

// hearAlerts sends alerts as they come and change, until ctx ends.
func (k *Hook) hearAlerts(ctx context.Context, w *alert.Watch) {
	alert.Hear(ctx, w, func(id string) { k.outbox.Changed(alertKey+id, true) }, func() { k.resyncAlerts(ctx) })
}

func (k *Hook) resyncAlerts(ctx context.Context) {
	if k.o.Alerts == nil {
		return
	}
	lasting, err := k.o.Alerts.List(ctx, false)
	if err != nil {
		k.log.Warn().Err(err).Msg("the alerts that last cannot be listed; new ones are sent, older ones when they change")
	}
	for _, one := range lasting {
		k.outbox.Changed(alertKey+one.ID, true)
	}
}

// sendAlert tells the receiver what it does not know yet of an alert. One that people
// had silenced before it came is not told.
func (k *Hook) sendAlert(ctx context.Context, key string) error {
	if k.o.Alerts == nil {
		return nil // it was kept by a run that had alerts
	}
	one, err := k.o.Alerts.Get(ctx, strings.TrimPrefix(key, alertKey))
	if errors.Is(err, alert.ErrUnknownID) {
		return k.forget(ctx, key)
	}
	if err != nil {
		return localError{err}
	}
	r, known := k.row(key)
	if !known {
		if r.At = one.Raised; quiet(one, time.Now()) {
			return nil
		}
		if err := k.keep(ctx, key, r); err != nil { // so that a restart knows of it
			return localError{err}
		}
	}
	stage, done := alertStage(one), !one.Lasts() && !one.Braked()
	if r.Sent == stage && r.Done == done {
		return nil
	}
	if !one.Lasts() && time.Since(one.Updated) > giveUpAfter {
		k.log.Error().Str("alert", one.ID).Msg("an alert was not sent to the webhook within a day of its end; it is given up")
	} else if err := k.post(ctx, r.delivery(one.ID), Body{Event: alertEvent(one, r), Alert: k.shownAlert(one)}); err != nil {
		return err
	}
	r.Sent, r.Done, r.Delivery = stage, done, r.Delivery+1
	if err := k.keep(ctx, key, r); err != nil {
		return localError{err}
	}
	return nil
}

// quiet says of an alert that was never sent that it need not be.
func quiet(one alert.Alert, now time.Time) bool {
	if one.Lasts() {
		return now.Before(one.Silenced)
	}
	return !one.Braked() && now.Sub(one.Ended) > giveUpAfter
}

// alertStage is what the receiver is to know of an alert: it grows with every row, and
// is sent again when it is about twice as large.
func alertStage(one alert.Alert) string {
	return fmt.Sprintf("%s %d %v %d %d", one.State, len(one.Answers), one.Braked(), one.Silenced.Unix(), bits.Len64(uint64(max(one.Deleted, 0))))
}

func alertEvent(one alert.Alert, r row) string {
	switch {
	case !one.Lasts():
		return alertEnded
	case r.Sent == "":
		return alertRaised
	}
	return alertUpdated
}
