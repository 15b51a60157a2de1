package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/tally"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// Mode says what is done with a verdict on a host. The zero value is Enforce.
type Mode = session.Mode

// The modes of a host.
const (
	Enforce = session.Enforce // hold and refuse
	Observe = session.Observe // change nothing on the wire, record what would have been held
	Off     = session.Off     // do not look
)

// Host is one server that clients reach through holdfast.
type Host struct {
	Name        string // required
	Environment string // "production"; may be empty

	// Listen are the addresses for clients: "host:port", or "unix:/path" for a
	// Unix socket, which is removed when the server ends.
	Listen []string

	Server *Upstream // required

	// TLS is offered to clients; nil offers none. RequireTLS refuses clients that
	// come over TCP without it.
	// RequireCertificate refuses those that come over TCP without a certificate that TLS
	// has verified.
	TLS                *tls.Config
	RequireTLS         bool
	RequireCertificate bool

	// Console is the address of the web console, without a slash at its end, for
	// hints; may be empty.
	Console string

	Mode Mode
	Terms
}

// Terms say who answers the holds of a host and how long they wait, where the rule
// that holds does not say so itself, and what a protected host does with sessions. They
// can change while a host is served.
type Terms struct {
	Reviewers hold.Reviewers

	// Answerers says who can answer a hold, for hints: "ben", "a member of dba".
	// Empty is "another person".
	Answerers string

	// Wait is how long a statement is held outside of a transaction, and
	// WaitInTransaction inside one. Zero is the default of each.
	Wait, WaitInTransaction time.Duration

	// BlockedWait is how long others may wait behind a strong lock of the transaction of
	// a held statement before its hold ends. Zero is the default; below zero it does not.
	BlockedWait time.Duration

	// Grant is how long an approval is good that nobody waited for. Zero is
	// hold.DefaultGrant.
	Grant time.Duration

	// FixedMode refuses clients that choose return mode themselves when they connect.
	FixedMode bool

	// Banner are the kinds of sessions that begin with a notice of where they are;
	// empty is none.
	Banner []rules.Kind

	// Idle says which sessions are ended that nobody uses.
	Idle Idle

	// UnknownSame asks for no more people where the requester is not known, and
	// SelfConfirm lets requesters confirm their own; see hold.Request.
	UnknownSame, SelfConfirm bool
}

const (
	// DefaultWait is long enough to find a reviewer: nothing is locked meanwhile.
	DefaultWait = 30 * time.Minute

	// DefaultWaitInTransaction is short: the transaction may hold locks.
	DefaultWaitInTransaction = time.Minute

	// DefaultBlockedWait is what people take for a hitch: what waits longer behind an
	// AccessExclusiveLock soon has everything else waiting behind it.
	DefaultBlockedWait = 5 * time.Second
)

// Desk is what a session needs of hold.Desk.
type Desk interface {
	Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error)
	Finish(id string, s hold.State, result string)
	SetBlocked(id string, b hold.Blocked)

	// EndTransaction says that a transaction is over that people approved.
	EndTransaction(id string)
}

// Options are the parts of a Server.
type Options struct {
	Hosts  []Host
	Reader *rules.Reader
	Policy *rules.Policy
	Desk   Desk
	Events *event.Bus // may be nil
	Trace  *Trace     // nil records nothing
	Log    zerolog.Logger

	// Tally takes what transactions did to rows, each once the server has said that it
	// is over and before the client is told; nil sums nothing.
	Tally *tally.Queue

	// MaxSessions bounds the clients of all hosts that are logged in or logging in;
	// 0 is DefaultMaxSessions, or what the limit on open files allows.
	MaxSessions int

	// ParkAfter is how long one direction of a session is silent, at least, before
	// it gives its goroutine back; it may be twice as long. 0 is DefaultParkAfter;
	// below 0 none does. It has no effect where that is not possible: on systems
	// other than Linux, and for connections without a descriptor.
	ParkAfter time.Duration
}

// DefaultMaxSessions bounds memory: 10,000 idle sessions are about 60 MiB at 6 KiB
// each, and 200 MiB before they are parked. PostgreSQL itself rarely takes more than
// a few thousand.
const DefaultMaxSessions = 10000

// check says what is missing, and fills in defaults.
func (o *Options) check() error {
	if o.Reader == nil || o.Policy == nil || o.Desk == nil {
		return errors.New("making a proxy: Reader, Policy and Desk are required")
	}
	if len(o.Hosts) == 0 {
		return errors.New("making a proxy: no hosts")
	}
	asked := o.MaxSessions != 0
	if !asked {
		o.MaxSessions = DefaultMaxSessions
	}
	if o.ParkAfter == 0 {
		o.ParkAfter = DefaultParkAfter
	}
	if err := o.fitDescriptors(openFileLimit(), asked); err != nil {
		return err
	}
	for i := range o.Hosts {
		h := &o.Hosts[i]
		if h.Name == "" || h.Server == nil || len(h.Listen) == 0 {
			return fmt.Errorf("making a proxy: host %q needs a name, a server and an address to listen on", h.Name)
		}
		h.Terms.fill()
	}
	return nil
}

// fill gives what is left out its default.
func (t *Terms) fill() {
	if t.Wait <= 0 {
		t.Wait = DefaultWait
	}
	if t.WaitInTransaction <= 0 {
		t.WaitInTransaction = DefaultWaitInTransaction
	}
	if t.BlockedWait == 0 {
		t.BlockedWait = DefaultBlockedWait
	}
	if t.Grant <= 0 {
		t.Grant = hold.DefaultGrant
	}
	if t.Answerers == "" {
		t.Answerers = "another person"
	}
}
