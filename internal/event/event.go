package event

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// Event is one thing that happened. The set is closed: the types of this
// package. They marshal to JSON as they stand in the audit.
type Event interface {
	// Kind names what happened, for people and for grep: "session started".
	Kind() string
	// When is the time at which it happened.
	When() time.Time
}

// TextHash is the SHA-256 of a statement's text, in hexadecimal. It stands for
// the text wherever the text itself must not be kept.
func TextHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Origin is rules.Origin with the names of the audit.
type Origin struct {
	Host        string `json:"host"`
	Environment string `json:"environment,omitempty"`
	Database    string `json:"database"`
	User        string `json:"user"`
	Application string `json:"application,omitempty"`
	Client      string `json:"client,omitempty"`
}

// From converts the origin that the proxy and the rules use.
func From(o rules.Origin) Origin { return Origin(o) }

// SessionStarted says that a client was let in by the server.
type SessionStarted struct {
	At      time.Time `json:"-"`
	Session string    `json:"session"` // unique within this run of holdfast
	Origin
}

// SessionEnded says that a session is over.
type SessionEnded struct {
	At      time.Time `json:"-"`
	Session string    `json:"session"`
	Origin
	Seconds float64 `json:"seconds"`         // how long it lasted
	Cause   string  `json:"cause,omitempty"` // why it ended, without foreign text
}

// Outcome is what became of a statement that was judged.
type Outcome string

// The outcomes that are worth an event. A statement that is held has also the
// HoldChanged events of its hold.
const (
	Held      Outcome = "held"
	WouldHold Outcome = "would be held" // observe mode: it went on
	Refused   Outcome = "refused"       // by the policy or a rule about settings
	Warned    Outcome = "warned"        // it went on
)

// Judged says what became of a statement.
type Judged struct {
	At      time.Time `json:"-"`
	Session string    `json:"session,omitempty"`
	Origin
	Outcome    Outcome  `json:"outcome"`
	Rule       string   `json:"rule"`
	Reason     string   `json:"reason,omitempty"`
	Statements []string `json:"statements,omitempty"` // verb and target, no literals
	Effects    []Effect `json:"effects,omitempty"`    // that decided, for rules; see EffectsOf
	SQLHash    string   `json:"sql_sha256,omitempty"` // see TextHash
	Hold       string   `json:"hold,omitempty"`       // id, when held
}

// NotCounted says how many statements of one key passed although nobody counted
// what they destroyed, between From and At.
type NotCounted struct {
	From time.Time `json:"from"`
	At   time.Time `json:"-"`
	Key
	Count uint64 `json:"count"`

	// Other is true for the sum of everything that found no place among the
	// keys of its minute; Key is then empty.
	Other bool `json:"other,omitempty"`
}

// Key is what statements that were not counted are summed by.
type Key struct {
	Host     string `json:"host"`
	Database string `json:"database"`
	User     string `json:"user"`
	Verb     string `json:"verb"`
	Relation string `json:"relation"` // as written; empty where the text does not say
}

// HoldChanged says that a hold was asked, answered or ended. From equals State
// when one of several reviewers said yes and others are still needed.
type HoldChanged struct {
	At    time.Time `json:"-"`
	Hold  string    `json:"hold"`
	From  string    `json:"from,omitempty"` // empty for a new hold
	State string    `json:"state"`
	Origin

	// Requesters are the people who asked, the surest first. RequesterUnknown is true
	// when people are configured and none of them is known to have asked.
	Requesters       []Requester `json:"requesters,omitempty"`
	RequesterUnknown bool        `json:"requester_unknown,omitempty"`

	Statements    []string `json:"statements,omitempty"` // verb and target, no literals
	SQLHash       string   `json:"sql_sha256"`
	Binding       string   `json:"binding,omitempty"`
	Rule          string   `json:"rule"`
	Reason        string   `json:"reason,omitempty"`
	InTransaction bool     `json:"in_transaction,omitempty"`
	Group         string   `json:"group,omitempty"` // who may answer; empty is anybody
	Count         int      `json:"count"`           // distinct people needed

	// Also must say yes besides; TypeName is true when they must type a name.
	Also     []Reviewers `json:"also,omitempty"`
	TypeName bool        `json:"type_name,omitempty"`

	Asked     time.Time  `json:"asked"`
	Expires   time.Time  `json:"expires"`
	By        string     `json:"by,omitempty"` // whose answer this is
	Via       string     `json:"via,omitempty"`
	Identity  string     `json:"identity,omitempty"`
	Note      string     `json:"note,omitempty"`
	Approvals []Approval `json:"approvals,omitempty"`
	Result    string     `json:"result,omitempty"`

	// File is the name of a file of which statements are to be approved together, FileHash
	// the SHA-256 of its bytes, Items the hashes of those statements, Submitter who asked
	// for it; Spent is how many were sent.
	File      string   `json:"file,omitempty"`
	FileHash  string   `json:"file_sha256,omitempty"`
	Items     []string `json:"items,omitempty"`
	Submitter string   `json:"submitter,omitempty"`
	Spent     int      `json:"spent,omitempty"`

	// Under is the hold whose approval, for its transaction or of a file, this statement
	// went on with.
	Under string `json:"under,omitempty"`

	// Return is true when nobody waits on the wire; GrantedUntil is until when a
	// grant is or was good, zero where it never was one.
	Return       bool      `json:"return,omitempty"`
	GrantedUntil time.Time `json:"granted_until,omitzero"`

	// Revoked is true when a person took a grant back; By is that person then.
	Revoked bool `json:"revoked,omitempty"`

	// Late is true when holdfast wrote this at its next start, because it
	// cannot tell whether it wrote it before it stopped.
	Late bool `json:"late,omitempty"`
}

// Reviewers are so many distinct people of a group; without a group, of all.
type Reviewers struct {
	Group string `json:"group,omitempty"`
	Count int    `json:"count"`
}

// Requester is a person who asked, and what says so.
type Requester struct {
	Person  string `json:"person"`
	KnownBy string `json:"known_by"`
}

// Approval is one reviewer's yes.
type Approval struct {
	By     string    `json:"by"`
	Via    string    `json:"via,omitempty"`
	Note   string    `json:"note,omitempty"`
	Scope  string    `json:"scope,omitempty"`  // "transaction", or empty for the statement
	Groups []string  `json:"groups,omitempty"` // for which it counts
	Self   bool      `json:"self,omitempty"`   // of who asked
	At     time.Time `json:"at"`
}

// Lost says how many events an observer did not get since it was last told.
type Lost struct {
	At       time.Time `json:"-"`
	Observer string    `json:"observer"`
	Count    uint64    `json:"count"`
}

// Kind implements Event.
func (SessionStarted) Kind() string { return "session started" }

// Kind implements Event.
func (SessionEnded) Kind() string { return "session ended" }

// Kind implements Event: the outcome is part of it.
func (e Judged) Kind() string { return "statement " + string(e.Outcome) }

// Kind implements Event.
func (NotCounted) Kind() string { return "statements not counted" }

// Kind implements Event: the state is part of it.
func (e HoldChanged) Kind() string {
	switch {
	case e.Revoked:
		return "hold revoked"
	case e.From == e.State:
		return "hold approved by one"
	}
	return "hold " + e.State
}

// Kind implements Event.
func (Lost) Kind() string { return "events lost" }

// When implements Event.
func (e SessionStarted) When() time.Time { return e.At }

// When implements Event.
func (e SessionEnded) When() time.Time { return e.At }

// When implements Event.
func (e Judged) When() time.Time { return e.At }

// When implements Event: the end of the interval.
func (e NotCounted) When() time.Time { return e.At }

// When implements Event.
func (e HoldChanged) When() time.Time { return e.At }

// When implements Event.
func (e Lost) When() time.Time { return e.At }
