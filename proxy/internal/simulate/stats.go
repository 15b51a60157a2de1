package simulate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Stats count what runs have seen, to show that they see something.
type Stats struct {
	Sessions, Messages, Steps int
	Runs, Crashes             int // of holdfast
	Refused, Effects          int
	Spent, Refunds, Revoked   int                // grants
	Passed                    int                // statements under an approval of their transaction
	Tallied                   changed            // rows, as the core says
	Unnamed                   int                // of these, rows of no table
	Questions, Spared         int                // about names, and what nobody had to be asked about
	Behind, Deferred, Early   int                // answers who waits, decisions of people meanwhile, holds ended by them
	Unsent                    int                // decisions meanwhile that the client has cancelled
	Ends                      map[hold.State]int // holds, by how they ended
}

// Add adds the counts of another run.
func (s *Stats) Add(o Stats) {
	s.Sessions += o.Sessions
	s.Messages += o.Messages
	s.Steps += o.Steps
	s.Runs += o.Runs
	s.Crashes += o.Crashes
	s.Refused += o.Refused
	s.Effects += o.Effects
	s.Spent += o.Spent
	s.Refunds += o.Refunds
	s.Revoked += o.Revoked
	s.Passed += o.Passed
	s.Questions += o.Questions
	s.Spared += o.Spared
	s.Tallied = s.Tallied.plus(o.Tallied)
	s.Unnamed += o.Unnamed
	s.Behind += o.Behind
	s.Deferred += o.Deferred
	s.Early += o.Early
	s.Unsent += o.Unsent
	if s.Ends == nil {
		s.Ends = map[hold.State]int{}
	}
	for state, n := range o.Ends {
		s.Ends[state] += n
	}
}

// String is one line for people.
func (s Stats) String() string {
	var ends []string
	total := 0
	for _, state := range slices.Sorted(maps.Keys(s.Ends)) {
		ends = append(ends, fmt.Sprintf("%d %s", s.Ends[state], state))
		total += s.Ends[state]
	}
	return fmt.Sprintf("%d steps, %d sessions, %d messages, %d runs of holdfast of which %d crashed, %d holds (%s), %d refusals, %d effects, "+
		"%d questions about names, %d statements spared, %d grants spent, %d given back, %d revoked, %d passed in a transaction, "+
		"%d answers who waits, %d decisions meanwhile of which %d cancelled, %d holds ended early, rows %+v of which %d of no table",
		s.Steps, s.Sessions, s.Messages, s.Runs, s.Crashes, total, strings.Join(ends, ", "), s.Refused, s.Effects, s.Questions, s.Spared, s.Spent, s.Refunds,
		s.Revoked, s.Passed, s.Behind, s.Deferred, s.Unsent, s.Early, s.Tallied, s.Unnamed)
}

// count adds up what the world has seen.
func (w *world) count() {
	for _, c := range append(w.past, w.sessions...) {
		w.stats.Sessions++
		w.stats.Messages += len(c.sent)
		w.stats.Refused += len(c.forwarded.refused)
		w.stats.Questions += c.forwarded.questions
		w.stats.Spared += c.spared
	}
}
