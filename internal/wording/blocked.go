package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Locks says what a hold does to others while it waits.
func Locks(inTransaction bool, b hold.Blocked) string {
	const keeps = "It waits inside a transaction, which keeps the locks it has."
	switch {
	case !inTransaction:
		return "It holds no locks: nothing of it has run."
	case b.At.IsZero():
		return keeps
	case b.Fault != "":
		return keeps + " Who waits behind them is not known: " + b.Fault + "."
	}
	return keeps + " " + Behind(b.Count) + " behind them."
}

// Behind is how many sessions wait: "3 sessions wait".
func Behind(n int) string {
	switch n {
	case 0:
		return "Nobody waits"
	case 1:
		return "1 session waits"
	}
	return Count(n, "session") + " wait"
}

// BlockedBy says who a session that waits is: "etl, nightly-cleanup, process 4711". Text
// is not made visible: that is the caller's.
func BlockedBy(s hold.BlockedSession) string {
	parts := []string{s.User, s.Application, fmt.Sprintf("process %d", s.PID)}
	if s.User == "" {
		parts[0] = "the server itself"
	}
	if s.Application == "" {
		parts = append(parts[:1], parts[2])
	}
	return strings.Join(parts, ", ")
}

// Expired says why a hold expired, as the beginning of a sentence: its time was over, or
// it ended early; see hold.Early. result is the hold's, and wait its time.
func Expired(result string, wait time.Duration) string {
	if (hold.Hold{State: hold.Expired, Result: result}).EndedEarly() {
		return strings.ToUpper(result[:1]) + result[1:]
	}
	return "Nobody answered in " + Took(wait)
}
