package proxy

import (
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/rules"
)

// SetPolicy judges every text from now on by p, in sessions that are open too. What
// is held already keeps its terms. Safe to call at any time; p is not nil.
func (s *Server) SetPolicy(p *rules.Policy) { s.policy.Store(p) }

// SetTerms gives a host other terms for the holds from now on; the zero value of a
// field is its default. It is false for a name that no host has.
func (s *Server) SetTerms(name string, t Terms) bool {
	t.fill()
	for _, h := range s.hosts {
		if h.Name == name {
			h.terms.Store(&t)
			return true
		}
	}
	return false
}

// apply puts into r what the rules that hold it want, all of it: every group, the
// shortest time. What they leave open, and where there are none, is the host's. One
// rule that returns makes all return, and so does a client that has chosen it, unless
// one of the rules must wait; what no approval can be kept for waits all the same. What
// returns holds no locks, and waits as outside of a transaction.
func (t *Terms) apply(r *hold.Request, wanted []rules.Terms, chosen bool) {
	if len(wanted) == 0 {
		wanted = []rules.Terms{{}}
	}
	returns := func(w rules.Terms) bool { return w.Return }
	mustWait := func(w rules.Terms) bool { return w.MustWait }
	chosen = chosen && !slices.ContainsFunc(wanted, mustWait)
	r.UnknownSame, r.SelfConfirm = t.UnknownSame, t.SelfConfirm
	r.Return, r.Grant = r.Binding != "" && (chosen || slices.ContainsFunc(wanted, returns)), t.Grant
	for i, w := range wanted {
		wait := t.wait(w, r.InTransaction && !r.Return)
		if i == 0 {
			r.Reviewers, r.Wait = t.reviewers(w), wait
		} else {
			r.Also, r.Wait = append(r.Also, t.reviewers(w)), min(r.Wait, wait)
		}
		r.TypeName = r.TypeName || w.TypeName
	}
}

func (t *Terms) reviewers(w rules.Terms) hold.Reviewers {
	r := hold.Reviewers{Group: w.Group, Count: w.Count}
	if r.Group == "" {
		r.Group = t.Reviewers.Group
	}
	if r.Count == 0 {
		r.Count = t.Reviewers.Count
	}
	return r
}

// wait is how long a rule's hold waits. A rule that only says how long outside of a
// transaction does not wait longer inside one.
func (t *Terms) wait(w rules.Terms, inTransaction bool) time.Duration {
	switch {
	case inTransaction && w.WaitInTransaction > 0:
		return w.WaitInTransaction
	case inTransaction && w.Wait > 0:
		return min(w.Wait, t.WaitInTransaction)
	case inTransaction:
		return t.WaitInTransaction
	case w.Wait > 0:
		return w.Wait
	}
	return t.Wait
}
