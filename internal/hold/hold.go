package hold

import "time"

// State is the state of a hold. The zero value is no state at all and never
// stored. What may follow what is decided by next alone.
type State string

// The states of a hold; DESIGN.md section 5.1.
const (
	Pending   State = "pending"   // waits for reviewers; shown to people as "held"
	Approved  State = "approved"  // enough reviewers said yes; not sent yet
	Denied    State = "denied"    // a reviewer said no
	Expired   State = "expired"   // nobody answered in time
	Withdrawn State = "withdrawn" // the requester cancelled or left
	Abandoned State = "abandoned" // holdfast or the server died or stopped
	Released  State = "released"  // on disk as sent; the server has not answered yet
	Lapsed    State = "lapsed"    // approved, but nobody was waiting any more, or revoked
	Executed  State = "executed"  // the server ran it
	Failed    State = "failed"    // the server answered with an error
	Unknown   State = "unknown"   // sent, and the answer was lost
	Granted   State = "granted"   // approved when nobody waited: passes once when repeated
)

// Request is what a session asks reviewers to decide. Times are absent: the desk
// has the clock.
type Request struct {
	Host, Environment, Database, User, Application, Client string

	// Evidence is what else is known of who asks.
	Evidence Evidence

	// Requesters are the people who asked, the surest first: one, or several where what
	// is known of the session names different people. Unknown is true when people are
	// configured and none of them is known to have asked. The desk sets both when it is
	// asked, and they stay.
	Requesters []Requester
	Unknown    bool

	// Unanswerable says why nobody could approve it when it was asked: too few people
	// may. Empty when they are enough, and without people. The desk sets it.
	Unanswerable string

	// UnknownSame is true when an Unknown requester takes no more people than others.
	UnknownSame bool

	// SelfConfirm is true when the requester may confirm it by typing the name of the
	// database.
	SelfConfirm bool

	// SQL is the text as sent (what is longer than MaxSQL is cut, and says so), passwords masked, transcoded to UTF-8. Of a batch
	// it is the texts of the statements that are held, one a line block.
	SQL string

	// Statements are one line for each destructive statement ("DROP TABLE events").
	Statements []string

	Rule, Reason, Why string

	// InTransaction is true when the session holds a transaction open on the
	// server, or may do so.
	InTransaction bool

	// Transaction names the transaction of the session in which it runs, unlike those of
	// all other sessions; empty where none is open for certain, or where it may end it.
	Transaction string

	// Items are the statements of a file that are to be approved together; none for a
	// statement that waits. File is its name, FileHash the SHA-256 of its bytes in
	// hexadecimal, Submitter who asked for it: a person, or without people an OS user.
	Items                     []Item
	File, FileHash, Submitter string

	// Item is what an approved file may list this statement as; empty for none.
	Item string

	// Wait bounds the hold. Zero or less is a fault of the caller.
	Wait time.Duration

	// Reviewers is who may answer; see Reviewers. Also are further ones, who must say
	// yes besides: a statement of several effects may be held by several rules.
	Reviewers Reviewers
	Also      []Reviewers

	// TypeName is true when whoever approves must type a name of TypeNames.
	TypeName bool

	// Braked is true when a brake is on it: an approval of its transaction, which was given
	// without seeing it, is not enough then.
	Braked bool

	// Binding is the digest of what a confirmation is bound to: host, database,
	// actor, search_path and the identical statement with its parameters. Empty
	// when nothing may be bound to it: see Unbound.
	Binding string

	// Unbound says why Binding is empty, for people: "its text has a password".
	Unbound string

	// Return is true when nobody waits: the statement has failed with the hold's
	// id, an approval is a grant, and the hold outlives its session and this run.
	// It needs a Binding.
	Return bool

	// Grant is how long a grant is good after the approval; zero or less is
	// DefaultGrant.
	Grant time.Duration

	// Undone is true when an error of the server undoes all that the statement did
	// until then. Only then is a grant good again after an error.
	Undone bool
}

// DefaultGrant is long enough to find the window of a deployment once more, and
// short enough that what was looked at is still what is meant.
const DefaultGrant = 30 * time.Minute

// GrantFor is how long an approval of r is good that nobody waits for.
func (r Request) GrantFor() time.Duration {
	if r.Grant <= 0 {
		return DefaultGrant
	}
	return r.Grant
}

// Reviewers says who may answer a hold. The zero value is anybody but the
// requester, one person.
type Reviewers struct {
	Group string // name of the group, for people; empty is anybody
	Count int    // distinct people; 0 is 1
}

// Hold is one statement (or one batch) waiting for people, or what became of it.
// It is a value: copies do not change with the desk's.
type Hold struct {
	ID    string
	State State
	Request

	Asked     time.Time // when it was recorded
	Expires   time.Time // when it ends by itself
	Decided   time.Time // approved, denied or ended; zero while pending
	ReleaseAt time.Time // when it was released; zero if it was not
	Ended     time.Time // executed, failed, unknown or lapsed; zero before

	// GrantUntil is until when a grant is or was good; zero for a hold that never
	// was one.
	GrantUntil time.Time

	// DecidedBy is the person (or, without people in the config, the OS user)
	// whose answer decided; of several the last one. Empty when nobody did.
	DecidedBy string
	Via       string // "cli", later "slack", "console"
	Identity  string // "verified" by people, "unverified" without; empty when nobody answered
	Note      string

	// Spent are the items that were sent, in order.
	Spent []Spent

	// Under is the hold whose approval this statement went on with; empty for one that
	// was approved itself.
	Under string

	// Revoked is who took the grant back that it was; zero for every other hold.
	Revoked Revocation

	// Approvals so far, in order, while more than one is needed.
	Approvals []Approval

	// SQLHash is the SHA-256 of the whole SQL in hexadecimal, also where SQL was
	// cut at MaxSQL. The desk sets it.
	SQLHash string

	// Result is the command tag or the server's error (SQLSTATE and message) after
	// the release, and for other ends the cause ("client left"). Of a grant it is
	// the error after which it was given back.
	Result string

	// Blocked is who waits behind its transaction, while its session waits. Get and List
	// fill it in; it is not stored.
	Blocked Blocked
}

// Approval is one reviewer's yes.
type Approval struct {
	By   string
	Via  string
	Note string
	At   time.Time

	// Self is true when the reviewer is one of those who asked.
	Self bool

	// Scope is what it is for.
	Scope Scope `json:",omitempty"`

	// Groups are those of the request that the reviewer was in then: a yes counts
	// for each of them, and stays counted when people change.
	Groups []string
}
