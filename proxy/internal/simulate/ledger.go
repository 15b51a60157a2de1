package simulate

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// fact is what is known of a hold without asking the desk.
type fact struct {
	hold.Hold // as it was stored first
	id        string
	session   *conversation
	run       *holdfast

	tries, yes, no []string // who answered, whose yes counts, whose no
	scopes         []string // who said yes to the transaction
	block          int      // 1 + the transaction of the server in which it destroyed last

	cause    error // why its session does not wait any more; nil while it does
	doubtful bool  // holdfast crashed, or the disk failed, while it was open
	early    bool  // others have waited too long behind it

	told     hold.State // what Desk.Wait said; empty before, or when it failed
	failed   bool       // Desk.Wait failed
	releases int        // how often the store let it go
	granted  bool       // it is or was a grant
	revoking bool       // somebody who may wants to take that back
	revoked  bool       // and was told that it is
	out      bool       // the store has let it go, and not taken it back
	sent     bool       // its bytes were given to the server
	effects  int        // what it destroyed
	lasts    bool       // and was committed
	finish   hold.State // how it ended, as the desk was told
}

func (f *fact) needed() int {
	return max(f.Reviewers.Count, 1) + f.session.world.crowd.more(f.User)
}

func (f *fact) tried(d *decision) {
	if d.Approve {
		f.tries = append(f.tries, d.name)
		if d.Scope == hold.ScopeTransaction {
			f.scopes = append(f.scopes, d.name)
		}
	} else {
		f.no = append(f.no, "("+d.name+")") // a no takes effect although the disk fails
	}
}

// count is how often somebody said yes.
func (f *fact) count(name string) (n int) {
	for _, t := range f.tries {
		if t == name {
			n++
		}
	}
	return n
}

// mayHaveEnded says that something is known that ends the hold, or may have.
func (f *fact) mayHaveEnded() bool {
	return f.cause != nil || f.doubtful || f.failed || f.told != "" && f.told != hold.Pending || len(f.no) > 0 ||
		!time.Now().Before(f.Expires) || len(f.yes)+len(f.tries) >= f.needed() || f.session.world.disk.failed > 0
}

// ledger is all holds of a world.
type ledger struct {
	w     *world
	facts []*fact
	byID  map[string]*fact
}

// of is the fact of what a session holds now, or nil: the store may not have it.
func (l *ledger) of(c *conversation) *fact {
	for _, f := range slices.Backward(l.facts) {
		if f.session == c && c.held != nil && !f.Asked.Before(c.held.since.UTC().Truncate(time.Microsecond)) {
			return f
		}
	}
	return nil
}

func (l *ledger) inserted(h hold.Hold) {
	f := &fact{Hold: h, id: h.ID, session: l.w.session(h.Application), run: l.w.run}
	if f.session.held != nil {
		f.cause = f.session.held.cause
	}
	l.byID[h.ID] = f
	l.facts = append(l.facts, f)
	if h.Under != "" && h.State == hold.Released {
		l.passed(f)
	} else if h.State != hold.Pending {
		l.w.fail(fmt.Sprintf("hold %s begins as %s", h.ID, h.State))
	}
}

// swapped is called before the store changes a hold.
func (l *ledger) swapped(before, after hold.Hold) {
	f := l.byID[before.ID]
	if before.State != after.State && !slices.Contains(followers[before.State], after.State) {
		l.w.fail(fmt.Sprintf("the store changes hold %s from %s to %s", f.id, before.State, after.State))
	}
	switch {
	case before.State == hold.Released && after.State == hold.Granted:
		l.refunded(f)
	case after.State == hold.Approved:
		l.checkApprovals(f, after)
	case after.State == hold.Granted && before.State != hold.Granted:
		l.checkApprovals(f, after)
		f.granted = true
	case after.State == hold.Released && before.State != hold.Released:
		l.checkApprovals(f, after)
		if f.revoked {
			l.w.fail(fmt.Sprintf("hold %s is released, and was revoked", f.id))
		}
		if f.releases++; f.out {
			l.w.fail(fmt.Sprintf("hold %s is released a second time", f.id))
		}
		f.out = true
	}
}

// checkApprovals: enough different people said yes, all of whom may.
func (l *ledger) checkApprovals(f *fact, h hold.Hold) {
	var names []string
	for _, a := range h.Approvals {
		_, may := l.w.crowd.allowed(hold.Answerer{OS: a.By}, f.User)
		if !may || !slices.Contains(f.tries, a.By) || slices.Contains(names, a.By) {
			l.w.fail(fmt.Sprintf("hold %s of %s is %s by %s, whose yes does not count", f.id, f.User, h.State, a.By))
		}
		names = append(names, a.By)
	}
	if len(names) < f.needed() {
		l.w.fail(fmt.Sprintf("hold %s is %s by %v and needs %d", f.id, h.State, names, f.needed()))
	}
}

// checkRelease is called when a statement that was held is about to go to the
// server: its release is on disk.
func (l *ledger) checkRelease(id string) {
	f := l.byID[id]
	switch {
	case f == nil:
		l.w.fail(fmt.Sprintf("a statement is sent as hold %q, which is not in the store", id))
		return
	case f.sent:
		l.w.fail(fmt.Sprintf("hold %s is sent a second time", id))
	case l.w.disk.control.byID[id].State != hold.Released:
		l.w.fail(fmt.Sprintf("hold %s is sent, but the store has it as %s", id, l.w.disk.control.byID[id].State))
	case f.Under != "" && l.w.disk.recorded(id, hold.Released):
	case !l.w.disk.recorded(id, hold.Approved) && !l.w.disk.recorded(id, hold.Granted) || !l.w.disk.recorded(id, hold.Released):
		l.w.fail(fmt.Sprintf("hold %s is sent, but the record does not have its approval and its release", id))
	case len(f.yes) < f.needed() && l.w.disk.approvals(id) < f.needed(): // a crash keeps the answer from who gave it
		l.w.fail(fmt.Sprintf("hold %s is sent with the yes of %v of %d", id, f.yes, f.needed()))
	}
	f.sent = true
}

// checkEffect is called when a hold's statement destroys something.
func (l *ledger) checkEffect(id string) {
	f := l.byID[id]
	if f == nil || !f.sent {
		l.w.fail(fmt.Sprintf("hold %q takes effect without having been sent", id))
		return
	}
	f.effects++
	l.w.stats.Effects++
}

// crashed notes that a run is gone, with what it knew of holds that were open.
func (l *ledger) crashed(h *holdfast) {
	for _, f := range l.facts {
		f.doubtful = f.doubtful || f.run == h && (f.told == "" || !l.final(f)) || f.out && !l.final(f)
	}
}

// final says that the store has the end of a hold, or that it is one that is kept.
func (l *ledger) final(f *fact) bool {
	s := l.w.disk.control.byID[f.id]
	return !s.State.Open() || s.kept()
}

// checkSettled: a desk that is open has ended what earlier runs left.
func (l *ledger) checkSettled() {
	for _, s := range l.w.disk.control.holds {
		if s.State.Open() && !s.kept() && l.byID[s.ID].run != l.w.run {
			l.w.fail(fmt.Sprintf("hold %s of an earlier run is still %s", s.ID, s.State))
		}
	}
}
