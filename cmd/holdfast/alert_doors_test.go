package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
	"github.com/holdfast-db/holdfast/internal/webhook"
)

// TestAlertAtEveryDoor: rows go in qualified deletes, each far below what is held, and
// what they come to is told in Slack and by the webhook, and sets the brake that the
// configuration asks for.
func TestAlertAtEveryDoor(t *testing.T) {
	const secret = "0123456789abcdef"
	came := make(chan webhook.Body, 64)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		var b webhook.Body
		if err == nil {
			err = webhook.Verify(secret, r.Header.Get(webhook.SignatureHeader), time.Now(), text)
		}
		if err == nil {
			err = json.Unmarshal(text, &b)
		}
		if err != nil {
			t.Errorf("a request that is wrong: %v", err)
		}
		came <- b
	}))
	t.Cleanup(receiver.Close)
	fake := fakeslack.New(t)
	var s scene
	s.srv = pgtest.Start(t, pgtest.Newest(t))
	s.db = s.srv.Database(t, "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 30000)")
	s.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{
		Server: s.srv, Env: []string{"HOOK_SECRET=" + secret, "BOT=" + fakeslack.BotToken, "APP=" + fakeslack.AppToken},
		Config: func(p pgtest.Paths) string {
			return oneHost(p, "") + fmt.Sprintf("\nwebhook: {url: %q, secret: \"${HOOK_SECRET}\"}\nslack: {bot_token: \"${BOT}\", app_token: \"${APP}\", channel: %s, api_url: %q}\nvolume: {brake: [{tables: [orders]}]}\n",
				receiver.URL, fakeslack.ChannelID, fake.APIURL())
		},
	})
	c := s.connect(t)
	for i := range 6 {
		c.Send(pgtest.Query(fmt.Sprintf("DELETE FROM orders WHERE id > %d AND id <= %d", 200*i, 200*i+200)))
		readAnswer(t, c).wantTag(t, "DELETE 200", 'I')
	}
	fake.AwaitMessage("Unusual deletes: 1,200 rows of orders on shop", "The brake is on", "DELETE FROM orders WHERE id", "slack_file")
	for b := (webhook.Body{}); b.Event != "alert.raised"; {
		select {
		case b = <-came:
			if b.Alert != nil && (b.Alert.Table != "orders" || b.Alert.Deleted < 1000 || b.Alert.Kind != "limit" || b.Alert.Brake == nil) {
				t.Errorf("sent %+v", b.Alert)
			}
		case <-time.After(long):
			t.Fatal("the webhook was not told")
		}
	}
	c.Send(pgtest.Query("DELETE FROM orders WHERE id = 30000"))
	hold := s.hf.AwaitHold(t, "DELETE FROM orders WHERE id = 30000")
	if hold.Rule != "brake" {
		t.Errorf("it is held by rule %s", hold.Rule)
	}
	s.hf.Approve(t, hold.ID)
	readAnswer(t, c).wantTag(t, "DELETE 1", 'I')
}
