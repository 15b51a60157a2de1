package web

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/wording"
)

// blockedEvery is how often the page of a hold inside a transaction asks who waits behind
// it, in seconds. No stream tells of it: the session asks the server each second.
const blockedEvery = 2

// every is how often the page asks for itself.
func (p *holdPage) every() int {
	if p.Waits && p.InTransaction && !p.Return {
		return blockedEvery
	}
	return 0
}

// BehindText says how many wait behind the locks; empty until that is known.
func (p holdPage) BehindText() string {
	switch {
	case p.Blocked.At.IsZero():
		return ""
	case p.Blocked.Fault != "":
		return "who waits behind them is not known: " + p.Blocked.Fault
	case p.Blocked.Count == 0:
		return "nobody waits behind them"
	}
	return wording.Behind(p.Blocked.Count) + " behind them"
}

// MoreBehind is how many more wait than are named.
func (p holdPage) MoreBehind() int { return p.Blocked.Count - len(p.Blocked.Sessions) }

// Ago is how long ago something was.
func (p holdPage) Ago(t time.Time) time.Duration { return max(0, time.Since(t)).Truncate(time.Second) }

// ExpiredText says why the hold expired.
func (p holdPage) ExpiredText() string { return wording.Expired(p.Result, p.Wait) }
