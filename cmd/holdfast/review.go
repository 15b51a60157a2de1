package main

import (
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// typing is what approve needs besides the id.
func typing(h console.Hold) string {
	if len(h.TypeName) == 0 {
		return ""
	}
	return " --type NAME"
}

// review is who may answer, and who has.
func review(h console.Hold) string {
	r := h.Reviewers
	text := fmt.Sprintf("%d of %s", r.Count, escape(strings.Join(r.People, ", ")))
	if len(r.Needs) > 1 && len(r.People) > 0 {
		text = allNeeds(r) + "; may answer: " + escape(strings.Join(r.People, ", "))
	}
	switch {
	case len(r.People) > 0:
		text += because(h)
	case r.Group != "":
		text = "nobody: the group " + escape(r.Group) + " has no one but who asked"
	case h.Unanswerable != "":
		text = "nobody in the configuration may answer"
	default:
		text = wording.Count(r.Count, "person") + " who may use the control socket, unverified"
	}
	if h.DecidedBy != "" {
		return text
	}
	for _, yes := range h.Approvals {
		text += "; approved by " + escape(yes.By)
	}
	return text
}

// because says what who asked changes about it.
func because(h console.Hold) string {
	asker := wording.Asker{Who: askers(h), OneMore: h.Reviewers.OneMore, Types: h.SelfConfirm}
	if h.File != nil {
		asker.Submitter = h.File.Submitter
	}
	text := asker.Because(escape)
	if text != "" {
		text = "; " + text
	}
	return text
}

// allNeeds is "2 of dba and 1 of security".
func allNeeds(r console.Reviewers) string {
	var parts []string
	for _, n := range r.Needs {
		parts = append(parts, need(n.Count, n))
	}
	return wording.List(parts, "and")
}

// missingNeeds is "1 of dba and 2 of security".
func missingNeeds(h console.Hold) string {
	var parts []string
	for _, n := range h.Reviewers.Needs {
		if n.Approved < n.Count {
			parts = append(parts, need(n.Count-n.Approved, n))
		}
	}
	return wording.List(parts, "and")
}

// need is so many people of a group, or of all.
func need(count int, n console.Need) string {
	group := n.Group
	if n.Spare {
		group = strings.Join(n.Groups, " or ")
	}
	switch {
	case group != "":
		return fmt.Sprintf("%d of %s", count, escape(group))
	case n.Spare:
		return fmt.Sprintf("%d more", count)
	}
	return wording.Count(count, "reviewer")
}
