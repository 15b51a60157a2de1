package alert

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// Behind is the kind of an alert about deletes that the server counted and no session
// of holdfast ran. The other kinds are those of package volume.
const Behind volume.Kind = "behind"

// Kinds are all kinds of alerts.
func Kinds() []volume.Kind {
	return []volume.Kind{volume.Limit, volume.Bulk, volume.Leak, volume.NewActor, volume.ShareDay, volume.ShareWeek, Behind}
}

// State is where an alert stands with people.
type State string

// The states of an alert. The first two last; nothing follows the others.
const (
	Open         State = "open"
	Acknowledged State = "acknowledged" // somebody is on it; it is not told again
	Resolved     State = "resolved"     // it is over
	Accepted     State = "accepted"     // somebody said that it is as usual, or a job
)

// Alert is something unusual, as it stands. Times are in UTC.
type Alert struct {
	ID    string // 8 characters, as those of holds; unique in the control store
	State State
	Kind  volume.Kind

	Host, Environment, Database, Table string

	// Actor is who deletes; its zero value is everybody.
	Actor volume.Actor

	Deleted int64     // rows since Since
	Usual   float64   // rows that are usual for the same span
	Rows    int64     // the table's size as far as known, 0 where it is not
	Since   time.Time // when it began, to the minute or the hour
	Raised  time.Time // when it was told
	Updated time.Time // when anything of it changed last
	Ended   time.Time // zero while it lasts

	// Reason explains it in one sentence.
	Reason string

	// Examples are texts of its statements, without constants and bind values, the
	// newest first. At most maxExamples.
	Examples []string

	// Actors are who deleted from the table since Since, the most first.
	Actors []ActorRows

	// Silenced is until when nobody is told of it; zero where it is not silenced.
	Silenced time.Time

	// Brake is the one that it set, or nil.
	Brake *Brake

	// Answers are what people said, the oldest first.
	Answers []Answer
}

// Brake holds further deletes by the alert's actor on its table; see rules.Brake.
type Brake struct {
	Set      time.Time
	Released time.Time // zero while it is on
	By       string    // who released it
}

// ActorRows is how many rows of a table an actor deleted.
type ActorRows struct {
	volume.Actor
	Deleted int64
}

// Verb is what somebody does about an alert.
type Verb string

// What people can do. Each is recorded in the audit with who did it.
const (
	Acknowledge Verb = "acknowledge" // says that somebody is on it
	Silence     Verb = "silence"     // until Answer.Until nobody is told of this actor on this table
	Accept      Verb = "accept"      // this is as usual now: the alert ends
	Job         Verb = "job"         // this is a job: the alert ends, and further runs are not told
	Release     Verb = "release"     // takes the brake off
	Lift        Verb = "lift"        // takes back the silences and jobs that answers to this alert made stand
)

// Answer is what somebody did about an alert.
type Answer struct {
	Verb     Verb
	At       time.Time
	By       string // the person's name, or the OS user where nobody is configured
	Via      string // "slack", "console", "cli", "api"
	Identity string // how they were known, as of holds
	Until    time.Time
	Note     string

	// Job is what was declared, of the verb Job; nil otherwise. JobLine writes it as a
	// line of the configuration. Who answers may leave it nil, or only give Cron and
	// MaxRows: the rest is made from when it ran and how much it deleted.
	Job *volume.Expected `json:",omitempty"`

	// Answerer is who answers, as the door knows them. The desk makes By and Identity
	// of it; where it is zero, By is the name of a person of whom the door is sure.
	Answerer hold.Answerer `json:"-"`
}

// Table is how much was deleted from one table lately.
type Table struct {
	Host, Environment, Database, Table string

	Rows    int64   // its size as far as known, 0 where it is not
	Deleted int64   // within the span that was asked for
	Updated int64   // within the span
	Usual   float64 // upper end of what is usual for the span, NaN while it is learned
	Behind  int64   // rows deleted behind holdfast's back within the span, as far as known

	// Steps are the rows deleted in TableSteps equal parts of the span.
	Steps []float64
	Open  []string // ids of its alerts that last
}

// Series is what was deleted from one table over time, ready to be drawn.
type Series struct {
	From   time.Time
	Step   time.Duration
	Actors []Line    // the most first; the rest is one line, "others"
	Usual  []float64 // upper end of what is usual, by step; NaN where that is not known
	Lost   []Span    // times whose counts are lost
	Alerts []Alert   // that began within it
}

// Line is the rows one actor deleted, by step.
type Line struct {
	volume.Actor
	Deleted []float64
	Updated []float64
}

// Span is a piece of time, up to To and not including it.
type Span struct{ From, To time.Time }
