package config

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/holdfast-db/holdfast/rules"
)

// defaultRules are the names of the rules that follow those of the file: a verdict
// must say whose rule it is.
var defaultRules = rules.DefaultRules()

// checkRules puts limits and rules into the words of rules, and looks at each rule.
func (n *notes) checkRules(c *Config) {
	c.Policy.Limits = rules.Limits{
		Rows: c.Limits.Rows, Share: c.Limits.Share, ShareFrom: c.Limits.ShareFrom, UpdatedRows: int64(c.Limits.UpdatedRows),
	}
	if _, said := n.places["limits"]; said {
		n.warn("limits", "limits: rows are not counted before a commit in this version, so these decide nothing yet; what has no filter is held whatever they say")
	}
	if !n.fewRules(c) {
		return
	}
	names := map[string]int{}
	for i := range c.Rules {
		r, path := &c.Rules[i], fmt.Sprintf("rules[%d]", i)
		r.Line = n.placeOf(path).line
		if n.hasFaultAt(path) {
			continue // not read at all, and that was said
		}
		n.checkRuleName(names, r.Name, i, path+".name")
		rule := rules.Rule{Name: r.Name, When: n.when(r.When, path+".when", c)}
		var known bool
		if rule.Action, known = n.action(r, path); known {
			rule.Terms = n.terms(c, r, rule, path)
		}
		c.Policy.Rules = append(c.Policy.Rules, rule)
	}
	if len(n.faults) == 0 {
		n.lint(c)
	}
}

const (
	// maxRules and maxRuleEntries bound what is compared with each statement that may
	// destroy something, and rule by rule when the file is read. No person oversees
	// more; patterns say the same in fewer.
	maxRules       = 1000
	maxRuleEntries = 5000
)

// fewRules is false when there are more rules than can be looked at.
func (n *notes) fewRules(c *Config) bool {
	entries := 0
	for _, r := range c.Rules {
		if r.When != nil {
			entries += r.When.entries()
		}
	}
	if len(c.Rules) > maxRules || entries > maxRuleEntries {
		n.fault("rules", "there are %d rules with %d entries in their lists, and at most %d with %d are read; use patterns such as billing.*",
			len(c.Rules), entries, maxRules, maxRuleEntries)
		return false
	}
	return true
}

// lint warns of what a reader of the rules would not expect.
func (n *notes) lint(c *Config) {
	var hosts []rules.Origin
	for _, h := range c.Hosts {
		hosts = append(hosts, rules.Origin{Host: h.Name, Environment: h.Environment})
	}
	for _, l := range rules.NewPolicy(c.Policy).Lint(hosts) {
		n.warn(fmt.Sprintf("rules[%d].name", l.Rule), "%s", l.Text)
	}
	for i, r := range c.Policy.Rules {
		claimed := len(r.When.Applications) > 0 || len(r.When.Kinds) > 0
		if claimed && len(r.When.Users) == 0 && len(r.When.Clients) == 0 && r.Action != rules.Hold && r.Action != rules.Refuse {
			n.warn(fmt.Sprintf("rules[%d].name", i), "rule %q lets pass by applications or sessions, and every client names itself as it likes: "+
				"a convenience, not a protection; add users or clients", r.Name)
		}
	}
}

func (n *notes) checkRuleName(names map[string]int, name string, i int, path string) {
	n.checkName(path, "a rule", name)
	n.unique(names, name, i, path, "the rule %q is listed twice; give each its own name")
	if slices.Contains(defaultRules, name) {
		n.fault(path, "%q is the name of a default rule; give yours another, so that a verdict says whose it is", name)
	}
}

func actions() (words []string) {
	for _, a := range rules.Actions() {
		words = append(words, a.String())
	}
	return words
}

// action reads what a rule does. What lets statements pass must say which: left out
// by mistake, when would switch the default policy off.
func (n *notes) action(r *Rule, path string) (rules.Action, bool) {
	at := path + ".action"
	if r.Action == "" {
		if !n.hasFaultAt(at) {
			n.fault(path, "rule %q has no action; write one of allow, warn, measure, hold and refuse", r.Name)
		}
		return rules.Hold, false
	}
	action, err := oneOf("action", actions(), rules.ParseAction)(r.Action)
	if err != nil {
		n.fault(at, "%v", err)
		return rules.Hold, false
	}
	everything := r.When == nil || reflect.ValueOf(*r.When).IsZero()
	if everything && action != rules.Hold && action != rules.Refuse && !n.hasFaultAt(path+".when") {
		n.fault(at, `rule %q has no when, so it would %s everything, and no rule behind it would count; `+
			`if that is meant, write when: {users: ["*"]}`, r.Name, r.Action)
	}
	return action, true
}
