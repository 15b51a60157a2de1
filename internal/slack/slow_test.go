package slack

import (
	"context"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// slowDesk takes its time with answers, as a disk does that is about to fail.
type slowDesk struct {
	Desk
	takes time.Duration
}

func (d slowDesk) Decide(ctx context.Context, id string, dec hold.Decision) (hold.Hold, error) {
	time.Sleep(d.takes)
	return d.Desk.Decide(ctx, id, dec)
}

// Slack gives up on a click after 3 s, so a slow desk does not keep it waiting: what
// comes too late for the form is told beside it.
func TestSlowDesk(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Desk = slowDesk{o.Desk, 3500 * time.Millisecond} })
	req := request()
	req.TypeName = true
	a := r.ask(req)
	m := r.messageOf(a, "Held")
	r.fake.Click(ben, m, actionApprove)
	if errs := r.fake.Send(r.fake.AwaitView(ben), map[string]string{fieldTyped: "wrong"}); errs != nil {
		t.Errorf("the form says %v", errs)
	}
	r.fake.AwaitEphemeral(ben, "Typed wrong, but this hold is for DROP TABLE events")
	r.wantPending(a)
	r.fake.Click(ben, m, actionApprove)
	r.fake.Send(r.fake.AwaitView(ben), map[string]string{fieldTyped: "events"})
	r.wantEnd(a, hold.Released)
}

// brokenDesk panics.
type brokenDesk struct{ Desk }

func (brokenDesk) Decide(context.Context, string, hold.Decision) (hold.Hold, error) {
	panic("a fault")
}

// A fault here ends no session: the click is lost, and the rest goes on.
func TestFault(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Desk = brokenDesk{o.Desk} })
	r.faults = true
	req := request()
	req.TypeName = true
	a := r.ask(req)
	r.fake.Click(ben, r.messageOf(a, "Held"), actionApprove)
	r.fake.Send(r.fake.AwaitView(ben), map[string]string{fieldTyped: "events"})
	r.fake.AwaitEphemeral(ben, "holdfast failed to give the answer")
	b := r.ask(request())
	r.fake.Click(ben, r.messageOf(b, "Held"), actionApprove)
	for _, held := range []asked{a, b} {
		r.wantPending(held)
		r.byCLI(held.id, false, "ben")
		r.wantEnd(held, hold.Denied)
		r.messageOf(held, "Denied")
	}
}
