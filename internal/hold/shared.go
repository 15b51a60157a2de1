package hold

import (
	"errors"
	"fmt"

	"github.com/holdfast-db/holdfast/rules"
)

// SharedUser says whose a session of a Postgres user is that several people or
// programs use. Application or Address is given, or both; then both must match.
type SharedUser struct {
	User        string         // the Postgres user
	Application *rules.Pattern // of application_name; nil is any
	Address     *rules.Network // of the client; nil is any
	Person      string
}

// WithShared is p with the shared users. The error joins every fault.
func (p People) WithShared(list []SharedUser) (People, error) {
	var faults []error
	for i, s := range list {
		owner, owned := p.byPostgres[s.User]
		switch _, known := p.byName[s.Person]; {
		case s.User == "":
			faults = append(faults, fmt.Errorf("shared user %d has no Postgres user", i+1))
		case !known:
			faults = append(faults, fmt.Errorf("shared user %q names %q, who is nobody in people", s.User, s.Person))
		case owned:
			faults = append(faults, fmt.Errorf("the Postgres user %q is %s's alone, so it is not shared", s.User, owner))
		case s.Application == nil && s.Address == nil:
			faults = append(faults, fmt.Errorf("shared user %q has neither an application nor an address", s.User))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return People{}, err
	}
	p.shared = list
	return p, nil
}

// matches says whether r is asked by a session of s. An application_name counts both
// as the session began with it and as it is now: who changes it is both.
func (s SharedUser) matches(r Request) bool {
	return s.User == r.User && (s.Address == nil || s.Address.Matches(r.Client)) &&
		(s.Application == nil || s.Application.Matches(r.Application) || s.Application.Matches(r.Evidence.Application))
}

func (s SharedUser) knownBy() string {
	switch {
	case s.Application == nil:
		return ByAddress
	case s.Address == nil:
		return ByClaimOfApplication
	}
	return ByAddressAndClaim
}
