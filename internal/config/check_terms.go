package config

import (
	"slices"

	"github.com/holdfast-db/holdfast/rules"
)

// The modes of a rule that holds.
const (
	ruleModeWait   = "wait"   // the session waits for the answer
	ruleModeReturn = "return" // the statement fails at once with the hold's id
)

// terms are what a rule that holds wants; any other rule must want nothing.
func (n *notes) terms(c *Config, r *Rule, rule rules.Rule, path string) rules.Terms {
	if rule.Action != rules.Hold {
		for _, key := range []string{"reviewers", "wait", "wait_in_transaction", "type_name", "mode"} {
			at := join(path, key)
			if _, given := n.places[at]; given {
				n.fault(at, "%s is for rules that hold, and %q has the action %s; remove it", key, r.Name, r.Action)
			}
		}
		return rules.Terms{}
	}
	n.checkRuleMode(r, path+".mode")
	n.checkRuleReviewers(c, r, rule.When, path+".reviewers")
	return rules.Terms{
		Group: r.Reviewers.Group, Count: r.Reviewers.Count,
		Wait: r.Wait, WaitInTransaction: r.WaitInTransaction, TypeName: r.TypeName,
		Return: r.Mode == ruleModeReturn, MustWait: r.Mode == ruleModeWait,
	}
}

func (n *notes) checkRuleMode(r *Rule, path string) {
	if n.hasFaultAt(path) || slices.Contains(ruleModes(), r.Mode) {
		return
	}
	if _, given := n.places[path]; given {
		n.fault(path, "mode: %q is not wait or return%s", r.Mode, hint(nearest(r.Mode, ruleModes())))
	}
}

// checkRuleReviewers looks at who must approve what a rule holds, on every host that
// it can match on: what it leaves out is the host's.
func (n *notes) checkRuleReviewers(c *Config, r *Rule, w rules.When, path string) {
	if _, given := n.places[path]; !given || n.hasFaultAt(path+".count") {
		return
	}
	warned := false
	for _, h := range c.Hosts {
		if !concerns(w, h) {
			continue
		}
		wanted := r.Reviewers
		setDefault(&wanted.Group, h.Reviewers.Group)
		setDefault(&wanted.Count, h.Reviewers.Count)
		members, who := n.membersOf(c, wanted, path)
		switch {
		case members == nil && wanted.Group != "":
			return // unknown, and that was said
		case members == nil:
		case wanted.Count > len(members):
			n.fault(path, "reviewers: %d are wanted on host %s, and %s has %d", wanted.Count, h.Name, who, len(members))
			return
		case h.Mode == Enforce && !warned:
			warned = true
			n.warnReviewers(path, "rule "+r.Name, h, wanted.Count, members, who)
		}
	}
}
