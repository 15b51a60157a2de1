// Package hold is the desk: statements waiting for people, their states, who
// decided. It knows no Postgres, no HTTP and no Slack.
//
// A session calls Desk.Wait and is blocked until its hold ends. People answer by
// one door only, Desk.Decide. One function, next, changes a state.
//
// Where nobody waits, an approval is a grant: Desk.Wait spends it for the identical
// statement, without blocking. That is so in return mode (Request.Return), in which
// Wait does not block either, and for holds that ended without an answer.
//
// # What is on disk when
//
// Wait returns a hold as Released only after the approval and the release are
// both in the Store (the release as a compare-and-swap) and in the Record.
// If either cannot be written the statement is not released: Wait returns an
// error that wraps ErrUnavailable. What ends a hold without releasing it takes
// effect at once and is written as soon as the disk allows; so are outcomes
// after the release (Finish). A grant is in both before anybody can spend it, and
// spent in both before Wait returns. A restart keeps grants and pending holds in
// return mode, settles what else an earlier run left open, and writes to the Record
// what it cannot tell was written.
//
// # Concurrency
//
// Every method of Desk may be called from any goroutine. One hold is changed by
// one goroutine at a time; the Store's compare-and-swap guards against other
// processes.
package hold
