package hold

import (
	"errors"
	"fmt"
	"slices"
)

// Person is somebody who asks or answers, as the configuration lists them.
type Person struct {
	Name     string
	Email    string   // may be empty
	Slack    string   // Slack member id; may be empty
	Postgres []string // Postgres users that are theirs alone
	OS       string   // OS user on the machine holdfast runs on; may be empty

	// Certificate are the names in client certificates that are theirs alone.
	Certificate []string
}

// People is who is known. The zero value is nobody configured: then every caller
// of the control socket may answer, unverified. It is not changed once made.
type People struct {
	byName        map[string]Person
	byOS          map[string]string
	byPostgres    map[string]string
	bySlack       map[string]string
	byCertificate map[string]string
	groups        map[string][]string
	shared        []SharedUser
}

// NewPeople checks and indexes the list. The error joins every fault, each
// naming the person, user or group.
func NewPeople(list []Person, groups map[string][]string) (People, error) {
	p := People{
		byName: map[string]Person{}, byOS: map[string]string{}, bySlack: map[string]string{},
		byPostgres: map[string]string{}, byCertificate: map[string]string{}, groups: map[string][]string{},
	}
	var faults []error
	for i, person := range list {
		faults = append(faults, p.add(i, person)...)
	}
	for _, name := range sortedKeys(groups) {
		faults = append(faults, p.addGroup(name, groups[name])...)
	}
	if err := errors.Join(faults...); err != nil {
		return People{}, err
	}
	return p, nil
}

func (p *People) add(i int, person Person) (faults []error) {
	if person.Name == "" {
		return []error{fmt.Errorf("person %d has no name", i+1)}
	}
	if _, twice := p.byName[person.Name]; twice {
		return []error{fmt.Errorf("person %q is listed twice", person.Name)}
	}
	person.Postgres, person.Certificate = slices.Clone(person.Postgres), slices.Clone(person.Certificate)
	p.byName[person.Name] = person
	if person.OS != "" {
		faults = append(faults, claim(p.byOS, "OS user", person.OS, person.Name))
	}
	if person.Slack != "" {
		faults = append(faults, claim(p.bySlack, "Slack id", person.Slack, person.Name))
	}
	faults = append(faults, claimAll(p.byPostgres, "Postgres user", person.Postgres, person.Name)...)
	return append(faults, claimAll(p.byCertificate, "name in a certificate", person.Certificate, person.Name)...)
}

// claimAll gives users to name; see claim.
func claimAll(owners map[string]string, kind string, users []string, name string) (faults []error) {
	for _, user := range users {
		if user == "" {
			faults = append(faults, fmt.Errorf("person %q has an empty %s", name, kind))
			continue
		}
		faults = append(faults, claim(owners, kind, user, name))
	}
	return faults
}

// claim gives user to name unless it is somebody else's: who it is would be a
// guess, and the guess decides who may not answer.
func claim(owners map[string]string, kind, user, name string) error {
	if owner, taken := owners[user]; taken {
		if owner == name {
			return fmt.Errorf("%s %q is listed twice for person %q", kind, user, name)
		}
		return fmt.Errorf("%s %q belongs to %q and to %q; it can be one person's only", kind, user, owner, name)
	}
	owners[user] = name
	return nil
}

func (p *People) addGroup(group string, members []string) (faults []error) {
	if group == "" {
		return []error{errors.New("a group has no name")}
	}
	if len(members) == 0 {
		faults = append(faults, fmt.Errorf("group %q has no members", group))
	}
	for i, name := range members {
		if _, known := p.byName[name]; !known {
			faults = append(faults, fmt.Errorf("group %q names %q, who is nobody in people", group, name))
		}
		if slices.Contains(members[:i], name) {
			faults = append(faults, fmt.Errorf("group %q names %q twice", group, name))
		}
	}
	p.groups[group] = slices.Sorted(slices.Values(members))
	return faults
}

// Configured is true when at least one person is listed.
func (p People) Configured() bool { return len(p.byName) > 0 }

// Names are those of everybody, sorted; the caller owns the slice.
func (p People) Names() []string { return sortedKeys(p.byName) }

// ByName finds a person by name.
func (p People) ByName(name string) (Person, bool) {
	person, ok := p.byName[name]
	return person, ok
}

// Has says whether a person of that name is listed.
func (p People) Has(name string) bool {
	_, ok := p.byName[name]
	return ok
}

// ByOS finds the person whose OS user this is.
func (p People) ByOS(user string) (Person, bool) {
	person, ok := p.byName[p.byOS[user]]
	return person, ok
}

// BySlack finds the person whose Slack member id this is.
func (p People) BySlack(id string) (Person, bool) {
	person, ok := p.byName[p.bySlack[id]]
	return person, ok
}

// InGroup is true when the group exists and has that member.
func (p People) InGroup(name, group string) bool {
	return slices.Contains(p.groups[group], name)
}

// Group is the members of a group, sorted; the caller owns the slice. It is
// false for a group that does not exist.
func (p People) Group(group string) ([]string, bool) {
	members, ok := p.groups[group]
	return slices.Clone(members), ok
}

// Reviewers is the names of everybody who may answer r, sorted; the requester is among
// them only where they may confirm their own. It is empty when nobody is configured,
// and when nobody but the requester could answer.
func (p People) Reviewers(r Request) []string {
	asked := append(p.asked(r), Requester{Person: r.Submitter})
	return slices.DeleteFunc(sortedKeys(p.byName), func(name string) bool {
		return !r.SelfConfirm && among(name, asked, r.Requesters) || len(p.countsFor(name, r)) == 0
	})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
