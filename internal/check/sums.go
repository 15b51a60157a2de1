package check

import (
	"cmp"
	"hash/maphash"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/history"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// maxShapes bounds the distinct statements that are told apart, all rules
	// together: 8 bytes each are kept. Beyond it counts say "at least".
	maxShapes = 100_000

	// maxUsers bounds the users that are named with a rule, and maxRules the rules
	// that are told apart: a policy has no more.
	maxUsers = 50
	maxRules = 1000
)

// Sum is what one rule would have stopped, held or refused.
type Sum struct {
	Rule   string
	Action rules.Action
	Times  uint64

	Distinct int  // statements that differ in more than their literals
	More     bool // there are more of them

	Users     []string // sorted; at most maxUsers
	MoreUsers bool

	First, Last time.Time // zero where the input has no times
	Example     Example   // the first one

	users  map[string]bool
	shapes map[uint64]bool
}

// Total is what Past found in all of its inputs.
type Total struct {
	Statements uint64                  // judged, each as often as it ran
	Times      map[rules.Action]uint64 // by what would have become of them
	From, To   time.Time               // of all statements; zero where there are no times
	Rules      []Sum                   // that would have stopped something, the most frequent first
}

type sums struct {
	total  Total
	rules  map[string]*Sum
	seed   maphash.Seed
	shapes int
}

func (s *sums) add(input string, st history.Statement, o rules.Origin, v rules.Verdict) {
	if s.rules == nil {
		s.rules, s.seed = map[string]*Sum{}, maphash.MakeSeed()
		s.total.Times = map[rules.Action]uint64{}
	}
	s.total.Statements += st.Calls
	s.total.Times[v.Action] += st.Calls
	stretch(&s.total.From, &s.total.To, st.At)
	if v.Action != rules.Hold && v.Action != rules.Refuse {
		return
	}
	shape := Shape(st.SQL)
	key := v.Action.String() + " " + v.Rule
	sum := s.rules[key]
	if sum == nil {
		if len(s.rules) >= maxRules {
			return
		}
		sum = &Sum{Rule: v.Rule, Action: v.Action, users: map[string]bool{}, shapes: map[uint64]bool{}}
		sum.Example = exampleOf(input, st, o, v, shape)
		s.rules[key] = sum
	}
	sum.Times += st.Calls
	stretch(&sum.First, &sum.Last, st.At)
	s.shape(sum, shape)
	switch {
	case o.User == "" || sum.users[o.User]:
	case len(sum.users) < maxUsers:
		sum.users[o.User] = true
	default:
		sum.MoreUsers = true
	}
}

// shape counts a text with others that differ from it in literals alone.
func (s *sums) shape(sum *Sum, shape string) {
	h := maphash.String(s.seed, shape)
	switch {
	case sum.shapes[h]:
	case s.shapes >= maxShapes:
		sum.More = true
	default:
		sum.shapes[h] = true
		s.shapes++
	}
}

// stretch widens a stretch of time by a moment.
func stretch(from, to *time.Time, at time.Time) {
	if at.IsZero() {
		return
	}
	if from.IsZero() || at.Before(*from) {
		*from = at
	}
	if at.After(*to) {
		*to = at
	}
}

// Total is the sum so far.
func (p *Past) Total() Total {
	t := p.sums.total
	for _, sum := range p.sums.rules {
		one := *sum
		one.Users, one.Distinct = sortedNames(sum.users), len(sum.shapes)
		t.Rules = append(t.Rules, one)
	}
	slices.SortFunc(t.Rules, func(a, b Sum) int {
		return cmp.Or(-cmp.Compare(a.Times, b.Times), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Action, b.Action))
	})
	return t
}
