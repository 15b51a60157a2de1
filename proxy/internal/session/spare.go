package session

import (
	"slices"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// What becomes of a batch once the server has said what its names stand for.

// concludeQuestion decides about the batch with what the server has said.
func (c *Core) concludeQuestion() {
	q := c.question
	c.question, c.state = nil, asking
	if q.answer.whole && !q.answer.bad && !q.failed {
		c.settings.path, c.settings.pathKnown = q.answer.searchPath, true
		c.judgeResolved(q)
	}
	switch {
	case q.withdrawn:
		c.Refuse(withdrawnWords, "")
	case c.hopeless(): // the transaction could not be rescued
		c.pass("")
	case !stops(c.worst().Action):
		c.spare()
	default:
		c.decide()
	}
}

// withdrawnWords are the server's own for a statement that its client cancels.
var withdrawnWords = wire.Error{Code: "57014", Message: "canceling statement due to user request", Detail: "It was not run."}

// judgeResolved judges the batch with what its names stand for. As long as anything of
// it waits for people, nothing of it is exempt.
func (c *Core) judgeResolved(q *question) {
	if len(q.names) == 0 {
		return
	}
	known := q.resolved()
	if !q.certain(known) {
		known = withoutExemptions(known)
	}
	verdicts := c.verdicts(known)
	if slices.ContainsFunc(verdicts, func(v rules.Verdict) bool { return stops(v.Action) }) {
		verdicts = c.verdicts(withoutExemptions(known))
	}
	for i := range c.found {
		c.found[i].verdict = verdicts[i]
	}
}

// verdicts are those on what was found.
func (c *Core) verdicts(known rules.Resolved) []rules.Verdict {
	all := make([]rules.Verdict, len(c.found))
	for i := range c.found {
		all[i] = c.cfg.Policy().JudgeResolved(c.cfg.Origin, c.found[i].facts, &c.statements, known)
	}
	return all
}

// spare lets a batch go that people need not be asked about.
func (c *Core) spare() {
	for _, f := range c.found {
		switch f.verdict.Action {
		case rules.Warn:
			c.note(Warned, f.verdict, f.text)
		case rules.Measure:
			c.noteUncounted(f.verdict.Effects)
		}
	}
	for i := range c.msgs {
		c.msgs[i].spared = true
	}
	c.pass("")
}
