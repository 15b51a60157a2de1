package hold

import "time"

// Search says which holds are looked for among those that ended. Whatever is left at its zero value
// does not narrow the search, but for Limit.
type Search struct {
	// Text is found anywhere in the id, where it was, who asked and answered, the
	// rule, the statements and the note, whatever the case of its ASCII letters.
	Text string

	// States are those wanted.
	States []State

	// Granted finds approvals that wait to be used as well: they have been answered, and
	// have not ended.
	Granted bool

	// Before and BeforeID continue an earlier search: the time and the id of the
	// last hold that it found.
	Before   time.Time
	BeforeID string

	// Limit is how many are found at most, newest first. Zero finds none.
	Limit int
}
