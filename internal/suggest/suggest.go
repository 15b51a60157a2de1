// Package suggest turns what a record says would have been held into rules that
// people can review: each as narrow as what was seen.
//
// A rule lets one verb of one Postgres user and program pass, on the tables that were
// seen. What may never be let through by a rule made from observation gets none:
// dropped databases and schemas, text that nobody can read, what acts outside of the
// database, what has no tables, and CASCADE, which takes more than it names.
//
// It is pure: no files, no clock. suggest.go collects, rule.go makes rules, yaml.go
// writes them.
package suggest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// maxGroups bounds what is told apart: users and tables come from clients, who may
	// invent any number of them. What finds no room is counted as still asked about.
	maxGroups = 10_000

	// maxRules bounds the rules that are suggested: nobody reviews more, and the file
	// they go into has a limit.
	maxRules = 100

	// maxTables bounds the tables of one rule.
	maxTables = 50
)

// Collector takes events in the order of the record. Its zero value is ready to use.
// Not safe for concurrent use.
type Collector struct {
	groups map[group]*tally
	asked  map[string]uint64 // by why there can be no rule
	total  uint64
	first  time.Time
	last   time.Time
}

// group is what may become one rule.
type group struct {
	held, host, database, user, application string
	verb, filter, tables                    string // of tables a list with line breaks
}

// tally is how often a group was seen.
type tally struct {
	count       uint64
	first, last time.Time
	example     string
}

// Add takes an event: Judged, and of its outcomes those that would have been held.
func (c *Collector) Add(at time.Time, e event.Judged) {
	if e.Outcome != event.WouldHold {
		return
	}
	c.total++
	if c.first.IsZero() || at.Before(c.first) {
		c.first = at
	}
	if at.After(c.last) {
		c.last = at
	}
	groups, why := groupsOf(e)
	if why == "" && !c.room(groups) {
		why = "too many different ones"
	}
	if why != "" {
		if c.asked == nil {
			c.asked = map[string]uint64{}
		}
		c.asked[why]++
		return
	}
	for _, g := range groups {
		c.count(g, at, example(e))
	}
}

func (c *Collector) room(groups []group) bool {
	free := maxGroups - len(c.groups)
	for _, g := range groups {
		if c.groups[g] == nil {
			free--
		}
	}
	return free >= 0
}

func (c *Collector) count(g group, at time.Time, example string) {
	if c.groups == nil {
		c.groups = map[group]*tally{}
	}
	t := c.groups[g]
	if t == nil {
		t = &tally{first: at, last: at, example: example}
		c.groups[g] = t
	}
	t.count++
	if at.Before(t.first) {
		t.first = at
	}
	if at.After(t.last) {
		t.last = at
	}
}

// example is the event in a line; it has no literals.
func example(e event.Judged) string {
	const longest = 200
	text := strings.Join(e.Statements, "; ")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + " ..."
	}
	return text
}

// Suggestion is a rule to review.
type Suggestion struct {
	Held                              string // the rule that would have held it
	Host, Database, User, Application string
	Verb, Filter                      string
	Tables                            []string // as patterns of rules
	Count                             uint64
	First, Last                       time.Time
	Example                           string
}

// Reason is why there is no rule for some of what was seen.
type Reason struct {
	Why   string
	Count uint64
}

// Suggestions are what came out of all events.
type Suggestions struct {
	Total       uint64 // events that would have been held
	First, Last time.Time
	Rules       []Suggestion // the most frequent first
	Asked       []Reason     // what would still be asked about, the most frequent first
}

// Suggestions are the rules so far.
func (c *Collector) Suggestions() Suggestions {
	s := Suggestions{Total: c.total, First: c.first, Last: c.last}
	for g, t := range c.groups {
		s.Rules = append(s.Rules, Suggestion{
			Held: g.held, Host: g.host, Database: g.database, User: g.user, Application: g.application,
			Verb: g.verb, Filter: g.filter, Tables: strings.Split(g.tables, "\n"),
			Count: t.count, First: t.first, Last: t.last, Example: t.example,
		})
	}
	slices.SortFunc(s.Rules, func(a, b Suggestion) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), a.First.Compare(b.First), cmp.Compare(a.User, b.User), cmp.Compare(a.Verb, b.Verb),
			slices.Compare(a.Tables, b.Tables), cmp.Compare(a.Application, b.Application), cmp.Compare(a.Filter, b.Filter))
	})
	for why, n := range c.asked {
		s.Asked = append(s.Asked, Reason{why, n})
	}
	if rare := s.Rules[min(len(s.Rules), maxRules):]; len(rare) > 0 {
		n := uint64(0)
		for _, r := range rare {
			n += r.Count
		}
		s.Asked = append(s.Asked, Reason{"too rare for a list of 100 rules", n})
		s.Rules = s.Rules[:maxRules]
	}
	slices.SortFunc(s.Asked, func(a, b Reason) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Why, b.Why))
	})
	return s
}
