package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

// checkWord says what serve would do with a statement.
func checkWord(a rules.Action) string {
	switch a {
	case rules.Allow:
		return "passes"
	case rules.Warn:
		return "passes with a warning"
	case rules.Measure:
		return "passes, rows not counted"
	case rules.Refuse:
		return "would be refused"
	}
	return "would be held"
}

// sumWord says the same of n statements.
func sumWord(a rules.Action, n int) string {
	switch a {
	case rules.Warn:
		return plural(n, "passes", "pass") + " with a warning"
	case rules.Measure:
		return plural(n, "passes", "pass") + " without a count"
	}
	return checkWord(a)
}

// plural picks the form of a word for a number.
func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

func allPass(n int) string { return plural(n, "it passes", "all pass") }

func checkStyle(a rules.Action) style {
	switch a {
	case rules.Hold:
		return yellow
	case rules.Refuse:
		return red
	}
	return plain
}

// whyText is the reason behind a verdict, and the rule.
func (o *opinion) whyText(v rules.Verdict) string {
	text := fmt.Sprintf("rule %q, %s", v.Rule, o.source(v.Rule))
	if v.Why != "" && !strings.HasSuffix(v.Reason, v.Why) {
		return v.Why + "; " + text
	}
	return text
}

// nowText is what to do about a statement that would stop.
func (o *opinion) nowText(v rules.Verdict) string {
	switch {
	case v.Action == rules.Refuse && o.own(v.Rule):
		return "take it out, or change the rule: no reviewer can let it pass on a host in enforce"
	case v.Action == rules.Refuse:
		return "take it out: no reviewer can let it pass on a host in enforce"
	case v.Action != rules.Hold:
		return ""
	case v.Rule == "unreadable":
		return "check what will be sent, or have " + o.reviewers(v) + " ready when it runs"
	}
	return "have " + o.reviewers(v) + " ready when it runs, or take it out"
}

// reviewers are who must answer: those of the rules that hold, else of the host.
func (o *opinion) reviewers(v rules.Verdict) string {
	terms := v.Terms
	if len(terms) == 0 {
		terms = []rules.Terms{{}}
	}
	var all []string
	for _, t := range terms {
		group, n := t.Group, t.Count
		if group == "" {
			group = o.host.Reviewers.Group
		}
		if n == 0 {
			n = max(o.host.Reviewers.Count, 1)
		}
		text := wording.Count(n, "reviewer")
		switch {
		case group != "":
			text = wording.Number(uint64(n)) + " of " + escape(group)
		case n == 1:
			text = "a reviewer"
		}
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return wording.List(all, "and")
}
