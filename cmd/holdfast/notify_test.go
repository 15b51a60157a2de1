package main_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// wantNotification fails unless the next message is a notification of news with
// this payload; notices in front of it are passed over.
func wantNotification(t *testing.T, c *pgtest.Client, payload string) {
	t.Helper()
	m := c.Read()
	for m.Type == 'N' {
		m = c.Read()
	}
	// Int32, the notifying process, comes first.
	if want := "news\x00" + payload + "\x00"; m.Type != 'A' || string(m.Body[4:]) != want {
		t.Fatalf("got a message of type %q, %q; want the notification %q", m.Type, m.Body, want)
	}
}

// Notifications pass both ways between a session through holdfast and one
// without it.
func TestNotifications(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		direct, through := pgtest.Connect(t, s.srv.Addr(), s.db), s.connect(t)
		for _, c := range []*pgtest.Client{direct, through} {
			sum(c.Query("LISTEN news")).wantTag(t, "LISTEN", 'I')
		}
		s.srv.Exec(t, s.db, "NOTIFY news, 'to those who wait'")
		wantNotification(t, through, "to those who wait")
		wantNotification(t, direct, "to those who wait")

		sum(through.Query("BEGIN; SELECT pg_notify('news', 'from behind holdfast'); COMMIT")).wantTag(t, "COMMIT", 'I')
		wantNotification(t, direct, "from behind holdfast")
		// A session hears itself, before the ReadyForQuery that Query read up to.
		sum(through.Query("UNLISTEN *")).wantTag(t, "UNLISTEN", 'I')
		s.srv.Exec(t, s.db, "NOTIFY news, 'to nobody'")
		usable(t, through)
	})
}

// A listener hears what happens while a statement of its own is held, however
// that ends.
func TestNotificationWhileHeld(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		both(t, func(t *testing.T, send func(c *pgtest.Client, sql string)) {
			c := s.connect(t)
			c.Query("LISTEN news")
			send(c, "DELETE FROM events WHERE true")
			hold := s.hf.AwaitHold(t, "DELETE FROM events")
			for _, payload := range []string{"first", "second"} {
				s.srv.Exec(t, s.db, "NOTIFY news, '"+payload+"'")
				wantNotification(t, c, payload)
			}
			if state := s.hf.Hold(t, hold.ID).State; state != "pending" {
				t.Errorf("the hold is %s, want pending", state)
			}
			s.hf.Deny(t, hold.ID)
			readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
			s.srv.Exec(t, s.db, "NOTIFY news, 'afterwards'")
			wantNotification(t, c, "afterwards")
			usable(t, c)
			s.wantRows(t, "3")
		})
		t.Run("in a transaction they wait for its end", func(t *testing.T) {
			c := s.connect(t)
			c.Query("LISTEN news")
			c.Query("BEGIN")
			c.Send(pgtest.Query("TRUNCATE events"))
			hold := s.hf.AwaitHold(t, "TRUNCATE events")
			s.srv.Exec(t, s.db, "NOTIFY news, 'delayed'")
			s.hf.Approve(t, hold.ID)
			if a := readAnswer(t, c); a.status != 'T' || a.err != nil {
				t.Errorf("the approved statement: error %v, status %c", a.err, a.status)
			}
			c.Send(pgtest.Query("ROLLBACK"))
			c.Expect("C")
			// The server delivers them once the transaction has ended.
			for _, m := range c.ReadUntil('Z') {
				if m.Type == 'A' {
					return
				}
			}
			wantNotification(t, c, "delayed")
		})
	})
}
