package webhook

import (
	"net/url"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

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
	Verb     string    `json:"verb"` // acknowledge, silence, accept, job, release, lift
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Via      string    `json:"via,omitempty"`
	Identity string    `json:"identity"`
	Until    time.Time `json:"until,omitzero"`
	Note     string    `json:"note,omitempty"`
	Job      string    `json:"job,omitempty"` // the line for expected in the configuration
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
