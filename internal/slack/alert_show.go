package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// Alerts is what this package needs of *alert.Desk.
type Alerts interface {
	Get(ctx context.Context, id string) (alert.Alert, error)
	List(ctx context.Context, all bool) ([]alert.Alert, error)
	Answer(ctx context.Context, id string, a alert.Answer) (alert.Alert, error)
	Series(ctx context.Context, of alert.SeriesOf) (alert.Series, error)
	Watch() *alert.Watch
}

// alertKey begins the key under which the outbox and the store know the message of an
// alert: they hold those of holds as well, whose ids have no blank.
const alertKey = "alert "

// hearAlerts shows alerts as they come and change, until ctx ends.
func (a *App) hearAlerts(ctx context.Context, w *alert.Watch) {
	alert.Hear(ctx, w, func(id string) { a.outbox.Changed(alertKey+id, true) }, func() { a.resyncAlerts(ctx) })
}

// resyncAlerts looks at every alert that lasts. Messages that are not done are looked
// at like those of holds.
func (a *App) resyncAlerts(ctx context.Context) {
	if a.o.Alerts == nil {
		return
	}
	lasting, err := a.o.Alerts.List(ctx, false)
	if err != nil {
		a.log.Warn().Err(err).Msg("the alerts that last cannot be listed; new ones are shown, older ones when they change")
	}
	for _, one := range lasting {
		a.outbox.Changed(alertKey+one.ID, true)
	}
}

// showAlert makes the message of an alert show what the alert is. Everything it does
// is safe to do again. The message comes first and its picture by an edit: nobody is to
// wait for a chart.
func (a *App) showAlert(ctx context.Context, key string) error {
	if a.o.Alerts == nil {
		return nil // it was kept by a run that had alerts
	}
	one, err := a.o.Alerts.Get(ctx, strings.TrimPrefix(key, alertKey))
	if errors.Is(err, alert.ErrUnknownID) {
		return a.forget(ctx, key)
	}
	if err != nil {
		return local(err)
	}
	m, known := a.row(key)
	if !known {
		m = message{Hold: key, At: one.Raised}
	}
	if m.TS == "" && m.Tried.IsZero() && !news(one, time.Now()) {
		return nil
	}
	done := !one.Lasts() && !one.Braked()
	if m.tells(one) && m.Done == done {
		return nil
	}
	v := a.alertView(one, m.Picture)
	if m.Bare {
		v = v.bare()
	}
	if err := a.showMessage(ctx, &m, v); err != nil {
		return err
	}
	m.Stage, m.Rows, m.PictureTries = stageOf(one), one.Deleted, 0
	if err := a.keep(ctx, m); err != nil {
		return local(err)
	}
	if m.outgrown(one) {
		if err := a.illustrate(ctx, &m, one); err != nil {
			return err
		}
	}
	if done != m.Done {
		m.Done = done
		if err := a.keep(ctx, m); err != nil {
			return local(err)
		}
		return local(a.forgetOld(ctx))
	}
	return nil
}

// tellGrowth is how many times larger an alert became before its message says so: it
// grows with every row, and Slack wants few edits.
const tellGrowth = 2

// tells says that the message is as good as a new one.
func (m *message) tells(one alert.Alert) bool {
	return m.Shown != "" && m.Stage == stageOf(one) && one.Deleted < tellGrowth*max(m.Rows, 1) &&
		(m.Picture == "" || m.PictureTries == 0)
}

// stageOf is all of an alert that people are to see at once. Its reason changes when the
// desk tells that it has become far larger.
func stageOf(one alert.Alert) string {
	sum := sha256.Sum256(fmt.Append(nil, one.State, one.Reason, len(one.Answers), one.Braked(), one.Silenced.Unix()))
	return hex.EncodeToString(sum[:8])
}

// news says whether an alert that was never shown needs a message: not one that
// people have silenced, nor one that was over long ago.
func news(one alert.Alert, now time.Time) bool {
	if one.Lasts() {
		return !now.Before(one.Silenced)
	}
	return one.Braked() || now.Sub(one.Ended) < lateAfter
}
