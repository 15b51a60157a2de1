package simulate

import (
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// checkEnds: every hold has ended, in the store and in the record, as what
// happened says.
func (l *ledger) checkEnds() {
	for _, s := range l.w.disk.control.holds {
		f := l.byID[s.ID]
		l.w.stats.Ends[s.State]++
		if problem := f.ended(s.Hold); problem != "" {
			l.w.fail(fmt.Sprintf("hold %s: %s (in the store: %s %q; its session was told: %q)", s.ID, problem, s.State, s.Result, f.told))
		}
		l.w.disk.checkRecord(s)
		if l.w.failed != nil {
			return
		}
	}
}

// ended says what is wrong with the end of a hold.
func (f *fact) ended(h hold.Hold) string {
	if s := (stored{Hold: h}); h.State.Open() && !s.kept() {
		return "it has not ended"
	}
	if f.effects > 0 && !f.sent {
		return "it took effect without having been sent"
	}
	if problem := f.endedAsTold(h); problem != "" {
		return problem
	}
	unsent := h.State == hold.Failed && strings.HasPrefix(h.Result, "not sent")
	switch h.State {
	case hold.Executed, hold.Unknown:
		if h.State == hold.Executed && f.finish != hold.Executed {
			return "the server did not run it"
		}
		if f.releases == 0 {
			return "it was never released"
		}
	case hold.Failed:
		if unsent && f.sent {
			return "it is said not to have been sent, but it was"
		}
		if !unsent && f.finish != hold.Failed {
			return "the server did not fail it"
		}
	default:
		if f.sent || f.effects > 0 {
			return "it was sent"
		}
	}
	return f.endedForAReason(h)
}

// endedAsTold: the store says what the session was told, and how it went on. What
// a crash or a fault of the disk kept from being written may end in another way.
func (f *fact) endedAsTold(h hold.Hold) string {
	if f.doubtful || f.session.world.disk.failed > 0 {
		return ""
	}
	switch {
	case f.finish != "" && h.State != f.finish:
		return "the desk was told that it ended as " + string(f.finish)
	case f.finish == "" && f.out && h.State != hold.Failed:
		return "nobody said what became of it"
	case f.granted:
		return ""
	case f.told == hold.Pending && f.Return:
		return ""
	case f.told == "" || f.failed:
		return "its session was told nothing"
	case f.told != h.State && f.told != hold.Released:
		return "its session was told something else"
	case f.told == hold.Released && f.finish == "":
		return "nobody said what became of it"
	}
	return ""
}

// endedForAReason: there is something that ended it so.
func (f *fact) endedForAReason(h hold.Hold) string {
	fault := f.doubtful || f.session.world.disk.failed > 0
	switch h.State {
	case hold.Denied:
		if len(f.no) == 0 {
			return "nobody said no"
		}
	case hold.Expired:
		if h.Decided.Before(f.Asked.Add(f.Wait)) && !(f.early && h.EndedEarly()) {
			return "it expired before its time"
		}
	case hold.Withdrawn:
		if f.cause == nil {
			return "its session did not leave"
		}
	case hold.Granted:
		if !f.granted {
			return "nobody granted it"
		}
	case hold.Lapsed:
		if !h.Revoked.IsZero() && !f.revoking {
			return "nobody revoked it"
		}
		if f.cause == nil && !fault && !f.revoking && (h.GrantUntil.IsZero() || h.Ended.Before(h.GrantUntil)) {
			return "its session did not leave, its time was not over, and nothing failed"
		}
	case hold.Abandoned:
		if f.cause == nil && !fault {
			return "its session did not leave, and nothing failed"
		}
	case hold.Unknown:
		if f.finish != hold.Unknown && !f.doubtful {
			return "its session knows the outcome"
		}
	}
	return ""
}
