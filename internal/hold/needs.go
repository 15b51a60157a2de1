package hold

import (
	"fmt"
	"slices"
	"strings"
)

// Need is so many distinct people of a group who must say yes; Count is 1 or more.
type Need struct {
	Reviewers

	// Spare is true for the one person more that an unknown requester takes where
	// there are several other needs: somebody of any of the groups whose yes the
	// others do without. Groups are those then; empty is anybody.
	Spare  bool
	Groups []string
}

// Of names whose yes counts: "dba", "dba or security"; empty is anybody's.
func (n Need) Of() string {
	if n.Spare {
		return strings.Join(n.Groups, " or ")
	}
	return n.Group
}

// takes says whether the yes of somebody counts who is in those groups.
func (n Need) takes(groups []string) bool {
	if n.Spare {
		return len(groups) > 0 // a group of some need, or of one for anybody
	}
	return n.Group == "" || slices.Contains(groups, n.Group)
}

// needed is how many distinct people must say yes.
func (r Reviewers) needed() int { return max(r.Count, 1) }

// Needs are all who must say yes, at least one entry. Of several conditions on one
// group the highest count stays. Where the requester is unknown it is one person more
// in all.
func (r Request) Needs() []Need {
	needs := r.rulesNeeds()
	if !r.OneMore() {
		return needs
	}
	if len(needs) == 1 {
		needs[0].Count++
		return needs
	}
	more := Need{Reviewers: Reviewers{Count: 1}, Spare: true}
	for _, n := range needs {
		if n.Group == "" {
			more.Groups = nil
			break
		}
		more.Groups = append(more.Groups, n.Group)
	}
	return append(needs, more)
}

// OneMore is true when r takes one person more because it is not known who asks.
func (r Request) OneMore() bool { return r.Unknown && !r.UnknownSame }

// rulesNeeds are those that do not depend on who asks.
func (r Request) rulesNeeds() []Need {
	needs := []Need{{Reviewers: Reviewers{Group: r.Reviewers.Group, Count: r.Reviewers.needed()}}}
	for _, also := range r.Also {
		i := slices.IndexFunc(needs, func(n Need) bool { return n.Group == also.Group })
		if i < 0 {
			needs = append(needs, Need{Reviewers: Reviewers{Group: also.Group, Count: also.needed()}})
			continue
		}
		needs[i].Count = max(needs[i].Count, also.needed())
	}
	return needs
}

// Approved is how many of the approvals so far count for a need of h.
func (h Hold) Approved(n Need) (count int) {
	if n.Spare {
		return h.spare()
	}
	for _, a := range h.Approvals {
		if n.takes(a.Groups) {
			count++
		}
	}
	return count
}

// spare is 1 when the other needs of h are met as far without one of the approvals.
func (h Hold) spare() int {
	for i := range h.Approvals {
		without := h
		without.Approvals = slices.Delete(slices.Clone(h.Approvals), i, i+1)
		if !slices.ContainsFunc(h.rulesNeeds(), func(n Need) bool {
			return min(without.Approved(n), n.Count) < min(h.Approved(n), n.Count)
		}) {
			return 1
		}
	}
	return 0
}

// Missing are the needs of h that are not met, with what each still lacks.
func (h Hold) Missing() (missing []Need) {
	for _, n := range h.Needs() {
		if n.Count -= h.Approved(n); n.Count > 0 {
			missing = append(missing, n)
		}
	}
	return missing
}

// groupsOf are the groups that r names.
func groupsOf(r Request) (groups []string) {
	for _, n := range r.rulesNeeds() {
		if n.Group != "" {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// countsFor are the groups of r's needs in which name is; where a need is for
// anybody, the empty group is one of them. Empty when name's answer counts for none.
func (p People) countsFor(name string, r Request) (groups []string) {
	for _, n := range r.rulesNeeds() {
		if n.Group == "" || p.InGroup(name, n.Group) {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// Able is the names of everybody whose yes would count for that need of h, sorted:
// those who may answer and have not.
func (p People) Able(n Need, h Hold) []string {
	return slices.DeleteFunc(p.Reviewers(h.Request), func(name string) bool {
		return !n.takes(p.countsFor(name, h.Request)) || h.HasYesOf(name)
	})
}

// tooFew says why nobody can approve r: those who may answer are too few. Empty when
// they are enough, and where nobody is configured.
func (p People) tooFew(r Request) string { return p.Unanswerable(Hold{Request: r}) }

// Unanswerable says why h cannot get what it still needs by the people of now: those
// who may answer are too few. Empty when they are enough, and where nobody is configured.
func (p People) Unanswerable(h Hold) string {
	if !p.Configured() {
		return ""
	}
	h.Approvals = slices.Clone(h.Approvals)
	for _, name := range p.Reviewers(h.Request) {
		if !h.HasYesOf(name) {
			h.Approvals = append(h.Approvals, Approval{By: name, Groups: p.countsFor(name, h.Request)})
		}
	}
	if len(h.Missing()) == 0 {
		return ""
	}
	may := "nobody"
	if n := len(h.Approvals); n > 0 {
		may = fmt.Sprint(n)
	}
	text := fmt.Sprintf("it needs %s, and %s may answer", needsText(h.Needs()), may)
	if h.OneMore() {
		text += "; who asks is not known, which takes one person more"
	}
	return text
}

// HasYesOf is true when that person has said yes.
func (h Hold) HasYesOf(name string) bool {
	return slices.ContainsFunc(h.Approvals, func(a Approval) bool { return a.By == name })
}

// mayAdd is nil when the yes of name, who is in those groups of the request, brings
// h further: nobody counts twice, and a group that has said yes is not asked again.
func (h Hold) mayAdd(name string, groups []string) error {
	if h.HasYesOf(name) {
		return notAllowed("%s has approved this hold already; it needs %s", name, needsText(h.Needs()))
	}
	missing := h.Missing()
	if slices.ContainsFunc(missing, func(n Need) bool { return n.takes(groups) }) {
		return nil
	}
	return notAllowed("the group of %s has approved this hold already; it still needs %s", name, needsText(missing))
}

// needsText is "2 different people of dba and 1 of security".
func needsText(needs []Need) string {
	var parts []string
	for _, n := range needs {
		of, text := n.Of(), fmt.Sprint(n.Count)
		switch {
		case n.Count > 1:
			text += " different people"
		case n.Spare:
			text += " more"
		case of == "":
			text += " person"
		}
		if of != "" {
			text += " of " + of
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " and ")
}
