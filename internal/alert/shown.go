package alert

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// Shown is an alert as JSON has it, in the API and in what the webhook sends. The webhook
// has the same keys in another order, which is why some of them are types of their own.
// Times are in UTC; lists are empty rather than nil.
type Shown struct {
	ShownHead
	ShownTimes
	Reason   string        `json:"reason"`
	Examples []string      `json:"examples"` // texts of statements, without constants and bind values, the newest first
	Actors   []ShownActor  `json:"actors"`   // who deleted since Since, the most first
	Silenced time.Time     `json:"silenced_until,omitzero"`
	Brake    *ShownBrake   `json:"brake,omitempty"`
	Answers  []ShownAnswer `json:"answers"` // the oldest first
}

// ShownHead is which alert it is, how it stands, and what was deleted.
type ShownHead struct {
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

	Deleted int64   `json:"deleted"`        // rows since Since
	Usual   float64 `json:"usual"`          // rows that are usual for the same span
	Rows    int64   `json:"rows,omitempty"` // of the table, where that is known
}

// ShownTimes are when it began, was told, changed last and ended.
type ShownTimes struct {
	Since   time.Time `json:"since"`
	Raised  time.Time `json:"raised"`
	Updated time.Time `json:"updated"`
	Ended   time.Time `json:"ended,omitzero"`
}

// ShownActor is how many rows an actor deleted.
type ShownActor struct {
	User        string `json:"user"`
	Application string `json:"application,omitempty"`
	Deleted     int64  `json:"deleted"`
}

// ShownBrake holds further deletes of the alert's actor from its table until it is released.
type ShownBrake struct {
	On       bool      `json:"on"`
	Set      time.Time `json:"set"`
	Released time.Time `json:"released,omitzero"`
	By       string    `json:"released_by,omitempty"`
}

// ShownAnswer is what somebody said about it.
type ShownAnswer struct {
	Verb     string    `json:"verb"` // of Verb
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Via      string    `json:"via,omitempty"`
	Identity string    `json:"identity"`
	Until    time.Time `json:"until,omitzero"`
	Note     string    `json:"note,omitempty"`
	Job      string    `json:"job,omitempty"` // the line for expected in the configuration
}

// Shown is the alert for programs.
func (a Alert) Shown() Shown {
	s := Shown{
		ShownHead: ShownHead{
			ID: a.ID, State: string(a.State), Kind: string(a.Kind), Host: a.Host, Environment: a.Environment, Database: a.Database, Table: a.Table,
			Actor: ActorKey(a.Actor), User: a.Actor.User, Application: a.Actor.Application, Deleted: a.Deleted, Usual: a.Usual, Rows: a.Rows,
		},
		ShownTimes: ShownTimes{a.Since, a.Raised, a.Updated, a.Ended},
		Reason:     a.Reason, Examples: append([]string{}, a.Examples...), Actors: []ShownActor{}, Silenced: a.Silenced, Answers: []ShownAnswer{},
	}
	for _, who := range a.Actors {
		s.Actors = append(s.Actors, ShownActor{who.User, who.Application, who.Deleted})
	}
	if b := a.Brake; b != nil {
		s.Brake = &ShownBrake{a.Braked(), b.Set, b.Released, b.By}
	}
	for _, said := range a.Answers {
		s.Answers = append(s.Answers, said.shown())
	}
	return s
}

func (a Answer) shown() ShownAnswer {
	s := ShownAnswer{Verb: string(a.Verb), At: a.At, By: a.By, Via: a.Via, Identity: a.Identity, Until: a.Until, Note: a.Note}
	if a.Job != nil {
		s.Job = JobLine(*a.Job)
	}
	return s
}

// ActorKey is an actor for programs: user/application, the user alone, or all.
func ActorKey(a volume.Actor) string {
	switch {
	case a == (volume.Actor{}):
		return "all"
	case a.User == "": // what bypasses holdfast
		return a.Application
	}
	return a.String()
}
