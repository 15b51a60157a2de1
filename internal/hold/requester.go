package hold

import (
	"cmp"
	"slices"
)

// Evidence is what the door to the server saw of who asks, beside the Postgres user
// and the address. The zero value is nothing.
type Evidence struct {
	// Certificate are the names in the certificate that the client showed and that
	// was verified: its common name, e-mail addresses and DNS names.
	Certificate []string

	// OS is the OS user at the other end of a Unix socket, known by its peer
	// credentials.
	OS string

	// Application is the application_name with which the session began. It is a claim
	// of the client, as Request.Application is.
	Application string
}

// Requester is somebody who asks.
type Requester struct {
	Person  string // of the configuration
	KnownBy string // what says so: see the constants
}

// What says who asked, the surest first. What only an application_name says is the
// word of the client.
const (
	ByCertificate        = "client certificate"
	ByPeer               = "peer credentials"
	ByUser               = "Postgres user"
	ByAddress            = "address"
	ByAddressAndClaim    = "address; says it is, by application name"
	ByClaimOfApplication = "says it is, by application name"
)

// asked is who asks r by everything that is known of its session now, the surest
// first. Where several sources name different people all of them ask: one of them did.
func (p People) asked(r Request) (list []Requester) {
	add := func(person, by string) {
		if person != "" && !slices.ContainsFunc(list, func(q Requester) bool { return q.Person == person }) {
			list = append(list, Requester{person, by})
		}
	}
	for _, name := range r.Evidence.Certificate {
		add(p.byCertificate[name], ByCertificate)
	}
	add(p.byOS[r.Evidence.OS], ByPeer)
	add(p.byPostgres[r.User], ByUser)
	for _, by := range []string{ByAddress, ByAddressAndClaim, ByClaimOfApplication} {
		for _, s := range p.shared {
			if s.knownBy() == by && s.matches(r) {
				add(s.Person, by)
			}
		}
	}
	return list
}

// identified is r with who asks and whether anybody can approve it, as it stays whatever becomes of the configuration.
func (p People) identified(r Request) Request {
	r.Requesters = p.asked(r)
	r.Unknown = p.Configured() && len(r.Requesters) == 0
	r.Unanswerable = p.tooFew(r)
	return r
}

// Requesters is who asked r, the surest first, as it was known then. It is empty
// where unknown is true, and where nobody is configured.
func (p People) Requesters(r Request) (list []Requester, unknown bool) {
	if len(r.Requesters) > 0 || r.Unknown {
		return slices.Clone(r.Requesters), r.Unknown
	}
	list = p.asked(r) // it was asked before there were people
	return list, p.Configured() && len(list) == 0
}

// IsRequester is true when that person asked r, or by what is configured now may have.
func (p People) IsRequester(name string, r Request) bool {
	return among(name, r.Requesters, p.asked(r)) || p.Configured() && r.Submitter == name
}

func among(name string, lists ...[]Requester) bool {
	return slices.ContainsFunc(lists, func(list []Requester) bool {
		return slices.ContainsFunc(list, func(q Requester) bool { return q.Person == name })
	})
}

// SelfConfirmed is true when one who asked has approved it.
func (h Hold) SelfConfirmed() bool {
	return slices.ContainsFunc(h.Approvals, func(a Approval) bool { return a.Self })
}

// sameRequester is true when the same people asked for both.
func (p People) sameRequester(a, b Request) bool {
	first, unknown := p.Requesters(a)
	second, alsoUnknown := p.Requesters(b)
	byName := func(a, b Requester) int { return cmp.Compare(a.Person, b.Person) }
	slices.SortFunc(first, byName)
	slices.SortFunc(second, byName)
	return unknown == alsoUnknown && slices.EqualFunc(first, second, func(a, b Requester) bool { return a.Person == b.Person })
}
