package main_test

import (
	"slices"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// keyless is a server that gives out no cancel key, as some hosted ones and poolers
// do. It runs whatever a Query says, but for what stands in quotes.
func keyless(v *pgtest.Visitor) {
	v.Startup()
	v.Say(slices.DeleteFunc(pgtest.Greeting(), func(m pgtest.Message) bool { return m.Type == 'K' })...)
	for {
		m, ok := v.Read()
		switch {
		case !ok || m.Type == 'X':
			return
		case m.Type == 'Q' && m.Body[0] == '"':
			v.Say(pgtest.Message{Type: 'E', Body: []byte("SERROR\x00VERROR\x00C42601\x00Msyntax error\x00\x00")}, pgtest.Ready('I'))
		case m.Type == 'S': // behind a question of holdfast's own, which gets no answer
			v.Say(pgtest.Ready('I'))
		case m.Type == 'Q':
			v.Say(pgtest.Complete("DONE"), pgtest.Ready('I'))
		}
	}
}

// TestServerWithoutBackendKeyData: its clients log in, are held and answered; only a
// CancelRequest finds nobody.
func TestServerWithoutBackendKeyData(t *testing.T) {
	server := pgtest.NewImpostor(t, keyless)
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Upstream: server.URL()})
	c := pgtest.Connect(t, hf.Listen, "shop")
	if len(c.Key) > 0 {
		t.Fatalf("the client got a key of %d bytes", len(c.Key))
	}
	sum(c.Query("SELECT 1")).wantTag(t, "DONE", 'I')
	c.Send(pgtest.Query("DROP TABLE events"))
	hold := hf.AwaitHold(t, "DROP TABLE events")
	canceller := pgtest.Dial(t, hf.Listen)
	canceller.Send(pgtest.CancelRequest(make([]byte, 8)))
	canceller.ExpectEOF()
	if state := hf.Hold(t, hold.ID).State; state != "pending" {
		t.Errorf("a CancelRequest made the hold %s", state)
	}
	hf.Deny(t, hold.ID)
	readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
	c.Send(pgtest.Query("DROP TABLE events"))
	hf.Approve(t, hf.AwaitHold(t, "DROP TABLE events").ID)
	readAnswer(t, c).wantTag(t, "DONE", 'I')
}
