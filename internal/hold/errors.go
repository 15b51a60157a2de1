package hold

import (
	"errors"
	"fmt"
)

// Causes of a context given to Desk.Wait (context.WithCancelCause). The text of
// the cause becomes Hold.Result, so wrap them with what happened; see also Early. A context that
// ends with any other cause withdraws the hold.
var (
	ErrWithdrawn  = errors.New("the client cancelled or left") // ends as Withdrawn
	ErrServerGone = errors.New("the server closed the connection")
	ErrStopping   = errors.New("holdfast is stopping")
)

var (
	// ErrUnavailable says that the store or the record cannot be read or
	// written. What would be held must then be refused (ZH006).
	ErrUnavailable = errors.New("the control store or the record is unavailable")

	// ErrUnknownID says that there is no hold of that id, or that it ended so
	// long ago that only the audit has it.
	ErrUnknownID = errors.New("no hold has this id")

	// ErrDuplicateID is what a Store answers to Insert when the id is taken.
	ErrDuplicateID = errors.New("a hold has this id already")
)

// ErrEnded says that a hold cannot be answered any more. Find it with errors.As
// and a variable of this type (not a pointer).
type ErrEnded struct{ Hold Hold }

// Error says how the hold ended, for people: "already denied by ben".
func (e ErrEnded) Error() string {
	switch h := e.Hold; h.State {
	case Denied:
		return "already denied by " + h.DecidedBy
	case Approved, Released, Granted:
		return "already approved by " + h.DecidedBy
	case Executed, Failed, Unknown, Lapsed:
		if h.State == Lapsed && !h.Revoked.IsZero() {
			return fmt.Sprintf("already approved by %s, and revoked by %s", h.DecidedBy, h.Revoked.By)
		}
		return fmt.Sprintf("already approved by %s, and it %s", h.DecidedBy, h.State.became())
	default:
		return "this hold has ended: it " + h.State.became()
	}
}

// became is the state as the end of a sentence.
func (s State) became() string {
	switch s {
	case Withdrawn:
		return "was withdrawn"
	case Abandoned:
		return "was abandoned"
	case Executed:
		return "was executed"
	case Unknown:
		return "was sent, its outcome is unknown"
	case Released:
		return "was released"
	default:
		return string(s)
	}
}

// ErrNotAllowed says why an answer is not accepted, for people. Find it with
// errors.As and a variable of this type (not a pointer).
type ErrNotAllowed struct{ Reason string }

// Error is the reason.
func (e ErrNotAllowed) Error() string { return e.Reason }

func notAllowed(format string, args ...any) error {
	return ErrNotAllowed{Reason: fmt.Sprintf(format, args...)}
}

// unavailable wraps the cause so that it is an ErrUnavailable too.
func unavailable(doing string, cause error) error {
	return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, cause)
}
