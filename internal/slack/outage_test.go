package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
)

// wantOnce fails when anything was posted twice.
func (r *rig) wantOnce() {
	r.t.Helper()
	for _, m := range r.fake.Messages() {
		if m.Posts > 1 {
			r.t.Errorf("posted %d times: %s", m.Posts, m.Text)
		}
	}
}

// Whatever goes wrong with a call, in the end the message is there, once, and
// shows how it ended.
func TestCallsGoWrong(t *testing.T) {
	for name, failures := range map[string][]fakeslack.Failure{
		"server errors":      {{Status: 500}, {Status: 502}, {Status: 503}},
		"hangs up":           {{HangUp: true}, {HangUp: true}},
		"no JSON":            {{Garbage: true}},
		"its own trouble":    {{Word: "fatal_error"}, {Word: "internal_error"}},
		"answer lost":        {{Lost: true}},
		"answers lost":       {{Lost: true}, {Lost: true}, {HangUp: true}},
		"busy and then lost": {{Status: 429, RetryAfter: 1}, {Lost: true}},
		"redirected":         {{Status: 302}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.fake.Fail("chat.postMessage", failures...)
			r.fake.Fail("chat.update", failures...)
			a := r.ask(request())
			m := r.messageOf(a, "Held")
			r.fake.Click(ben, m, actionApprove)
			r.wantEnd(a, hold.Released)
			r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
			r.messageOf(a, "Executed")
			r.idle()
			r.wantOnce()
			if n := len(r.fake.Messages()); n != 1 {
				t.Errorf("%d messages", n)
			}
		})
	}
}

// Slack says how long to wait, and nothing is posted before.
func TestRateLimit(t *testing.T) {
	r := newRig(t, nil)
	r.fake.Fail("chat.postMessage", fakeslack.Failure{Status: 429, RetryAfter: 1})
	var all []asked
	for range 5 {
		all = append(all, r.ask(request()))
	}
	for _, a := range all {
		r.messageOf(a, "Held")
	}
	calls := r.fake.Calls("chat.postMessage")
	if len(calls) != 6 || calls[1].At.Sub(calls[0].At) < time.Second {
		t.Errorf("%d calls, the second %v after the first", len(calls), calls[1].At.Sub(calls[0].At))
	}
	for _, a := range all {
		a.cancel(hold.ErrWithdrawn)
		r.wantEnd(a, hold.Withdrawn)
		r.messageOf(a, "Withdrawn")
	}
	r.wantOnce()
}

// Without the right to read the channel a lost answer may mean two messages; a
// click on the one that is not known mends it.
func TestCopyIsMended(t *testing.T) {
	r := newRig(t, nil)
	r.fake.SetScopes("chat:write")
	r.fake.Fail("chat.postMessage", fakeslack.Failure{Lost: true})
	a := r.ask(request())
	var copies []fakeslack.Message
	r.fake.Await("two messages", func() bool { return r.fake.CountMessages() == 2 })
	copies = r.fake.Messages()
	r.idle()
	r.fake.Click(ben, copies[1], actionApprove)
	r.wantEnd(a, hold.Released)
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
	r.messageOf(a, "Executed")
	r.idle()
	r.fake.Click(cleo, copies[0], actionApprove)
	r.fake.AwaitEphemeral(cleo, "Already approved by ben")
	r.idle()
	for _, m := range r.fake.Messages() {
		if m.Button(actionApprove) != nil || !strings.Contains(m.Text, "Executed") {
			t.Errorf("left behind: %s", m.Text)
		}
	}
}

// While Slack is down holds are answered by the command line; what came of them is
// shown when it is back.
func TestSlackIsDown(t *testing.T) {
	r := newRig(t, nil)
	shown := r.ask(request())
	r.messageOf(shown, "Held")
	r.fake.SetDown(true)
	missed, waits := r.ask(request()), r.ask(request())
	r.byCLI(shown.id, true, "ben")
	r.wantEnd(shown, hold.Released)
	r.desk.Finish(shown.id, hold.Executed, "DROP TABLE")
	r.byCLI(missed.id, false, "ben")
	r.wantEnd(missed, hold.Denied)
	time.Sleep(300 * time.Millisecond)
	r.fake.SetDown(false)
	r.messageOf(shown, "Executed", "(cli)")
	r.messageOf(missed, "Denied", "by hand")
	m := r.messageOf(waits, "Held")
	r.fake.Click(ben, m, actionApprove)
	r.wantEnd(waits, hold.Released)
	r.desk.Finish(waits.id, hold.Executed, "DROP TABLE")
	r.messageOf(waits, "Executed")
	r.wantOnce()
}

// A hold that ended by itself before anybody could see it is not posted, and not
// looked at again.
func TestGoneBeforeShown(t *testing.T) {
	r := newRig(t, nil)
	r.fake.SetDown(true)
	a := r.ask(request())
	r.fake.Await("a try", func() bool { return r.fake.CountCalls("chat.postMessage") > 0 })
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
	r.fake.SetDown(false)
	r.idle()
	r.stop()
	r.start()
	r.idle()
	if m, known := r.app.row(a.id); !known || !m.Done || len(r.fake.Messages()) > 0 {
		t.Errorf("known %t, done %t, %d messages", known, m.Done, len(r.fake.Messages()))
	}
}

// Slack may be down when holdfast starts.
func TestSlackIsDownAtTheStart(t *testing.T) {
	r := newRig(t, nil)
	r.stop()
	r.fake.SetDown(true)
	r.start()
	a := r.ask(request())
	time.Sleep(100 * time.Millisecond)
	r.fake.SetDown(false)
	r.fake.Click(ben, r.messageOf(a, "Held"), actionApprove)
	r.wantEnd(a, hold.Released)
}

// Connections end in every way that Slack knows, and clicks go on being heard.
func TestReconnects(t *testing.T) {
	r := newRig(t, nil)
	r.fake.AwaitConnections(1)
	for i, reason := range []string{"warning", "refresh_requested", "", "link_disabled", ""} {
		r.fake.Disconnect(reason)
		r.fake.AwaitConnections(i + 2)
		a := r.ask(request())
		r.fake.Click(ben, r.messageOf(a, "Held"), actionApprove)
		r.wantEnd(a, hold.Released)
		r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
		r.messageOf(a, "Executed")
	}
}

// Tokens that were revoked are tried again, in case somebody mends it, and the log
// says what to do.
func TestRevokedToken(t *testing.T) {
	r := newRig(t, nil)
	r.fake.AwaitConnections(1)
	r.fake.SetAuth(false)
	r.fake.Disconnect("")
	a := r.ask(request())
	r.fake.Await("three tries", func() bool { return r.fake.CountCalls("apps.connections.open") > 3 })
	r.fake.SetAuth(true)
	r.fake.Click(ben, r.messageOf(a, "Held"), actionApprove)
	r.wantEnd(a, hold.Released)
	if !strings.Contains(r.log.String(), "copy it again from the app's page") {
		t.Error("the log does not say what to do")
	}
}

// holdfast stops in order: what it abandons is edited before it ends.
func TestStopEdits(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	r.messageOf(a, "Held")
	r.stop()
	m := r.fake.Messages()[0]
	if !strings.Contains(m.Text, "Abandoned") || m.Button(actionApprove) != nil {
		t.Errorf("after the stop it shows %s", m.Text)
	}
}

// holdfast dies while Slack is down: the next start finds the message again, posts
// nothing anew, and shows how it ended.
func TestRestart(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	r.idle()
	r.fake.SetDown(true)
	r.app.pace.drain = 50 * time.Millisecond // only Close reads it
	r.stop()
	r.fake.SetDown(false)
	if text := r.fake.Messages()[0].Text; !strings.Contains(text, "Held") {
		t.Fatalf("the message shows %s already", text)
	}
	r.start()
	r.messageOf(a, "Abandoned")
	r.idle()
	r.fake.Click(ben, m, actionApprove) // from before
	r.fake.AwaitEphemeral(ben, "it was abandoned")
	r.stop()
	edits := r.fake.Messages()[0].Edits
	r.start()
	r.idle()
	if n := r.fake.Messages()[0].Edits; n != edits {
		t.Errorf("a start with nothing to show edited %d times", n-edits)
	}
	if n := len(r.fake.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// holdfast dies between a post and its answer: the post is found by the next start,
// whether the hold was answered or went down with it.
func TestDiedWhilePosting(t *testing.T) {
	for state, answer := range map[hold.State]func(*rig, asked){
		hold.Denied:    func(r *rig, a asked) { r.byCLI(a.id, false, "ben") },
		hold.Abandoned: func(*rig, asked) {},
	} {
		t.Run(string(state), func(t *testing.T) { diedWhilePosting(t, state, answer) })
	}
}

func diedWhilePosting(t *testing.T, state hold.State, answer func(*rig, asked)) {
	r := newRig(t, nil)
	r.stop()
	r.pace = pace{Pace: outbox.Pace{First: time.Hour, Longest: time.Hour}, drain: time.Millisecond, answer: time.Second}
	r.start()
	r.fake.Fail("chat.postMessage", fakeslack.Failure{Lost: true})
	a := r.ask(request())
	r.fake.Await("the post", func() bool { return r.fake.CountMessages() == 1 })
	answer(r, a)
	r.stop()
	r.wantEnd(a, state)
	r.pace = quick
	r.start()
	r.messageOf(a, capital(string(state)))
	r.idle()
	if n := len(r.fake.Messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// Somebody deletes a message: one that waits comes again, one that is over stays
// away.
func TestDeletedMessage(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.Reviewers = hold.Reviewers{Count: 2}
	a := r.ask(req)
	m := r.messageOf(a, "Held")
	r.fake.Click(ben, m, actionApprove)
	r.messageOf(a, "1 more person")
	r.fake.Remove(m.TS)
	r.app.Changed(a.id, false) // nothing changed, so nothing is edited
	r.idle()
	if n := len(r.fake.Messages()); n != 1 {
		t.Fatalf("%d messages", n)
	}
	r.byCLI(a.id, true, "dee")
	r.wantEnd(a, hold.Released)
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
	r.idle()
	if n := len(r.fake.Messages()); n != 1 {
		t.Errorf("what is over was posted again: %d messages", n)
	}
	b := r.ask(req)
	m = r.messageOf(b, "Held")
	r.idle()
	r.fake.Remove(m.TS)
	r.byCLI(b.id, true, "dee")
	again := r.messageOf(b, "dee approved it")
	r.fake.Click(ben, again, actionApprove)
	r.wantEnd(b, hold.Released)
}

// A layout that Slack refuses is shown as text: better than nothing.
func TestRefusedLayout(t *testing.T) {
	r := newRig(t, nil)
	r.fake.Fail("chat.postMessage", fakeslack.Failure{Word: "invalid_blocks"})
	a := r.ask(request())
	m := r.messageOf(a, "Held on shop-prod")
	if len(m.Blocks) != 0 {
		t.Errorf("it has blocks: %v", m.Blocks)
	}
	r.byCLI(a.id, false, "ben")
	r.wantEnd(a, hold.Denied)
	r.messageOf(a, "Denied")
}

// The app was not invited: the log says what to do, and it works once it is.
func TestNotInvited(t *testing.T) {
	r := newRig(t, nil)
	r.fake.SetInChannel(false)
	a := r.ask(request())
	r.fake.Await("two tries", func() bool { return r.fake.CountCalls("chat.postMessage") >= 2 })
	if !strings.Contains(r.log.String(), "/invite") {
		t.Errorf("the log does not say what to do: %s", r.log)
	}
	r.fake.SetInChannel(true)
	r.messageOf(a, "Held")
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
	r.messageOf(a, "Withdrawn")
}

// Who clicked is told in the end, though Slack is busy.
func TestToldAlthoughBusy(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	r.fake.Fail("chat.postEphemeral", fakeslack.Failure{Status: 429, RetryAfter: 1}, fakeslack.Failure{Status: 500})
	r.fake.Click(ana, m, actionDeny)
	r.fake.AwaitEphemeral(ana, "You asked")
	r.fake.Fail("views.open", fakeslack.Failure{Word: "expired_trigger_id"})
	r.fake.Click(ben, m, actionDeny)
	r.fake.AwaitEphemeral(ben, "could not be opened", fmt.Sprintf("`holdfast deny %s`", a.id))
	r.wantPending(a)
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}
