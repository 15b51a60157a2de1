// Package hold is the desk: statements waiting for people, their states, who
// decided. It knows no Postgres, no HTTP and no Slack.
//
// A session calls Desk.Wait and is blocked until its hold ends. People answer by
// one door only, Desk.Decide. One function, next, changes a state.
//
// # What is on disk when
//
// Wait returns a hold as Released only after the approval and the release are
// both in the Store (the release as a compare-and-swap) and in the Record.
// If either cannot be written the statement is not released: Wait returns an
// error that wraps ErrUnavailable. What ends a hold without releasing it takes
// effect at once and is written as soon as the disk allows; so are outcomes
// after the release (Finish). A restart settles what an earlier run left open,
// and writes to the Record what it cannot tell was written.
//
// # Concurrency
//
// Every method of Desk may be called from any goroutine. One hold is changed by
// one goroutine at a time; the Store's compare-and-swap guards against other
// processes.
package hold
