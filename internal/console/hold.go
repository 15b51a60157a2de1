package console

import (
	"cmp"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
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

	// Requesters are the people who asked, the surest first: several where what is
	// known of the session names different people. RequesterUnknown is true when people
	// are configured and none of them is known to have asked.
	Requesters       []Requester `json:"requesters,omitempty"`
	RequesterUnknown bool        `json:"requester_unknown,omitempty"`

	SQL           string   `json:"sql"` // as sent, passwords masked
	Statements    []string `json:"statements"`
	Rule          string   `json:"rule"`
	Reason        string   `json:"reason"`
	Why           string   `json:"why,omitempty"`
	InTransaction bool     `json:"in_transaction"`

	// Blocked is who waits behind its transaction; absent unless it waits inside one, and
	// until the server was asked.
	Blocked *Blocked `json:"blocked,omitempty"`

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

	// Scopes are what it may be approved for while it waits: "statement", and
	// "transaction" where it waits inside of one.
	Scopes []string `json:"scopes,omitempty"`

	// File, of a hold that asks about the statements of one, else nil.
	File *File `json:"file,omitempty"`

	// Under is the hold whose approval for a transaction this statement went on with.
	Under string `json:"under,omitempty"`

	// Covers is, of one hold that was approved for its transaction, what went on under it.
	Covers *Coverage `json:"covers,omitempty"`

	// Revoked is who took a grant back before it was spent, or nil.
	Revoked *Revocation `json:"revoked,omitempty"`

	DecidedBy string     `json:"decided_by"`
	Via       string     `json:"via"`
	Identity  string     `json:"identity,omitempty"` // of DecidedBy: verified or unverified
	Note      string     `json:"note"`
	Approvals []Approval `json:"approvals,omitempty"`
	Reviewers Reviewers  `json:"reviewers"`

	// Unanswerable says why nobody can approve it by the people of now; of one that has
	// ended, when it was asked.
	Unanswerable string `json:"unanswerable,omitempty"`

	// SelfConfirm is what the requester must type to approve their own; empty where
	// they may not.
	SelfConfirm string `json:"self_confirm,omitempty"`

	// SelfConfirmed is true when one who asked has approved it.
	SelfConfirmed bool `json:"self_confirmed,omitempty"`

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
	Self bool      `json:"self,omitempty"` // of who asked

	Scope string `json:"scope,omitempty"` // "transaction", or empty for the statement
}

// File is a file of which the statements are approved together.
type File struct {
	Name      string `json:"name"`
	SHA256    string `json:"sha256"`    // of its bytes
	Submitter string `json:"submitter"` // who asked for it
	Items     []Item `json:"items"`
	Left      int    `json:"left"` // items that were not sent
}

// Item is a statement of a file.
type Item struct {
	Line       int      `json:"line"`
	Hash       string   `json:"hash"` // as check --json has it
	Statements []string `json:"statements"`
	Spent      bool     `json:"spent"` // it was sent; covers says what became of it
}

// Coverage is what an approval was for besides its own statement.
type Coverage struct {
	Open   bool     `json:"open"`   // more may go on under it
	Passed []Passed `json:"passed"` // what went on, in order
}

// Passed is a statement that went on under the approval of another hold.
type Passed struct {
	ID         string    `json:"id"`
	State      string    `json:"state"`
	Statements []string  `json:"statements"`
	Released   time.Time `json:"released"`
	Result     string    `json:"result,omitempty"`
}

// Revocation is that somebody took a grant back.
type Revocation struct {
	By       string    `json:"by"`
	Via      string    `json:"via"`
	Identity string    `json:"identity"` // verified or unverified
	Note     string    `json:"note"`
	At       time.Time `json:"at"`
	Self     bool      `json:"self,omitempty"` // by who asked
}

// Requester is a person who asked, and what says so.
type Requester struct {
	Person  string `json:"person"`
	KnownBy string `json:"known_by"` // "client certificate", ...; see hold.Requester
}

// Reviewers says who may answer.
type Reviewers struct {
	Group string `json:"group,omitempty"` // of the first need
	Count int    `json:"count"`           // distinct people wanted by it

	// Needs are all that must be met, in the order of the rules; at least one.
	Needs []Need `json:"needs"`

	// People could answer: without the requester, unless they may confirm their own.
	// None without people in the configuration.
	People []string `json:"people,omitempty"`

	// Requester is the person who asked, where that is known, or "ana and ben" where it
	// is one of them.
	Requester string `json:"requester,omitempty"`

	// OneMore is true when Needs have one person more because it is not known who asked.
	OneMore bool `json:"one_more,omitempty"`
}

// Need is one condition on who approves.
type Need struct {
	Group    string   `json:"group,omitempty"` // empty is anybody, or one of Groups
	Count    int      `json:"count"`           // distinct people wanted
	Approved int      `json:"approved"`        // who have said yes
	Groups   []string `json:"groups,omitempty"`

	// Spare is true for the one more that an unknown requester takes, besides those whom
	// the other needs count.
	Spare bool `json:"spare,omitempty"`
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
			Group: h.Reviewers.Group, Count: h.Needs()[0].Count,
			People: d.Reviewers(h.Request), OneMore: h.OneMore(),
		},
		Unanswerable: h.Unanswerable, Under: h.Under, SelfConfirmed: h.SelfConfirmed(),
	}
	if h.State == hold.Pending {
		s.Unanswerable = d.People().Unanswerable(h) // people may have come, or gone, since it was asked
	}
	s.Blocked = blocked(h.Blocked)
	s.setRequesters(d.People().Requesters(h.Request))
	for _, n := range h.Needs() {
		s.Reviewers.Needs = append(s.Reviewers.Needs, Need{Group: n.Group, Count: n.Count, Approved: h.Approved(n), Groups: n.Groups, Spare: n.Spare})
	}
	if h.SelfConfirm && len(s.Requesters) > 0 {
		s.SelfConfirm = h.Database
	}
	if h.Transactional() {
		s.Scopes = []string{statementScope, string(hold.ScopeTransaction)}
	}
	s.setFile(h)
	if h.TypeName {
		s.TypeName = h.TypeNames()
	}
	if h.Binding == "" {
		s.Ungrantable = cmp.Or(h.Unbound, "nothing can be bound to its text")
	}
	if !h.Revoked.IsZero() {
		r := Revocation(h.Revoked)
		s.Revoked = &r
	}
	if s.Statements == nil {
		s.Statements = []string{}
	}
	for _, a := range h.Approvals {
		s.Approvals = append(s.Approvals, Approval{By: a.By, Via: a.Via, Note: a.Note, At: a.At.UTC(), Self: a.Self, Scope: string(a.Scope)})
	}
	return s
}

func (s *Hold) setFile(h hold.Hold) {
	if !h.OfFile() {
		return
	}
	left := h.Left()
	s.File = &File{Name: h.File, SHA256: h.FileHash, Submitter: h.Submitter, Left: len(left)}
	for i, item := range h.Items {
		s.File.Items = append(s.File.Items, Item{Line: item.Line, Hash: item.Hash, Statements: item.Statements, Spent: !slices.Contains(left, i)})
	}
}

// setCoverage adds what went on under the approval, where it was for more than the
// statement.
func (s *Hold) setCoverage(c hold.Coverage) {
	if s.File == nil && (s.Under != "" || !slices.ContainsFunc(s.Approvals, func(a Approval) bool { return a.Scope != "" })) {
		return
	}
	s.Covers = &Coverage{Open: c.Open || s.File != nil && s.State == string(hold.Granted), Passed: []Passed{}}
	for _, h := range c.Passed {
		s.Covers.Passed = append(s.Covers.Passed, Passed{ID: h.ID, State: string(h.State), Statements: h.Statements, Released: h.ReleaseAt.UTC(), Result: h.Result})
	}
}

func (s *Hold) setRequesters(list []hold.Requester, unknown bool) {
	for _, q := range list {
		s.Requesters = append(s.Requesters, Requester(q))
	}
	s.Reviewers.Requester, s.RequesterUnknown = wording.Names(list), unknown
}

// utc keeps the zero time zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
