package console

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// Alert is an alert as the API shows it. Times are in UTC.
type Alert struct {
	ID    string `json:"id"`
	State string `json:"state"` // open, acknowledged, resolved or accepted
	Kind  string `json:"kind"`  // limit, bulk, leak, new-actor, share-day, share-week or behind

	Host        string `json:"host"`
	Environment string `json:"environment,omitempty"`
	Database    string `json:"database"`
	Table       string `json:"table"`

	// Actor is user/application, or all; User and Application are its parts.
	Actor       string `json:"actor"`
	User        string `json:"user,omitempty"`
	Application string `json:"application,omitempty"`

	Deleted int64     `json:"deleted"` // rows since Since
	Usual   float64   `json:"usual"`   // rows that are usual for the same span
	Rows    int64     `json:"rows,omitempty"`
	Since   time.Time `json:"since"`
	Raised  time.Time `json:"raised"`
	Updated time.Time `json:"updated"`
	Ended   time.Time `json:"ended,omitzero"`
	Reason  string    `json:"reason"`

	Examples []string     `json:"examples"` // texts without constants, the newest first
	Actors   []AlertActor `json:"actors"`   // who deleted since Since, the most first

	Silenced time.Time     `json:"silenced_until,omitzero"`
	Brake    *Brake        `json:"brake,omitempty"`
	Answers  []AlertAnswer `json:"answers"`
}

// AlertActor is how much an actor deleted.
type AlertActor struct {
	User        string `json:"user"`
	Application string `json:"application,omitempty"`
	Deleted     int64  `json:"deleted"`
}

// Brake holds further deletes of the alert's actor on its table.
type Brake struct {
	On       bool      `json:"on"`
	Set      time.Time `json:"set"`
	Released time.Time `json:"released,omitzero"`
	By       string    `json:"released_by,omitempty"`
}

// AlertAnswer is what somebody said.
type AlertAnswer struct {
	Verb     string    `json:"verb"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Via      string    `json:"via,omitempty"`
	Identity string    `json:"identity"`
	Until    time.Time `json:"until,omitzero"`
	Note     string    `json:"note,omitempty"`
	Job      string    `json:"job,omitempty"` // the line for expected in the configuration
}

// Standing is what an answer said that stands: a silence, or a job.
type Standing struct {
	Alert    string    `json:"alert"` // whose answer it was; lift takes it back there
	Host     string    `json:"host"`
	Database string    `json:"database"`
	Table    string    `json:"table"`
	Actor    string    `json:"actor"`
	Until    time.Time `json:"until,omitzero"` // of a silence
	Job      string    `json:"job,omitempty"`  // the line for expected in the configuration
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

func standingOf(stands []alert.Standing) []Standing {
	list := []Standing{}
	for _, s := range stands {
		shown := Standing{Alert: s.Alert, Host: s.Host, Database: s.Database, Table: s.Table, Actor: actorName(s.Actor), Until: s.Until, By: s.By, At: s.At}
		if s.Job != nil {
			shown.Job = alert.JobLine(*s.Job)
		}
		list = append(list, shown)
	}
	return list
}

func alertOf(a alert.Alert) Alert {
	shown := Alert{
		ID: a.ID, State: string(a.State), Kind: string(a.Kind),
		Host: a.Host, Environment: a.Environment, Database: a.Database, Table: a.Table,
		Actor: actorName(a.Actor), User: a.Actor.User, Application: a.Actor.Application,
		Deleted: a.Deleted, Usual: a.Usual, Rows: a.Rows, Since: a.Since, Raised: a.Raised, Updated: a.Updated, Ended: a.Ended, Reason: a.Reason,
		Examples: append([]string{}, a.Examples...), Actors: []AlertActor{}, Silenced: a.Silenced, Answers: []AlertAnswer{},
	}
	for _, who := range a.Actors {
		shown.Actors = append(shown.Actors, AlertActor{who.User, who.Application, who.Deleted})
	}
	if b := a.Brake; b != nil {
		shown.Brake = &Brake{a.Braked(), b.Set, b.Released, b.By}
	}
	for _, said := range a.Answers {
		answer := AlertAnswer{Verb: string(said.Verb), At: said.At, By: said.By, Via: said.Via, Identity: said.Identity, Until: said.Until, Note: said.Note}
		if said.Job != nil {
			answer.Job = alert.JobLine(*said.Job)
		}
		shown.Answers = append(shown.Answers, answer)
	}
	return shown
}

func actorName(a volume.Actor) string {
	switch {
	case a == (volume.Actor{}):
		return "all"
	case a.User == "": // what bypasses holdfast
		return a.Application
	}
	return a.String()
}
