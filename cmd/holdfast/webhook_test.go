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
	"github.com/holdfast-db/holdfast/internal/webhook"
)

// Another system hears of a hold and of its end, signed with the secret of a
// variable.
func TestWebhook(t *testing.T) {
	const secret = "0123456789abcdef"
	came := make(chan webhook.Hold, 16)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err == nil {
			err = webhook.Verify(secret, r.Header.Get(webhook.SignatureHeader), time.Now(), text)
		}
		var b webhook.Body
		if err == nil {
			err = json.Unmarshal(text, &b)
		}
		if err != nil {
			t.Errorf("a request that is wrong: %v", err)
		}
		came <- *b.Hold
	}))
	t.Cleanup(receiver.Close)
	var s scene
	s.srv = pgtest.Start(t, pgtest.Newest(t))
	s.db = s.srv.Database(t, shop)
	s.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{
		Server: s.srv, Env: []string{"HOOK_SECRET=" + secret},
		Config: func(p pgtest.Paths) string {
			return oneHost(p, "") + fmt.Sprintf("\nwebhook: {url: %q, secret: \"${HOOK_SECRET}\"}\n", receiver.URL)
		},
	})
	c := s.connect(t)
	c.Send(pgtest.Query("DELETE FROM events WHERE 'hunter2' = 'hunter2'"))
	hold := s.hf.AwaitHold(t, "DELETE FROM events")
	await := func(state string) webhook.Hold {
		t.Helper()
		for {
			select {
			case h := <-came:
				if h.ID == hold.ID && h.State == state {
					return h
				}
			case <-time.After(long):
				t.Fatalf("it did not come as %s", state)
			}
		}
	}
	if h := await("pending"); h.SQL != "DELETE FROM events WHERE ? = ?" || h.Host != "shop" || len(h.Statements) != 1 {
		t.Errorf("sent %+v", h)
	}
	s.hf.Approve(t, hold.ID)
	readAnswer(t, c).wantTag(t, "DELETE 3", 'I')
	if h := await("executed"); h.Result != "DELETE 3" || h.Via != "cli" {
		t.Errorf("sent %+v", h)
	}
}
