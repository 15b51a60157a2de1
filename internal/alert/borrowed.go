package alert

import (
	"errors"
	"time"
)

// SeriesOf is one table's deletes from From up to To, in steps of Step.
type SeriesOf struct {
	Host, Database, Table string
	From, To              time.Time
	Step                  time.Duration
}

// ErrUnknownID is for an alert that nobody has.
var ErrUnknownID = errors.New("no alert has this id")

// ErrNotAllowed is for an answer that does not count.
type ErrNotAllowed struct{ Reason string }

func (e ErrNotAllowed) Error() string { return e.Reason }

// ErrEnded is for an answer to an alert that is over.
type ErrEnded struct{ Alert Alert }

func (e ErrEnded) Error() string { return "it is over" }

// Watch hears of alerts that are new or have changed.
type Watch struct{ C chan struct{} }

// Ready has a value when there is something to take.
func (w *Watch) Ready() <-chan struct{} { return w.C }

// Take is the ids that changed.
func (w *Watch) Take() (ids []string, all bool) { return nil, false }

// Close ends watching.
func (w *Watch) Close() {}
