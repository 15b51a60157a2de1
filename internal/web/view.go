package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// hurry is how little time makes a list say so.
const hurry = 5 * time.Minute

// view is a hold as a page shows it.
type view struct {
	hold.Hold
	Word       string // the state for people
	Production bool   // real data: shown in red
	Asker      string // the people, or else the Postgres user
	Known      bool   // it is known who asked
	KnownBy    string // what else than the Postgres user says so; of several people each with theirs
	Because    string // what who asked changes about who may answer; may be empty
	Someone    bool   // the configuration has people, so an asker who is not Known is a stranger
	Statement  string
	Waits      bool // for people
	Left       string
	LeftShare  int // of its time, in thousandths
	Hurry      bool
	Ends       time.Time // when it came to the state it has
	Needs      []need
	Names      []string // who may answer
	Mine       bool     // the viewer asked
	Answers    bool     // the viewer may answer, and has not yet
	Approved   bool     // the viewer has approved
	Late       bool     // it ended without an answer, and the viewer may approve it all the same
}

// need is so many people of a group.
type need struct {
	Group          string
	Count, Missing int
	Spare          bool // one more than the others take
}

// viewOf is h for somebody at this moment.
func (s *Server) viewOf(h hold.Hold, who session, now time.Time) view {
	known := s.Desk.People()
	v := view{
		Hold: h, Word: stateWord(h.State), Production: production(h.Environment), Asker: h.User, Someone: known.Configured(),
		Statement: statement(h), Waits: h.State == hold.Pending, Left: wording.Left(now, h.Expires), Ends: endOf(h), Names: s.Desk.Reviewers(h.Request),
	}
	v.setRequesters(known.Requesters(h.Request))
	if whole := h.Expires.Sub(h.Asked); whole > 0 {
		v.LeftShare = int(1000 * max(h.Expires.Sub(now), 0) / whole)
	}
	v.Hurry = v.Waits && h.Expires.Sub(now) < hurry
	for _, n := range h.Needs() {
		v.Needs = append(v.Needs, need{n.Of(), n.Count, max(n.Count-h.Approved(n), 0), n.Spare})
	}
	v.Mine = known.IsRequester(who.by.Person, h.Request)
	v.Approved = h.HasYesOf(who.name())
	may := !v.Approved && (!known.Configured() || slices.Contains(v.Names, who.by.Person))
	v.Answers = v.Waits && may
	v.Late = h.Grantable() && may
	return v
}

// setRequesters puts into v who asked, as the page says it.
func (v *view) setRequesters(who []hold.Requester, unknown bool) {
	v.Requesters, v.Known = who, len(who) > 0
	if v.Known {
		v.Asker, v.KnownBy = wording.Names(who), knownBy(who)
	}
	asker := wording.Asker{Who: who, OneMore: unknown && v.OneMore(), Submitter: v.Submitter}
	if v.SelfConfirm {
		asker.Types = v.Database
	}
	v.Because = asker.Because(visible)
}

// knownBy is empty where the Postgres user alone says who asked.
func knownBy(who []hold.Requester) string {
	if len(who) == 1 {
		if who[0].KnownBy == hold.ByUser {
			return ""
		}
		return who[0].KnownBy
	}
	var parts []string
	for _, q := range who {
		parts = append(parts, q.Person+": "+q.KnownBy)
	}
	return strings.Join(parts, "; ")
}

// Missing is how many people still have to say yes.
func (v view) Missing() (n int) {
	for _, need := range v.Needs {
		n += need.Missing
	}
	return n
}

// Wanted says who must say yes: "1 of dba and 2 of security".
func (v view) Wanted() string {
	var parts []string
	for _, n := range v.Needs {
		parts = append(parts, n.text(n.Count, ""))
	}
	return wording.List(parts, "and")
}

// StillWanted is Wanted without those who have: "1 more of dba".
func (v view) StillWanted() string {
	var parts []string
	more := ""
	if len(v.Approvals) > 0 {
		more = "more "
	}
	for _, n := range v.Needs {
		if n.Missing > 0 {
			parts = append(parts, n.text(n.Missing, more))
		}
	}
	return wording.List(parts, "and")
}

// text is so many of the group; more is empty or "more ".
func (n need) text(count int, more string) string {
	if n.Spare {
		more = "more "
	}
	switch {
	case n.Group != "":
		return fmt.Sprintf("%d %sof %s", count, more, visible(n.Group))
	case count == 1:
		return "1 " + more + "person"
	}
	return fmt.Sprintf("%d %speople", count, more)
}

// Waited is how long it took until somebody answered, or it ended without.
func (v view) Waited() time.Duration { return v.Decided.Sub(v.Asked) }

// Kept says that the data is where it was.
func (v view) Kept() bool {
	if len(v.Spent) > 0 { // of a file a part was sent
		return false
	}
	switch v.State {
	case hold.Denied, hold.Expired, hold.Withdrawn, hold.Abandoned, hold.Lapsed:
		return true
	}
	return false
}

// KeptText is the sentence of it, and KeepsText the end of one about what happens
// without an answer.
func (v view) KeptText() string  { return kept(v.Hold) }
func (v view) KeepsText() string { return keeps(v.Hold) }

// FromText is where the session came from.
func (v view) FromText() string {
	var parts []string
	for _, p := range []string{v.Application, v.Client} {
		if p != "" {
			parts = append(parts, visible(p))
		}
	}
	return strings.Join(parts, ", ")
}

// production says of an environment that its data is real.
func production(environment string) bool {
	switch strings.ToLower(environment) {
	case "production", "prod":
		return true
	}
	return false
}

// endOf is when a hold came to the state it has.
func endOf(h hold.Hold) time.Time {
	for _, t := range []time.Time{h.Ended, h.ReleaseAt, h.Decided} {
		if !t.IsZero() {
			return t
		}
	}
	return h.Asked
}
