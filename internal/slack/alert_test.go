package slack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// alertRig is a rig with a desk of alerts.
func alertRig(t *testing.T, opts func(*Options)) (*rig, *alertDesk) {
	t.Helper()
	d := &alertDesk{people: people(t), alerts: map[string]alert.Alert{}}
	return newRig(t, func(o *Options) {
		o.Alerts = d
		if opts != nil {
			opts(o)
		}
	}), d
}

// tell puts an alert on the desk and says so.
func (r *rig) tell(d *alertDesk, a alert.Alert) {
	d.put(a)
	r.app.outbox.Changed(alertKey+a.ID, true)
}

// One message for an alert, with its picture, edited as it grows and is answered.
func TestAlert(t *testing.T) {
	r, d := alertRig(t, func(o *Options) { o.Console = "https://holdfast.example.com" })
	one := flood()
	r.tell(d, one)
	m := r.fake.AwaitMessage("Unusual deletes: 17,010 rows of public.order_items on shop-prod (production)", "cleanup-worker (user app)", "usual is up to 640", "The brake is on",
		"psql (user ana): 640 rows", "order_id = $1 AND note &lt; $2", "3.3 % of the table", "alert v3nc8x5d", "slack_file")
	if m.Button(actionPage)["url"] != "https://holdfast.example.com/alerts/v3nc8x5d" || m.Button(actionAcknowledge) == nil || m.Button(actionRelease) == nil {
		t.Errorf("its elements are %v", m.Blocks)
	}
	if !strings.Contains(m.Text, "cleanup-worker (user app) deleted 17,010 rows from public.order_items on shop-prod") || !strings.Contains(m.Text, "Brake on.") {
		t.Errorf("a telephone shows %q", m.Text)
	}
	one.Deleted, one.Updated = 40000, time.Now()
	r.tell(d, one)
	r.fake.AwaitMessage("Unusual deletes: 40,000 rows")
	r.idle()
	if n := len(r.fake.Files()); n != 1 {
		t.Errorf("%d pictures after it doubled, want 1", n)
	}
	one.Deleted = 90000
	r.tell(d, one)
	r.fake.AwaitMessage("Unusual deletes: 90,000 rows")
	r.idle()
	files := r.fake.Files()
	if len(files) != 2 || files[0].Shared {
		t.Errorf("%d pictures, want 2 that are in no channel", len(files))
	}
	one.State, one.Ended, one.Brake = alert.Resolved, time.Now().UTC(), nil
	r.tell(d, one)
	over := r.fake.AwaitMessage("Over: 90,000 rows", "It ended")
	r.idle()
	if over.TS != m.TS || over.Button(actionAcknowledge) != nil || len(r.fake.Messages()) != 1 {
		t.Errorf("it is not the same message, or has buttons: %+v", over)
	}
	if kept, _ := r.app.row(alertKey + one.ID); !kept.Done {
		t.Error("its message is not done")
	}
}

// Every answer, and what the message says of it.
func TestAlertAnswers(t *testing.T) {
	r, d := alertRig(t, nil)
	one := flood()
	r.tell(d, one)
	m := r.fake.AwaitMessage("Unusual deletes", "slack_file")
	r.fake.Click(ben, m, actionAcknowledge)
	m = r.fake.AwaitMessage("<@" + ben + "> acknowledged it")
	if m.Button(actionAcknowledge) != nil {
		t.Error("it can be acknowledged twice")
	}
	r.fake.Deliver(r.fake.Envelope(), r.fake.Choose(cleo, m, actionSilence, "8h"))
	r.fake.AwaitMessage("<@"+cleo+"> silenced it until", "<!date^")
	if left := time.Until(d.alerts[one.ID].Silenced); left > 8*time.Hour || left < 8*time.Hour-time.Minute {
		t.Errorf("silenced for %v", left)
	}
	r.fake.Click(ben, m, actionRelease)
	r.fake.AwaitMessage("<@" + ben + "> released the brake")
	r.fake.Deliver(r.fake.Envelope(), r.fake.Choose(ben, m, actionMore, "job"))
	over := r.fake.AwaitMessage("A job: 17,010 rows", "said that it is a job")
	for _, block := range over.Blocks {
		if block["type"] == "actions" {
			t.Errorf("it can be answered still: %v", block)
		}
	}
	r.fake.Click(cleo, m, actionRelease) // a message that a phone still showed
	r.fake.AwaitEphemeral(cleo, "brake is not on")
	r.fake.Deliver(r.fake.Envelope(), r.fake.Choose(cleo, m, actionMore, "accept"))
	r.fake.AwaitEphemeral(cleo, "This alert is over", "Nothing changed")
	for _, a := range d.alerts[one.ID].Answers {
		if a.Via != "slack" || a.By == "" {
			t.Errorf("recorded as %+v", a)
		}
	}
}

// Strangers, other workspaces, and clicks that name nothing change nothing.
func TestWhoMayNotAnswerAlerts(t *testing.T) {
	r, d := alertRig(t, nil)
	one := flood()
	r.tell(d, one)
	m := r.fake.AwaitMessage("Unusual deletes", "slack_file")
	r.fake.Click(stranger, m, actionAcknowledge)
	r.fake.AwaitEphemeral(stranger, "nobody in holdfast’s people")
	press := r.fake.Press(ben, m, actionAcknowledge)
	press["user"].(map[string]any)["team_id"] = "T0OTHER"
	r.fake.Deliver(r.fake.Envelope(), press)
	r.fake.AwaitEphemeral(ben, "another workspace")
	for _, value := range []string{"v3nc8x5d 100y", "v3nc8x5d", "", "../../x 1h", "v3nc8x5d release", "22222222 1h"} {
		choice := r.fake.Choose(cleo, m, actionSilence, "1h")
		choice["actions"].([]any)[0].(map[string]any)["selected_option"] = map[string]any{"value": value}
		r.fake.Deliver(r.fake.Envelope(), choice)
	}
	r.fake.AwaitEphemeral(cleo, "no alert 22222222")
	if a := d.alerts[one.ID]; len(a.Answers) != 0 || a.State != alert.Open {
		t.Errorf("%+v", a)
	}
}

// A Slack that takes no picture has the message without, and hears of it once.
func TestAlertWithoutPicture(t *testing.T) {
	r, d := alertRig(t, nil)
	r.fake.SetScopes("chat:write,channels:history,groups:history")
	one := flood()
	r.tell(d, one)
	r.fake.AwaitMessage("Unusual deletes")
	r.idle()
	one.Deleted *= 10
	r.tell(d, one)
	m := r.fake.AwaitMessage("Unusual deletes: 170,100 rows")
	r.idle()
	if strings.Contains(strings.Join(m.Strings(), "\n"), "slack_file") || len(r.fake.Calls("files.getUploadURLExternal")) != 1 || len(r.fake.Ephemerals()) != 0 {
		t.Errorf("asked %d times: %v", len(r.fake.Calls("files.getUploadURLExternal")), m.Blocks)
	}
}

// Whatever goes wrong with a picture, there is one message, and it is not held up.
func TestPicturesGoWrong(t *testing.T) {
	for name, c := range map[string]struct {
		method  string
		failure fakeslack.Failure
		slow    int
		pending bool // it comes with the next change
		never   bool
	}{
		"no place":        {method: "files.getUploadURLExternal", failure: fakeslack.Failure{Status: 500}, pending: true},
		"busy":            {method: "files.getUploadURLExternal", failure: fakeslack.Failure{Status: 429, RetryAfter: 30}, pending: true},
		"upload fails":    {method: "upload", failure: fakeslack.Failure{Status: 502}, pending: true},
		"hangs up":        {method: "upload", failure: fakeslack.Failure{HangUp: true}, pending: true},
		"answer lost":     {method: "files.completeUploadExternal", failure: fakeslack.Failure{Lost: true}, pending: true},
		"not done":        {method: "files.completeUploadExternal", failure: fakeslack.Failure{Word: "file_update_failed"}, never: true},
		"known late":      {slow: pictureTries - 1},
		"never known":     {slow: 100, never: true},
		"message is late": {method: "chat.postMessage", failure: fakeslack.Failure{Lost: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, d := alertRig(t, nil)
			r.fake.SetSlowFiles(c.slow)
			if c.method != "" {
				r.fake.Fail(c.method, c.failure)
			}
			one := flood()
			r.tell(d, one)
			r.fake.AwaitMessage("Unusual deletes")
			r.idle()
			if c.pending {
				one.Deleted *= 2
				r.tell(d, one)
			}
			if !c.never {
				r.fake.AwaitMessage("Unusual deletes", "slack_file")
			}
			r.idle()
			r.wantOnce()
			all := r.fake.Messages()
			if len(all) != 1 || all[0].Blocks == nil {
				t.Fatalf("%d messages, %v", len(all), all)
			}
			if has := all[0].Blocks[len(all[0].Blocks)-1]["type"] == "actions"; !has {
				t.Error("it lost its layout")
			}
			if m, _ := r.app.row(alertKey + one.ID); m.Bare || c.never != m.NoPicture {
				t.Errorf("kept as %+v", m)
			}
		})
	}
}

// An outage and a restart delay an alert, and what changed meanwhile is shown once, as
// it is then. What people have silenced is not told.
func TestAlertAfterAnOutage(t *testing.T) {
	r, d := alertRig(t, nil)
	r.fake.SetDown(true)
	one, quiet := flood(), flood()
	quiet.ID, quiet.Silenced = "k7wd2m9q", time.Now().Add(time.Hour)
	r.tell(d, one)
	r.tell(d, quiet)
	one.Deleted = 20000
	r.tell(d, one)
	r.stop()
	r.fake.SetDown(false)
	one.Deleted = 30000
	d.put(one)
	r.start()
	r.fake.AwaitMessage("Unusual deletes: 30,000 rows", "slack_file")
	r.idle()
	r.stop()
	one.State, one.Ended, one.Brake = alert.Resolved, time.Now(), nil
	d.put(one)
	r.start()
	r.fake.AwaitMessage("Over: 30,000 rows")
	r.idle()
	r.wantOnce()
	if n := len(r.fake.Messages()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

// Whatever clients call themselves and their tables: Slack takes the message and
// calls nobody.
func TestHostileAlerts(t *testing.T) {
	r, d := alertRig(t, nil)
	for i, text := range hostile {
		one := flood()
		one.ID = "v3nc8x5" + string("bcdfghjkmnpqrst"[i])
		one.Table, one.Database, one.Reason, one.Examples = text, text, text, []string{text, text, text, text}
		one.Actor.User, one.Actor.Application = text, text
		for range 9 {
			one.Actors = append(one.Actors, alert.ActorRows{Actor: one.Actor, Deleted: 1})
		}
		for range 9 {
			one.Answers = append(one.Answers, alert.Answer{Verb: alert.Acknowledge, By: text, At: time.Now(), Note: text})
		}
		r.tell(d, one)
		r.fake.AwaitMessage("alert "+one.ID, "slack_file")
	}
	r.idle()
	r.wantOnce()
}

// What bypassed holdfast names nobody, offers nothing that the desk refuses, and is not
// called committed, which the server does not say.
func TestBehindInSlack(t *testing.T) {
	r, d := alertRig(t, nil)
	one := flood()
	one.Kind, one.Actor, one.Actors, one.Examples, one.Brake = alert.Behind, volume.Actor{}, nil, nil, nil
	one.Answers = []alert.Answer{{Verb: alert.Lift, By: "ben", At: time.Now()}}
	r.tell(d, one)
	m := r.fake.AwaitMessage("Deleted without holdfast: 17,010 rows", "by whom is not known", "silence this for a time", "<@"+ben+"> took back the silences and jobs of answers to it")
	text, err := json.Marshal(m.Blocks)
	r.must(err)
	for _, never := range []string{"committed", "ccept", "a job\"", "everybody"} {
		if strings.Contains(string(text), never) {
			t.Errorf("%q is in %s", never, text)
		}
	}
}

// The whole way: rows are deleted, the desk finds it unusual and brakes, Slack shows it,
// and an answer there counts and is on record.
func TestAlertOfTheDesk(t *testing.T) {
	r := newRig(t, nil)
	r.stop()
	r.counts = true
	r.start()
	drop := func(rows int64) {
		r.alert.Take(&event.Tally{
			Origin: event.Origin{Host: "shop-prod", Database: "shop", User: "ana", Application: "psql", Client: "10.0.0.1"},
			Rows:   []event.Rows{{Table: "order_items", Deleted: rows, Example: "DELETE FROM order_items WHERE id < $1"}},
		})
	}
	drop(1200)
	m := r.fake.AwaitMessage("Unusual deletes: 1,200 rows of order_items on shop-prod (production)", "psql (user ana)", "The brake is on", "id &lt; $1", "slack_file")
	drop(1300)
	r.fake.AwaitMessage("Unusual deletes: 2,500 rows of order_items")
	r.fake.Click(ana, m, actionRelease)
	r.fake.AwaitEphemeral(ana, "deletes of ana")
	r.fake.Click(ben, m, actionAcknowledge)
	r.fake.AwaitMessage("<@" + ben + "> acknowledged it")
	r.fake.Click(ben, m, actionRelease)
	r.fake.AwaitMessage("<@" + ben + "> released the brake")
	r.fake.Deliver(r.fake.Envelope(), r.fake.Choose(cleo, m, actionMore, "accept"))
	r.fake.AwaitMessage("As usual: 2,500 rows", "<@"+cleo+"> accepted it as usual")
	if brakes := r.alert.Brakes(); len(brakes) != 0 {
		t.Errorf("brakes on: %v", brakes)
	}
	r.idle()
	r.wantOnce()
	all, err := r.alert.List(t.Context(), true)
	if err != nil || len(all) != 1 || len(all[0].Answers) != 3 || all[0].Answers[2].By != "cleo" || all[0].Answers[2].Via != "slack" {
		t.Errorf("%+v, %v", all, err)
	}
	r.stop()
	record, err := os.ReadFile(filepath.Join(r.dir, "audit.jsonl"))
	if r.must(err); !strings.Contains(string(record), `"by":"ben","via":"slack","identity":"verified"`) {
		t.Errorf("the record says\n%s", record)
	}
}

// TestAlertSample keeps a message to be looked at in Slack's Block Kit Builder.
func TestAlertSample(t *testing.T) {
	to := os.Getenv("HOLDFAST_SHOTS")
	if to == "" {
		t.Skip("HOLDFAST_SHOTS names no folder")
	}
	r, d := alertRig(t, nil)
	r.tell(d, flood())
	m := r.fake.AwaitMessage("slack_file")
	text, err := json.MarshalIndent(map[string]any{"text": m.Text, "blocks": m.Blocks}, "", " ")
	r.must(err)
	r.must(os.WriteFile(to+"/slack-alert.json", text, 0o600))
	r.must(os.WriteFile(to+"/slack-alert.png", r.fake.Files()[0].Content, 0o600))
}
