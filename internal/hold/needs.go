package hold

import (
	"fmt"
	"slices"
	"strings"
)

// needed is how many distinct people must say yes.
func (r Reviewers) needed() int { return max(r.Count, 1) }

// Needs are all who must say yes, at least one entry, each with a count of 1 or
// more. Of several conditions on one group the highest count stays.
func (r Request) Needs() []Reviewers {
	needs := []Reviewers{{Group: r.Reviewers.Group, Count: r.Reviewers.needed()}}
	for _, also := range r.Also {
		i := slices.IndexFunc(needs, func(n Reviewers) bool { return n.Group == also.Group })
		if i < 0 {
			needs = append(needs, Reviewers{Group: also.Group, Count: also.needed()})
			continue
		}
		needs[i].Count = max(needs[i].Count, also.needed())
	}
	return needs
}

// Approved is how many of the approvals so far count for a need of h.
func (h Hold) Approved(n Reviewers) (count int) {
	for _, a := range h.Approvals {
		if n.Group == "" || slices.Contains(a.Groups, n.Group) {
			count++
		}
	}
	return count
}

// Missing are the needs of h that are not met, with what each still lacks.
func (h Hold) Missing() (missing []Reviewers) {
	for _, n := range h.Needs() {
		if n.Count -= h.Approved(n); n.Count > 0 {
			missing = append(missing, n)
		}
	}
	return missing
}

// groupsOf are the groups that r names.
func groupsOf(r Request) (groups []string) {
	for _, n := range r.Needs() {
		if n.Group != "" {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// countsFor are the groups of r's needs in which name is; where a need is for
// anybody, the empty group is one of them. Empty when name's answer counts for none.
func (p People) countsFor(name string, r Request) (groups []string) {
	for _, n := range r.Needs() {
		if n.Group == "" || p.InGroup(name, n.Group) {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// mayAdd is nil when the yes of name, who is in those groups of the request, brings
// h further: nobody counts twice, and a group that has said yes is not asked again.
func (h Hold) mayAdd(name string, groups []string) error {
	if slices.ContainsFunc(h.Approvals, func(a Approval) bool { return a.By == name }) {
		return notAllowed("%s has approved this hold already; it needs %s", name, needsText(h.Needs()))
	}
	missing := h.Missing()
	if slices.ContainsFunc(missing, func(n Reviewers) bool { return slices.Contains(groups, n.Group) }) {
		return nil
	}
	return notAllowed("the group of %s has approved this hold already; it still needs %s", name, needsText(missing))
}

// needsText is "2 different people of dba and 1 of security".
func needsText(needs []Reviewers) string {
	var parts []string
	for _, n := range needs {
		text := fmt.Sprint(n.Count)
		switch {
		case n.Count > 1:
			text += " different people"
		case n.Group == "":
			text += " person"
		}
		if n.Group != "" {
			text += " of " + n.Group
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " and ")
}
