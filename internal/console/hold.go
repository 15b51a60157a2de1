package console

import (
	"cmp"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Hold is a hold as the API shows it. The keys without omitempty are promised
// (DESIGN.md section 9) and always present. Times are in UTC.
type Hold struct {
	ID    string `json:"id"`
	State string `json:"state"` // the word of hold.State, "pending" for what people call held

	Host        string `json:"host"`
	Environment string `json:"environment,omitempty"`
	Database    string `json:"database"`
	User        string `json:"user"` // the Postgres user
	Application string `json:"application"`
	Client      string `json:"client"`

	SQL           string   `json:"sql"` // as sent, passwords masked
	Statements    []string `json:"statements"`
	Rule          string   `json:"rule"`
	Reason        string   `json:"reason"`
	Why           string   `json:"why,omitempty"`
	InTransaction bool     `json:"in_transaction"`

	// Returns is true when nobody waits: the statement has failed with ZH001, and an
	// approval is for the identical statement, sent once more.
	Returns bool `json:"returns,omitempty"`

	// Ungrantable says why an approval cannot be kept for later; empty when it can.
	Ungrantable string `json:"ungrantable,omitempty"`

	Asked    time.Time `json:"asked"`
	Expires  time.Time `json:"expires"`
	Decided  time.Time `json:"decided,omitzero"`  // answered, or ended without an answer
	Released time.Time `json:"released,omitzero"` // sent to the server
	Ended    time.Time `json:"ended,omitzero"`    // the server's answer came

	// GrantedUntil is until when an approval is or was good that nobody waited for.
	GrantedUntil time.Time `json:"granted_until,omitzero"`

	DecidedBy string     `json:"decided_by"`
	Via       string     `json:"via"`
	Identity  string     `json:"identity,omitempty"` // of DecidedBy: verified or unverified
	Note      string     `json:"note"`
	Approvals []Approval `json:"approvals,omitempty"`
	Reviewers Reviewers  `json:"reviewers"`

	// TypeName are the names of which one must be typed to approve; empty when none
	// is wanted.
	TypeName []string `json:"type_name,omitempty"`

	Result string `json:"result,omitempty"`
}

// Approval is one reviewer's yes.
type Approval struct {
	By   string    `json:"by"`
	Via  string    `json:"via"`
	Note string    `json:"note"`
	At   time.Time `json:"at"`
}

// Reviewers says who may answer.
type Reviewers struct {
	Group string `json:"group,omitempty"` // of the first need
	Count int    `json:"count"`           // distinct people wanted by it

	// Needs are all that must be met, in the order of the rules; at least one.
	Needs []Need `json:"needs"`

	People []string `json:"people,omitempty"` // who could answer, the requester left out; none without people in the configuration

	// Requester is the person who asked, where the configuration says whose the
	// Postgres user is; nobody answers their own hold.
	Requester string `json:"requester,omitempty"`
}

// Need is one condition on who approves.
type Need struct {
	Group    string `json:"group,omitempty"` // empty is anybody
	Count    int    `json:"count"`           // distinct people wanted
	Approved int    `json:"approved"`        // who have said yes
}

// shown is h for people and programs.
func shown(h hold.Hold, d Desk) Hold {
	s := Hold{
		ID: h.ID, State: string(h.State),
		Host: h.Host, Environment: h.Environment, Database: h.Database, User: h.User,
		Application: h.Application, Client: h.Client,
		SQL: h.SQL, Statements: h.Statements, Rule: h.Rule, Reason: h.Reason, Why: h.Why,
		InTransaction: h.InTransaction, Returns: h.Return, GrantedUntil: utc(h.GrantUntil),
		Asked: h.Asked.UTC(), Expires: h.Expires.UTC(), Decided: utc(h.Decided), Released: utc(h.ReleaseAt), Ended: utc(h.Ended),
		DecidedBy: h.DecidedBy, Via: h.Via, Identity: h.Identity, Note: h.Note, Result: h.Result,
		Reviewers: Reviewers{
			Group: h.Reviewers.Group, Count: max(h.Reviewers.Count, 1),
			People: d.Reviewers(h.Request), Requester: requester(h, d),
		},
	}
	for _, n := range h.Needs() {
		s.Reviewers.Needs = append(s.Reviewers.Needs, Need{Group: n.Group, Count: n.Count, Approved: h.Approved(n)})
	}
	if h.TypeName {
		s.TypeName = h.TypeNames()
	}
	if h.Binding == "" {
		s.Ungrantable = cmp.Or(h.Unbound, "nothing can be bound to its text")
	}
	if s.Statements == nil {
		s.Statements = []string{}
	}
	for _, a := range h.Approvals {
		s.Approvals = append(s.Approvals, Approval{By: a.By, Via: a.Via, Note: a.Note, At: a.At.UTC()})
	}
	return s
}

func requester(h hold.Hold, d Desk) string {
	p, _ := d.People().ByPostgres(h.User)
	return p.Name
}

// utc keeps the zero time zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
