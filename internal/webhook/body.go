package webhook

import (
	"regexp"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

// Body is what is sent. Keys without omitempty are always there. Times are in UTC.
type Body struct {
	Delivery string    `json:"delivery"` // the same when a request is repeated
	At       time.Time `json:"at"`       // of this request

	// Hold is what this is about, or else Event is what happened to Alert.
	Hold  *Hold  `json:"hold,omitempty"`
	Event string `json:"event,omitempty"`
	Alert *Alert `json:"alert,omitempty"`
}

// Hold is a hold, with the keys of holdfast show --json.
type Hold struct {
	ID          string `json:"id"`
	State       string `json:"state"`
	Host        string `json:"host"`
	Environment string `json:"environment,omitempty"`
	Database    string `json:"database"`
	User        string `json:"user"`
	Requester   string `json:"requester,omitempty"` // the person who asked, or "ana and ben" where it is one of them

	// Requesters are the people who asked, the surest first; RequesterUnknown is true
	// when people are configured and none of them is known to have asked.
	Requesters       []Requester `json:"requesters,omitempty"`
	RequesterUnknown bool        `json:"requester_unknown,omitempty"`

	Application   string   `json:"application"`
	Client        string   `json:"client"`
	SQL           string   `json:"sql"` // without values unless they are wanted
	Statements    []string `json:"statements"`
	Rule          string   `json:"rule"`
	Reason        string   `json:"reason"`
	InTransaction bool     `json:"in_transaction"`

	Asked    time.Time `json:"asked"`
	Expires  time.Time `json:"expires"`
	Decided  time.Time `json:"decided,omitzero"`
	Released time.Time `json:"released,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`

	DecidedBy string     `json:"decided_by"`
	Via       string     `json:"via"`
	Note      string     `json:"note"`
	Approvals []Approval `json:"approvals,omitempty"`
	Result    string     `json:"result,omitempty"`
	Under     string     `json:"under,omitempty"`      // the hold whose approval it went on with
	RevokedBy string     `json:"revoked_by,omitempty"` // who took a grant back before it was spent
	URL       string     `json:"url,omitempty"`        // of its page
}

// Requester is a person who asked, and what says so.
type Requester struct {
	Person  string `json:"person"`
	KnownBy string `json:"known_by"`
}

// Approval is one reviewer's yes.
type Approval struct {
	By   string    `json:"by"`
	Via  string    `json:"via"`
	Note string    `json:"note"`
	At   time.Time `json:"at"`
	Self bool      `json:"self,omitempty"` // of who asked
}

func (k *Hook) shown(h hold.Hold) *Hold {
	requesters, unknown := k.o.Desk.People().Requesters(h.Request)
	s := &Hold{
		ID: h.ID, State: string(h.State), Host: h.Host, Environment: h.Environment, Database: h.Database,
		User: h.User, RequesterUnknown: unknown, Application: h.Application, Client: h.Client,
		SQL: h.SQL, Statements: h.Statements, Rule: h.Rule, Reason: h.Reason, InTransaction: h.InTransaction,
		Asked: h.Asked.UTC(), Expires: h.Expires.UTC(), Decided: h.Decided, Released: h.ReleaseAt, Ended: h.Ended,
		DecidedBy: h.DecidedBy, Via: h.Via, Note: h.Note, Result: h.Result, RevokedBy: h.Revoked.By, Under: h.Under,
	}
	if s.Statements == nil {
		s.Statements = []string{}
	}
	for _, q := range requesters {
		s.Requesters = append(s.Requesters, Requester(q))
	}
	s.Requester = wording.Names(requesters)
	for _, a := range h.Approvals {
		s.Approvals = append(s.Approvals, Approval{By: a.By, Via: a.Via, Note: a.Note, At: a.At.UTC(), Self: a.Self})
	}
	if k.o.Console != "" {
		s.URL = strings.TrimRight(k.o.Console, "/") + "/holds/" + h.ID
	}
	if !k.o.Literals {
		s.SQL, s.Result = rules.Hide(h.SQL), withoutValues(h)
	}
	return s
}

// sqlState is the beginning of a server's error as a hold keeps it.
var sqlState = regexp.MustCompile(`^[0-9A-Z]{5}\b`)

// withoutValues is the result without the server's message, which quotes rows.
func withoutValues(h hold.Hold) string {
	if h.State != hold.Failed || strings.HasPrefix(h.Result, "not sent: ") {
		return h.Result
	}
	if code := sqlState.FindString(h.Result); code != "" {
		return code
	}
	return "error"
}
