package check

import "github.com/holdfast-db/holdfast/rules"

// Remembered judges a text as Text does and remembers what it defines for the sessions
// that come later. A function that they call by its name counts as if they had made
// it; that a trigger, rule or view of another session is there too is a guess by the
// name of its table, so what it does makes a text one to be counted, and no more.
func (s *Session) Remembered(sql []byte) Result {
	f := s.read(sql)
	r := s.judged(f)
	if s.judge.Earlier != nil {
		for i := range f.Statements {
			s.judge.Earlier.Apply(&f.Statements[i])
		}
	}
	return r
}

// fired is the verdict on a text that may fire what other sessions defined.
func (s *Session) fired(f *rules.Facts, v rules.Verdict) rules.Verdict {
	if s.judge.Earlier == nil {
		return v
	}
	with := s.judge.Earlier.Fires(f)
	if with == f {
		return v
	}
	guess := s.verdict(with, s.names)
	if guess.Action == rules.Hold || guess.Action == rules.Refuse {
		guess = rules.Verdict{
			Action: rules.Measure, Rule: guess.Rule, Effects: guess.Effects, Reason: guess.Reason,
			Why: "a trigger, rule or view of an earlier text may do it",
		}
	}
	return worst(v, guess)
}
