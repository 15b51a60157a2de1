package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"net/url"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
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

// Alert is an alert about unusual deletes, with the keys of holdfast alerts --json.
type Alert struct {
	ID          string  `json:"id"`
	State       string  `json:"state"` // open, acknowledged, resolved, accepted
	Kind        string  `json:"kind"`
	Host        string  `json:"host"`
	Environment string  `json:"environment,omitempty"`
	Database    string  `json:"database"`
	Table       string  `json:"table"`
	Actor       string  `json:"actor"` // user/application, or all
	User        string  `json:"user,omitempty"`
	Application string  `json:"application,omitempty"`
	Deleted     int64   `json:"deleted"`        // rows since Since
	Usual       float64 `json:"usual"`          // rows, for the same span
	Rows        int64   `json:"rows,omitempty"` // of the table, where that is known
	Reason      string  `json:"reason"`

	Since    time.Time `json:"since"`
	Raised   time.Time `json:"raised"`
	Updated  time.Time `json:"updated"`
	Ended    time.Time `json:"ended,omitzero"`
	Silenced time.Time `json:"silenced_until,omitzero"`

	Examples []string `json:"examples"` // texts of statements, without constants and bind values
	Actors   []Actor  `json:"actors"`   // who deleted since Since, the most first
	Brake    *Brake   `json:"brake,omitempty"`
	Answers  []Answer `json:"answers"` // the oldest first
	URL      string   `json:"url,omitempty"`
}

// Actor is who deleted how many rows.
type Actor struct {
	User        string `json:"user"`
	Application string `json:"application,omitempty"`
	Deleted     int64  `json:"deleted"`
}

// Brake holds further deletes of the alert's actor from its table until it is released.
type Brake struct {
	On       bool      `json:"on"`
	Set      time.Time `json:"set"`
	Released time.Time `json:"released,omitzero"`
	By       string    `json:"released_by,omitempty"`
}

// Answer is what somebody said about an alert.
type Answer struct {
	Verb     string    `json:"verb"` // acknowledge, silence, accept, job, release
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Via      string    `json:"via,omitempty"`
	Identity string    `json:"identity"`
	Until    time.Time `json:"until,omitzero"`
	Note     string    `json:"note,omitempty"`
	Job      string    `json:"job,omitempty"` // the line for expected in the configuration
}

// What an alert's request says happened.
const (
	alertRaised  = "alert.raised"
	alertUpdated = "alert.updated" // it grew, or somebody said something
	alertEnded   = "alert.ended"   // it is over, or it was, and its brake was released
)

// hearAlerts sends alerts as they come and change, until ctx ends.
func (k *Hook) hearAlerts(ctx context.Context, w *alert.Watch) {
	defer w.Close()
	for {
		select {
		case <-w.Ready():
		case <-ctx.Done():
			return
		}
		ids, all := w.Take()
		for _, id := range ids {
			k.outbox.Changed(alertKey+id, true)
		}
		if all {
			k.resyncAlerts(ctx)
		}
	}
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

func (k *Hook) shownAlert(a alert.Alert) *Alert {
	s := &Alert{
		ID: a.ID, State: string(a.State), Kind: string(a.Kind), Host: a.Host, Environment: a.Environment, Database: a.Database, Table: a.Table,
		Actor: "all", User: a.Actor.User, Application: a.Actor.Application, Deleted: a.Deleted, Usual: a.Usual, Rows: a.Rows, Reason: a.Reason,
		Since: a.Since.UTC(), Raised: a.Raised.UTC(), Updated: a.Updated.UTC(), Ended: a.Ended, Silenced: a.Silenced,
		Examples: append([]string{}, a.Examples...), Actors: []Actor{}, Answers: []Answer{},
	}
	if a.Actor != (volume.Actor{}) {
		s.Actor = a.Actor.String()
	}
	for _, who := range a.Actors {
		s.Actors = append(s.Actors, Actor{who.User, who.Application, who.Deleted})
	}
	for _, said := range a.Answers {
		one := Answer{Verb: string(said.Verb), At: said.At.UTC(), By: said.By, Via: said.Via, Identity: said.Identity, Until: said.Until, Note: said.Note}
		if said.Job != nil {
			one.Job = alert.JobLine(*said.Job)
		}
		s.Answers = append(s.Answers, one)
	}
	if a.Brake != nil {
		s.Brake = &Brake{a.Braked(), a.Brake.Set.UTC(), a.Brake.Released, a.Brake.By}
	}
	if k.o.Console != "" {
		s.URL = strings.TrimRight(k.o.Console, "/") + "/alerts/" + url.PathEscape(a.ID)
	}
	return s
}
