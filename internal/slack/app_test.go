package slack

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
)

// The whole way: held, shown, approved by a click, run, and both shown.
func TestApprovedByAClick(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held on shop-prod (production)", "ana", "DROP TABLE events", "<@"+ben+">", "Approve", "Deny")
	if strings.Contains(strings.Join(m.Strings(), "\n"), "hunter2") {
		t.Errorf("the message shows a comment: %v", m.Strings())
	}
	r.fake.Click(ben, m, actionApprove)
	h := r.wantEnd(a, hold.Released)
	if h.DecidedBy != "ben" || h.Via != "slack" || h.Identity != "verified" {
		t.Errorf("the record says %s, %s, %s", h.DecidedBy, h.Via, h.Identity)
	}
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
	done := r.messageOf(a, "Executed: DROP TABLE events", "<@"+ben+"> approved it", ": DROP TABLE.")
	if done.TS != m.TS || done.Button(actionApprove) != nil || done.Button(actionDeny) != nil {
		t.Errorf("the message was not edited in place, or has buttons still: %+v", done)
	}
	r.idle()
	if n := len(r.fake.Messages()); n != 1 {
		t.Errorf("the channel has %d messages, want 1", n)
	}
	if e := r.fake.Ephemerals(); len(e) > 0 {
		t.Errorf("somebody was told %v", e)
	}
}

// Deny asks for a reason, and the requester's session gets it.
func TestDeniedWithAReason(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	r.fake.Click(ben, m, actionDeny)
	v := r.fake.AwaitView(ben)
	if !strings.Contains(v.Title, a.id) {
		t.Errorf("the form is called %q", v.Title)
	}
	r.wantPending(a)
	if errs := r.fake.Send(v, map[string]string{fieldNote: " not on a\nFriday "}); errs != nil {
		t.Fatalf("the form says %v", errs)
	}
	h := r.wantEnd(a, hold.Denied)
	if h.Note != "not on a Friday" || h.DecidedBy != "ben" {
		t.Errorf("denied by %s: %q", h.DecidedBy, h.Note)
	}
	r.messageOf(a, "Denied: nothing was dropped on shop-prod", "not on a Friday", "<@"+ben+"> denied it")
}

func TestDeniedWithoutAReason(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	r.fake.Click(ben, r.messageOf(a, "Held"), actionDeny)
	r.fake.Send(r.fake.AwaitView(ben), nil)
	r.wantEnd(a, hold.Denied)
}

// A rule may want the name of what goes: the form asks for it, and says so when it
// is another.
func TestTypedName(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.TypeName = true
	a := r.ask(req)
	m := r.messageOf(a, "Held", "types the name")
	if m.Button(actionApprove)["confirm"] != nil {
		t.Error("it asks twice")
	}
	r.fake.Click(ben, m, actionApprove)
	v := r.fake.AwaitView(ben)
	errs := r.fake.Send(v, map[string]string{fieldTyped: "events_old"})
	if !strings.Contains(errs[fieldTyped], "events_old") {
		t.Fatalf("the wrong name was answered with %v", errs)
	}
	r.wantPending(a)
	if errs := r.fake.Send(v, map[string]string{fieldTyped: " events ", fieldNote: "checked"}); errs != nil {
		t.Fatalf("the form says %v", errs)
	}
	if h := r.wantEnd(a, hold.Released); h.Note != "checked" {
		t.Errorf("the note is %q", h.Note)
	}
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
}

// Whoever may not answer is told why, alone, and nothing is decided.
func TestWhoMayNotAnswer(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.Reviewers = hold.Reviewers{Group: "security"}
	a := r.ask(req)
	m := r.messageOf(a, "Held")
	for _, action := range []string{actionApprove, actionDeny} {
		r.fake.Click(stranger, m, action)
		r.fake.Click(ana, m, action)
		r.fake.Click(ben, m, action)
	}
	r.fake.AwaitEphemeral(stranger, "nobody in holdfast’s people", "slack: "+stranger)
	r.fake.AwaitEphemeral(ana, "You asked, so you cannot answer")
	r.fake.AwaitEphemeral(ben, "not among those who may answer")
	r.fake.Await("six refusals", func() bool { return r.fake.CountEphemerals() == 6 })
	r.wantPending(a)
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
	r.messageOf(a, "Withdrawn: nothing was dropped")
}

// A form that was open when the hold was answered elsewhere changes nothing, and
// its person is told.
func TestLateForm(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	r.fake.Click(ben, m, actionDeny)
	v := r.fake.AwaitView(ben)
	r.byCLI(a.id, true, "cleo")
	r.wantEnd(a, hold.Released)
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
	r.messageOf(a, "Executed", "<@"+cleo+"> approved it", "(cli)", "by hand")
	r.fake.Send(v, map[string]string{fieldNote: "stop"})
	r.fake.AwaitEphemeral(ben, "Already approved by cleo")
	r.fake.Click(cleo, m, actionApprove) // a message that a phone still showed
	r.fake.AwaitEphemeral(cleo, "Already approved by cleo")
	r.idle()
	if m := r.messageOf(a, "Executed"); m.Posts != 1 {
		t.Errorf("it was posted %d times", m.Posts)
	}
}

// Slack delivers again what it thinks was not acknowledged: the second one is
// acknowledged and does nothing.
func TestDeliveredTwice(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.Reviewers = hold.Reviewers{Count: 2}
	a := r.ask(req)
	m := r.messageOf(a, "2 different people")
	press := r.fake.Press(ben, m, actionApprove)
	envelope := r.fake.Envelope()
	r.fake.Deliver(envelope, press)
	r.fake.Deliver(envelope, press)          // the same envelope
	r.fake.Deliver(r.fake.Envelope(), press) // the same click in another
	r.fake.Click(cleo, m, actionDeny)        // a form twice, too
	v := r.fake.AwaitView(cleo)
	r.messageOf(a, "<@"+ben+"> approved it", "1 more person")
	h, err := r.desk.Get(t.Context(), a.id)
	if err != nil || len(h.Approvals) != 1 {
		t.Fatalf("approvals: %v, %v", h.Approvals, err)
	}
	if e := r.fake.Ephemerals(); len(e) > 0 {
		t.Errorf("the second delivery was answered with %v", e)
	}
	r.fake.Click(ben, m, actionApprove) // a second click of his own
	r.fake.AwaitEphemeral(ben, "ben has approved this hold already")
	send := r.fake.Submit(v, nil)
	r.fake.Deliver(r.fake.Envelope(), send)
	r.fake.Deliver(r.fake.Envelope(), send)
	r.wantEnd(a, hold.Denied)
	r.idle()
	if e := r.fake.Ephemerals(); len(e) != 1 {
		t.Errorf("told: %v", e)
	}
}

// Fifty people press at once: one decision.
func TestManyAtOnce(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	for range 25 {
		r.fake.Push(r.fake.Envelope(), r.fake.Press(ben, m, actionApprove))
		r.fake.Push(r.fake.Envelope(), r.fake.Press(cleo, m, actionApprove))
	}
	r.wantEnd(a, hold.Released)
	r.desk.Finish(a.id, hold.Failed, "ERROR: table is gone hunter2 (SQLSTATE 42P01)")
	done := r.messageOf(a, "Failed: DROP TABLE events")
	if shown := strings.Join(done.Strings(), "\n"); strings.Contains(shown, "hunter2") {
		t.Errorf("a server's message is shown: %s", shown)
	}
}

// Every end is shown, with what it left.
func TestEnds(t *testing.T) {
	r := newRig(t, nil)
	for _, end := range []struct {
		state  hold.State
		words  []string
		result string
	}{
		{hold.Executed, []string{"Executed: DROP TABLE events", "DROP TABLE."}, "DROP TABLE"},
		{hold.Failed, []string{"Failed: DROP TABLE events", "SQLSTATE 42P01"}, `42P01: table "hunter2" does not exist`},
		{hold.Unknown, []string{"Unknown: whether DROP TABLE events", "Look on the server"}, "the server closed the connection"},
	} {
		a := r.ask(request())
		r.fake.Click(ben, r.messageOf(a, "Held"), actionApprove)
		r.wantEnd(a, hold.Released)
		r.messageOf(a, "Approved: DROP TABLE events")
		r.desk.Finish(a.id, end.state, end.result)
		m := r.messageOf(a, end.words...)
		if strings.Contains(strings.Join(m.Strings(), ""), "hunter2") {
			t.Errorf("%s shows a value: %v", end.state, m.Strings())
		}
	}
	short := request()
	short.Wait = 300 * time.Millisecond
	a := r.ask(short)
	r.wantEnd(a, hold.Expired)
	r.messageOf(a, "Expired: nothing was dropped", "Nobody answered")
	a = r.ask(request())
	r.messageOf(a, "Held")
	a.cancel(hold.ErrServerGone)
	r.wantEnd(a, hold.Abandoned)
	r.messageOf(a, "Abandoned: nothing was dropped", "the server closed the connection")
}

// Strict mode tells and links; nobody answers, not even by a button of before.
func TestStrict(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Strict, o.Console = true, "https://holdfast.example.com/" })
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	if m.Button(actionApprove) != nil || m.Button(actionDeny) != nil {
		t.Error("it has buttons")
	}
	if url := m.Button(actionOpen)["url"]; url != "https://holdfast.example.com/holds/"+a.id {
		t.Errorf("the link is %v", url)
	}
	r.fake.Click(ben, m, actionOpen) // Slack tells of a link that was followed
	m.Blocks = append(m.Blocks, map[string]any{"block_id": "x", "elements": []any{map[string]any{"action_id": actionApprove, "value": a.id}}})
	r.fake.Click(ben, m, actionApprove)
	r.fake.AwaitEphemeral(ben, "in the web console only", a.id)
	r.wantPending(a)
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// Somebody of another workspace in a shared channel may have an id of ours.
func TestOtherWorkspace(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	press := r.fake.Press(ben, r.messageOf(a, "Held"), actionApprove)
	press["user"].(map[string]any)["team_id"] = "T0OTHER"
	r.fake.Deliver(r.fake.Envelope(), press)
	r.fake.AwaitEphemeral(ben, "another workspace")
	r.wantPending(a)
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// An app that two holdfasts share gives clicks to the wrong one.
func TestHoldOfAnother(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	press := r.fake.Press(ben, r.messageOf(a, "Held"), actionApprove)
	press["actions"].([]any)[0].(map[string]any)["value"] = "22222222"
	r.fake.Deliver(r.fake.Envelope(), press)
	r.fake.AwaitEphemeral(ben, "There is no hold 22222222 here")
	r.wantPending(a)
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// The link and what is no business of ours is acknowledged, and nonsense does
// nothing.
func TestMalformed(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	change := func(how func(map[string]any)) {
		press := r.fake.Press(ben, m, actionApprove)
		how(press)
		r.fake.Deliver(r.fake.Envelope(), press)
	}
	button := func(p map[string]any) map[string]any { return p["actions"].([]any)[0].(map[string]any) }
	change(func(p map[string]any) { button(p)["value"] = "../../etc/passwd" })
	change(func(p map[string]any) { button(p)["value"] = strings.Repeat("x", 2000) })
	change(func(p map[string]any) { delete(button(p), "value") })
	change(func(p map[string]any) { button(p)["action_id"] = "hold.burn" })
	change(func(p map[string]any) { p["actions"] = []any{} })
	change(func(p map[string]any) { p["actions"] = []any{nil} })
	change(func(p map[string]any) { delete(p, "actions") })
	change(func(p map[string]any) { p["user"] = map[string]any{} })
	change(func(p map[string]any) { p["user"] = map[string]any{"id": "<!channel>", "team_id": fakeslack.Team} })
	change(func(p map[string]any) { p["type"] = "shortcut" })
	change(func(p map[string]any) {
		p["type"] = "view_submission"
		p["view"] = map[string]any{"callback_id": actionApprove, "private_metadata": a.id + " C0 1.1"}
	})
	change(func(p map[string]any) {
		p["type"] = "view_submission"
		p["view"] = map[string]any{"callback_id": actionApprove, "private_metadata": "x", "state": map[string]any{}}
	})
	for _, raw := range []string{"", "{", "[]", "null", `"hello"`, `{"type": 5}`, `{"type":"interactive","envelope_id":"raw","payload":[1,2]}`, `{"type":"new_thing"}`, strings.Repeat("[", 10000)} {
		r.fake.Raw(raw)
	}
	r.wantPending(a)
	if e := r.fake.Ephemerals(); len(e) > 0 {
		t.Errorf("somebody was told %v", e)
	}
	r.fake.Click(ben, m, actionApprove) // and it still works
	r.wantEnd(a, hold.Released)
}
