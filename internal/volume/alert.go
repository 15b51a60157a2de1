package volume

import "time"

// Kind names the detector that raised an alert.
type Kind string

// The detectors; docs/volume.md has one sentence on each.
const (
	Limit     Kind = "limit"      // a hard limit in ten minutes
	Bulk      Kind = "bulk"       // far more in minutes than this actor ever did
	Leak      Kind = "leak"       // more than usual, hour after hour
	NewActor  Kind = "new-actor"  // deletes by one who never deleted here
	ShareDay  Kind = "share-day"  // much of the table within a day
	ShareWeek Kind = "share-week" // much of the table within a week
)

// State is where an alert stands.
type State string

// The states of an alert, in their order.
const (
	Raised   State = "raised"
	Updated  State = "updated"  // it lasts, and became four times as large
	Resolved State = "resolved" // it is over, or it was taken as usual
)

// Alert is one thing unusual, as it stands at At. Its reason explains it in one
// sentence.
type Alert struct {
	ID    uint64 // the same while it lasts; unique within one Watch
	State State
	At    time.Time
	Host  string
	Database,
	Table, Actor string // the actor is "all" where the table as a whole is meant
	Kind    Kind
	Deleted int64     // rows since Since
	Usual   float64   // rows that are usual for the same span, as the reason says
	Since   time.Time // when it began, to the minute or the hour
	Reason  string

	Who  Actor // the actor by its parts; the zero value where the table is meant
	Rows int64 // the table's size as far as known, 0 where it is not
}
