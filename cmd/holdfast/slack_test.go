package main_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
)

const (
	anaInSlack = "U0ANA0ANA"
	benInSlack = "U0BEN0BEN"
)

// slackConfig is a host whose holds are asked in a fake Slack, where ana asks and
// ben answers.
func slackConfig(fake *fakeslack.Slack, extra string) func(pgtest.Paths) string {
	return func(p pgtest.Paths) string {
		return oneHost(p, "") + `
slack:
  bot_token: "${SLACK_BOT_TOKEN}"
  app_token: "${SLACK_APP_TOKEN}"
  channel: ` + fakeslack.ChannelID + `
  api_url: ` + fake.APIURL() + `
` + extra + `
people:
  - {name: ana, postgres: [postgres], slack: ` + anaInSlack + `}
  - {name: ben, slack: ` + benInSlack + `}
`
	}
}

// inSlack is a holdfast that asks in a fake Slack, and is answered by Socket Mode.
func inSlack(t *testing.T, extra string) (scene, *fakeslack.Slack) {
	t.Helper()
	fake := fakeslack.New(t)
	return slackScene(t, slackConfig(fake, extra), "SLACK_APP_TOKEN="+fakeslack.AppToken), fake
}

// slackScene is a holdfast with that configuration and, beside the bot's token, that
// secret. Its log must have none of them.
func slackScene(t *testing.T, config func(pgtest.Paths) string, secret string) (s scene) {
	t.Helper()
	s.srv = pgtest.Start(t, pgtest.Newest(t))
	s.db = s.srv.Database(t, shop)
	s.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{
		Server: s.srv, Config: config, Env: []string{"SLACK_BOT_TOKEN=" + fakeslack.BotToken, secret},
	})
	t.Cleanup(func() {
		for _, secret := range fakeslack.Secrets {
			if strings.Contains(s.hf.Log(), secret) {
				t.Errorf("the log contains %q", secret)
			}
		}
	})
	return s
}

// psql is held, ben clicks in Slack, the server runs it, and the message says so.
func TestSlackApproves(t *testing.T) {
	s, fake := inSlack(t, "")
	p := psql(t, s.hf.URL(s.db))
	p.Type("DELETE FROM events;")
	p.Await("held as ")
	hold := s.hf.AwaitHold(t, "DELETE FROM events")
	m := fake.AwaitMessage(hold.ID, "Held on shop (production): ana asks for DELETE public.events", "<@"+benInSlack+">")

	fake.Click(anaInSlack, m, "hold.approve")
	fake.AwaitEphemeral(anaInSlack, "You asked, so you cannot answer")
	s.wantRows(t, "3")

	fake.Click(benInSlack, m, "hold.approve")
	p.Await("DELETE 3")
	s.wantRows(t, "0")
	done := fake.AwaitMessage(hold.ID, "Executed: DELETE public.events", "<@"+benInSlack+"> approved it", "DELETE 3")
	if done.TS != m.TS || done.Posts != 1 {
		t.Errorf("the message was not edited in place: %+v", done)
	}
	if got := s.hf.Hold(t, hold.ID); got.DecidedBy != "ben" || got.Via != "slack" {
		t.Errorf("the hold says %+v", got)
	}
}

// ben denies with a reason, which psql shows, and the session goes on.
func TestSlackDenies(t *testing.T) {
	s, fake := inSlack(t, "")
	p := psql(t, s.hf.URL(s.db))
	p.Type("TRUNCATE events;")
	hold := s.hf.AwaitHold(t, "TRUNCATE events")
	fake.Click(benInSlack, fake.AwaitMessage(hold.ID, "Held"), "hold.deny")
	fake.Send(fake.AwaitView(benInSlack), map[string]string{"note": "not on a Friday"})
	p.Await("denied by ben")
	p.Await("not on a Friday")
	fake.AwaitMessage(hold.ID, "Denied: nothing was truncated", "not on a Friday")
	p.Type("SELECT count(*) FROM events;")
	p.Await("3")
}

// A holdfast that dies leaves a message with buttons; the next one edits it, and
// the buttons of before do nothing.
func TestSlackAfterACrash(t *testing.T) {
	s, fake := inSlack(t, "")
	c := s.connect(t)
	c.Send(pgtest.Query("DROP TABLE events"))
	hold := s.hf.AwaitHold(t, "DROP TABLE events")
	m := fake.AwaitMessage(hold.ID, "Held")
	s.hf.Kill()
	s.hf.Start(t)
	after := fake.AwaitMessage(hold.ID, "Abandoned: nothing was dropped")
	if after.TS != m.TS {
		t.Errorf("another message: %+v", after)
	}
	fake.Click(benInSlack, m, "hold.approve")
	fake.AwaitEphemeral(benInSlack, "it was abandoned")
	s.wantRows(t, "3")
}

// What the command line answers is shown in Slack; what happens while Slack is down
// as soon as it is back.
func TestSlackIsDownMeanwhile(t *testing.T) {
	s, fake := inSlack(t, "socket_group: "+pgtest.ServerGroup(t))
	fake.AwaitConnections(1)
	fake.SetDown(true)
	c := s.connect(t)
	c.Send(pgtest.Query("DELETE FROM events"))
	hold := s.hf.AwaitHold(t, "DELETE FROM events")
	c.Close()
	s.hf.AwaitState(t, hold.ID, "withdrawn")
	c = s.connect(t)
	c.Send(pgtest.Query("TRUNCATE events"))
	second := s.hf.AwaitHold(t, "TRUNCATE events")
	fake.SetDown(false)
	m := fake.AwaitMessage(second.ID, "Held")
	fake.Click(benInSlack, m, "hold.approve")
	readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'I')
	fake.AwaitMessage(second.ID, "Executed")
	for _, m := range fake.Messages() {
		if strings.Contains(m.Text, hold.ID) {
			t.Errorf("a hold that nobody could see was posted late: %s", m.Text)
		}
	}
}

func TestSlackTest(t *testing.T) {
	s, fake := inSlack(t, "")
	config := s.hf.Folder + "/holdfast.yaml"
	run := func() pgtest.Output {
		cmd := s.hf.Command("slack", "test", "--config", config)
		cmd.Env = append(cmd.Environ(), "SLACK_BOT_TOKEN="+fakeslack.BotToken, "SLACK_APP_TOKEN="+fakeslack.AppToken)
		return pgtest.Run(cmd)
	}
	out := run()
	wantAll(t, out.Stdout, "ok      bot token: it is holdfast", "ok      scopes: ", "ok      channel C0DBHOLDS: ", "ok      finding it again", "ok      deleting it",
		"ok      Socket Mode: connected", "note    known in Slack: ana and ben", "Slack is set up.")
	if out.Exit != 0 {
		t.Errorf("exit %d: %s", out.Exit, out.Stderr)
	}
	fake.SetInChannel(false)
	out = run()
	wantAll(t, out.Stdout, "FAILED  channel C0DBHOLDS: not_in_channel", "/invite @holdfast")
	if out.Exit != 1 || !strings.Contains(out.Stderr, "not set up yet") {
		t.Errorf("exit %d: %s", out.Exit, out.Stderr)
	}
	for _, m := range fake.Messages() {
		if !m.Deleted {
			t.Errorf("left behind: %s", m.Text)
		}
	}
}

// byRequests is a holdfast to which Slack sends signed requests, and their address.
func byRequests(t *testing.T) (scene, *fakeslack.Slack, string) {
	t.Helper()
	fake := fakeslack.New(t)
	s := slackScene(t, func(p pgtest.Paths) string {
		text := slackConfig(fake, "console: {listen: '127.0.0.1:0'}")(p)
		return strings.Replace(text, `app_token: "${SLACK_APP_TOKEN}"`, `signing_secret: "${SLACK_SIGNING_SECRET}"`, 1)
	}, "SLACK_SIGNING_SECRET="+fakeslack.SigningSecret)
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.hf.Log())
	if address == "" {
		t.Fatalf("the log does not say where the console is:\n%s", s.hf.Log())
	}
	return s, fake, address
}

// sendAs sends a request of Slack's to a holdfast.
func sendAs(t *testing.T, address string, r *http.Request) (status int, text string) {
	t.Helper()
	real, err := http.NewRequest(r.Method, address+r.URL.Path, r.Body)
	if err != nil {
		t.Fatal(err)
	}
	real.Header, real.Host = r.Header, "slack-finds-it-here.example.com"
	answer, err := http.DefaultClient.Do(real)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// Without Socket Mode a click comes to the console's address, signed. What is not
// signed by Slack, old, or came before, decides nothing, and the console's own forms
// stay guarded.
func TestSlackBySignedRequests(t *testing.T) {
	s, fake, address := byRequests(t)
	c := s.connect(t)
	c.Send(pgtest.Query("DELETE FROM events"))
	hold := s.hf.AwaitHold(t, "DELETE FROM events")
	m := fake.AwaitMessage(hold.ID, "Held")
	press := func() map[string]any { return fake.Press(benInSlack, m, "hold.approve") }
	now := time.Now()
	for name, forged := range map[string]*http.Request{
		"another secret": fakeslack.Signed(press(), "another", now),
		"an old clock":   fakeslack.Signed(press(), fakeslack.SigningSecret, now.Add(-time.Hour)),
	} {
		if status, text := sendAs(t, address, forged); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	if status, _ := sendAs(t, address, httptest.NewRequest(http.MethodGet, "/slack/interactions", nil)); status != http.StatusMethodNotAllowed {
		t.Errorf("a GET: %d", status)
	}
	if status, _ := sendAs(t, address, httptest.NewRequest(http.MethodPost, "/holds/"+hold.ID+"/approve", nil)); status != http.StatusMisdirectedRequest {
		t.Errorf("another path by that name: %d", status)
	}
	if got := s.hf.Hold(t, hold.ID); got.State != "pending" {
		t.Fatalf("a forged request left it %s", got.State)
	}
	click := fakeslack.Signed(press(), fakeslack.SigningSecret, now)
	body := fakeslack.Body(click)
	for _, want := range []int{http.StatusOK, http.StatusUnauthorized} { // the second one is a replay
		click.Body = body()
		if status, text := sendAs(t, address, click); status != want {
			t.Errorf("%d %s, want %d", status, text, want)
		}
	}
	readAnswer(t, c).wantTag(t, "DELETE 3", 'I')
	if got := s.hf.AwaitState(t, hold.ID, "executed"); got.DecidedBy != "ben" || got.Via != "slack" {
		t.Errorf("the hold says %+v", got)
	}
	if n := len(fake.Calls("apps.connections.open")); n > 0 {
		t.Errorf("Socket Mode was tried %d times", n)
	}
}
