package hold

import (
	"slices"
	"time"
)

// Scope is what an approval is for. The zero value is the statement that is held.
type Scope string

// The scopes of an approval.
const (
	ScopeStatement   Scope = ""            // the one that is held
	ScopeTransaction Scope = "transaction" // also what else is held in its transaction
)

// Transactional is true for a hold that may be approved for its transaction: its session
// waits inside of one that the client has begun.
func (h Hold) Transactional() bool {
	return h.State == Pending && h.Transaction != "" && !h.Return
}

// checkScope is nil when who may approve h with that scope.
func (h Hold) checkScope(people People, who answerer, s Scope) error {
	switch {
	case s == ScopeStatement:
		return nil
	case s != ScopeTransaction:
		return notAllowed("there is no scope %s: it is statement or transaction", quoteName(string(s)))
	case people.IsRequester(who.name, h.Request):
		return notAllowed("%s asked, and confirms their own one statement at a time, not for the transaction", who.name)
	case h.Return || h.State != Pending:
		return notAllowed("nobody waits for this hold, so its transaction is over: approve it without a scope, for the statement")
	case !h.Transactional():
		return notAllowed("this hold waits inside of no transaction that its client has begun, or it may end it: approve it without a scope, for the statement")
	}
	return nil
}

// Covering is true for a hold of which an approval was for its transaction.
func (h Hold) Covering() bool { return h.Under == "" && len(h.ForTransaction()) > 0 }

// ForTransaction are the approvals of h that are for its transaction.
func (h Hold) ForTransaction() []Approval {
	return slices.DeleteFunc(slices.Clone(h.Approvals), func(a Approval) bool { return a.Scope != ScopeTransaction })
}

// openScope is an approval for a transaction that goes on.
type openScope struct {
	gate  gate // held while a statement goes on under it, and while it is revoked
	hold  Hold // that was approved, as it was then
	until time.Time
	over  bool // guarded by gate: it was revoked
}

// openScope begins what the approvals of a hold that is sent are for.
func (d *Desk) openScope(h Hold) {
	if h.Transaction == "" || !h.Covering() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &openScope{gate: make(gate, 1), hold: h.clone(), until: h.Decided.Add(h.GrantFor())}
	d.scopes[h.Transaction] = append(d.scopes[h.Transaction], s)
}

// EndTransaction forgets what was approved for a transaction. Its session calls it when
// the transaction is over, and when it ends itself.
func (d *Desk) EndTransaction(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.scopes, id)
}

// scopesOf are those of a transaction, the newest first.
func (d *Desk) scopesOf(transaction string) []*openScope {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := slices.Clone(d.scopes[transaction])
	slices.Reverse(list)
	return list
}

// covers says that what was approved is enough for one statement more, by the people and
// the policy of now: who said yes to the transaction could approve r, and nothing that
// is asked of them is missing. approvals are theirs, as they count for r.
func (s *openScope) covers(people People, r Request) (approvals []Approval, ok bool) {
	if r.TypeName || r.Braked || !r.Undone || r.Transaction != s.hold.Transaction || !clock().Before(s.until) || !people.sameRequester(s.hold.Request, r) {
		return nil, false
	}
	return people.enough(s.hold.ForTransaction(), r)
}

// enough says whether those who gave the approvals could have given them to r, and nobody
// is missing then. counting are those that count, as they count for r.
func (p People) enough(approvals []Approval, r Request) (counting []Approval, ok bool) {
	for _, a := range approvals {
		_, known := p.ByName(a.By)
		if p.Configured() && !known || p.IsRequester(a.By, r) || p.mayAnswer(answerer{name: a.By}, r) != nil {
			continue
		}
		a.Groups, a.Self = p.countsFor(a.By, r), false
		counting = append(counting, a)
	}
	return counting, len((Hold{Request: r, Approvals: counting}).Missing()) == 0
}
