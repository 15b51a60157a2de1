package config

import (
	"fmt"
	"slices"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/rules"
)

// checkSharedUsers looks at whose the sessions of shared users are.
func (n *notes) checkSharedUsers(c *Config) {
	names := make([]string, len(c.People))
	for i, p := range c.People {
		names[i] = p.Name
	}
	for i, s := range c.SharedUsers {
		path := fmt.Sprintf("shared_users[%d]", i)
		if n.full() || n.hasFaultAt(path) {
			continue
		}
		n.checkSharing(s, path)
		n.checkOwner(c.People, s, path)
		if s.Person == "" {
			n.fault(path, "the shared user %q has no person", s.User)
		} else if !slices.Contains(names, s.Person) {
			n.fault(path+".person", "%q is not listed under people%s", s.Person, hint(n.nearest(s.Person, names)))
		}
	}
}

// checkSharing looks at what tells the sessions apart.
func (n *notes) checkSharing(s SharedUser, path string) {
	if _, err := s.Parsed(); err != nil {
		n.fault(path, "shared user %q: %v", s.User, err)
	}
	if s.User == "" {
		n.fault(path, "a shared user has no user, the name of the Postgres user")
	}
	if s.Application == "" && s.Address == "" {
		n.fault(path, "the shared user %q has neither application nor address, so every session of it would be %s's; then it belongs in postgres of that person",
			s.User, s.Person)
	}
}

// checkOwner notes a user that is one person's.
func (n *notes) checkOwner(people []Person, s SharedUser, path string) {
	for _, p := range people {
		if s.User != "" && slices.Contains(p.Postgres, s.User) {
			n.fault(path+".user", "the Postgres user %q is %s's alone, by postgres of that person; keep it in one place", s.User, p.Name)
		}
	}
}

// Parsed is s in the words of package hold.
func (s SharedUser) Parsed() (hold.SharedUser, error) {
	shared := hold.SharedUser{User: s.User, Person: s.Person}
	if s.Application != "" {
		p, err := rules.ParseFoldedPattern(s.Application)
		if err != nil {
			return shared, fmt.Errorf("application: %w", err)
		}
		shared.Application = &p
	}
	if s.Address != "" {
		a, err := rules.ParseNetwork(s.Address)
		if err != nil {
			return shared, fmt.Errorf("address: %w", err)
		}
		shared.Address = &a
	}
	return shared, nil
}
