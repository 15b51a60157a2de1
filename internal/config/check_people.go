package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (n *notes) checkPeople(people []Person) {
	names, users, roles, members, addresses := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	shown := map[string]int{}
	for i, p := range people {
		path := fmt.Sprintf("people[%d]", i)
		n.checkName(path+".name", "a person", p.Name)
		n.unique(names, p.Name, i, path+".name", "the person %q is listed twice; keep one")
		n.unique(addresses, strings.ToLower(p.Email), i, path+".email", "the e-mail address %q belongs to two people, so a sign-in could be either's; keep one")
		n.unique(users, p.OS, i, path+".os", "the OS user %q belongs to two people, so an answer could be either's; keep one")
		if p.Slack != "" && !slackMember.MatchString(p.Slack) {
			n.fault(path+".slack", "%q is no member id of Slack, such as U012AB3CD; it stands in the profile under Copy member ID", p.Slack)
		}
		n.unique(members, p.Slack, i, path+".slack", "the Slack id %q belongs to two people, so an answer could be either's; keep one")
		for j, u := range p.Postgres {
			at := fmt.Sprintf("%s.postgres[%d]", path, j)
			if u == "" {
				n.fault(at, "the name of a Postgres user is empty")
			}
			n.unique(roles, u, i, at, "the Postgres user %q is listed twice; it says who asked, so it can be one person's only")
		}
		for j, name := range p.Certificate {
			at := fmt.Sprintf("%s.certificate[%d]", path, j)
			n.checkName(at, "a certificate", name)
			n.unique(shown, name, i, at, "the name %q in certificates is listed twice; it says who asked, so it can be one person's only")
		}
	}
}

// unique notes a second use of a value that may be used once; the empty value is
// no use.
func (n *notes) unique(seen map[string]int, value string, i int, path, format string) {
	if value == "" {
		return
	}
	if _, twice := seen[value]; twice {
		n.fault(path, format, value)
	}
	seen[value] = i
}

func (n *notes) checkGroups(c *Config) {
	names := make([]string, len(c.People))
	for i, p := range c.People {
		names[i] = p.Name
	}
	for _, group := range slices.Sorted(maps.Keys(c.Groups)) {
		path := join("groups", group)
		n.checkName(path, "a group", group)
		if len(c.Groups[group]) == 0 {
			n.fault(path, "the group %q has no members", group)
		}
		for i, member := range c.Groups[group] {
			at := fmt.Sprintf("%s[%d]", path, i)
			switch {
			case slices.Contains(c.Groups[group][:i], member):
				n.fault(at, "%q stands twice in the group %q; keep one", member, group)
			case !slices.Contains(names, member):
				n.fault(at, "%q is not listed under people%s", member, hint(n.nearest(member, names)))
			}
		}
	}
}

// maxHints bounds the faults that come with a word that was probably meant: finding it
// takes time that grows with what is listed, and nobody reads that many.
const maxHints = 100

// nearest is the word that word was probably meant to be, while there are few faults.
func (n *notes) nearest(word string, among []string) string {
	if len(n.faults) >= maxHints {
		return ""
	}
	return nearest(word, among)
}

// hint is the question that follows an unknown word.
func hint(near string) string {
	if near == "" {
		return ""
	}
	return ", did you mean " + near + "?"
}

// checkReviewers looks at who may answer the holds of one host.
func (n *notes) checkReviewers(c *Config, i int) {
	h := c.Hosts[i]
	r, path := h.Reviewers, fmt.Sprintf("hosts[%d].reviewers", i)
	members, who := n.membersOf(c, r, path)
	switch {
	case n.hasFaultAt(path+".count") || members == nil:
	case r.Count > len(members):
		n.fault(path+".count", "count: %d reviewers are wanted, and %s has %d", r.Count, who, len(members))
	case h.Mode == Enforce:
		n.warnReviewers(path, "host "+h.Name, h, r.Count, members, who)
	}
}

// membersOf are the people who may answer, and what they are called together;
// nil when there are no people at all, or the group is unknown.
func (n *notes) membersOf(c *Config, r Reviewers, path string) ([]Person, string) {
	if r.Group == "" {
		return c.People, "people"
	}
	names, known := c.Groups[r.Group]
	if !known {
		all := slices.Sorted(maps.Keys(c.Groups))
		n.fault(path+".group", "the group %q is not listed under groups%s", r.Group, hint(n.nearest(r.Group, all)))
		return nil, ""
	}
	members, counted := n.members[r.Group]
	if !counted {
		for _, p := range c.People {
			if slices.Contains(names, p.Name) {
				members = append(members, p)
			}
		}
		n.members[r.Group] = members
	}
	return members, "the group " + r.Group
}

// warnReviewers says where a hold could only expire: nobody answers their own but
// where h lets them, what somebody unknown asks takes one more, and without a way to
// answer nobody answers at all.
func (n *notes) warnReviewers(path, holder string, h Host, count int, members []Person, who string) {
	able := 0
	for _, p := range members {
		if p.OS != "" || n.slack && p.Slack != "" || n.console && (p.Password != "" || p.Token != "") || n.oidc && p.Email != "" || slices.Contains(n.passkeys(), p.Name) {
			able++
		}
	}
	oneMore := h.UnknownRequester != Same
	switch {
	case able < count:
		n.warn(path, "%s: %d of %s can answer, and %d must: the command line knows people by os, and Slack and the console, where they are set up, by slack, email, password, token or a passkey that they have added", holder, able, who, count)
	case count == len(members) && h.SelfConfirm != Typed:
		nor := ""
		if oneMore {
			nor = "; nor what is asked by somebody who is nobody in people, which takes one more"
		}
		n.warn(path, "%s: what one of %s asks can never be approved: %d must answer, nobody answers their own, and there are %d%s", holder, who, count, len(members), nor)
	case able == count && oneMore:
		n.warn(path, "%s: what is asked by somebody who is nobody in people can never be approved: it takes one more, %d, and %d of %s can answer; "+
			"unknown_requester: same on the host asks for no more", holder, count+1, able, who)
	}
}
