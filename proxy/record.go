package proxy

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

func (s *Server) publish(e event.Event) {
	if s.o.Events != nil {
		s.o.Events.Publish(e)
	}
}

// recordLocked counts and publishes what the core reports.
func (n *netSession) recordLocked(out session.Output) {
	st := &n.host.stats
	if out.Statements > 0 {
		st.statements.Add(uint64(out.Statements))
	}
	for _, e := range out.Ended {
		state := hold.Executed
		if e.Failed {
			state = hold.Failed
		}
		n.server.o.Desk.Finish(e.ID, state, e.Result)
	}
	if len(out.Uncounted) > 0 {
		st.notCounted.Add(uint64(len(out.Uncounted)))
		n.notCountedLocked(out.Uncounted)
	}
	for _, r := range out.Reports {
		switch r.Kind {
		case session.WouldHold:
			st.wouldHold.Add(1)
			n.judged(event.WouldHold, r)
		case session.Warned:
			n.judged(event.Warned, r)
		case session.Refused:
			st.refused.Add(1)
			n.judged(event.Refused, r)
		}
	}
}

func (n *netSession) notCountedLocked(list []*rules.Effect) {
	if n.server.o.Events == nil {
		return
	}
	for _, e := range list {
		n.uncounted.NotCounted(n.core.Who(), e)
	}
}

func (n *netSession) judged(outcome event.Outcome, r session.Report) {
	e := event.Judged{
		At: time.Now(), Session: n.id, Origin: event.From(n.origin),
		Outcome: outcome, Rule: r.Verdict.Rule, Reason: r.Verdict.Reason,
	}
	e.Statements, e.Effects = lines(r.Verdict), event.EffectsOf(r.Verdict)
	if r.SQL != "" {
		e.SQLHash = event.TextHash(r.SQL)
	}
	n.server.publish(e)
}
