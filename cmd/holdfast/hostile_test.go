package main_test

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// recursive are texts that nest without end. Some overflow the C stack of the
// parser at a few 10 KB, which would end every session at once.
var recursive = map[string]func(size int) string{
	"plus":        func(n int) string { return "SELECT 1" + strings.Repeat("+1", n/2) },
	"concat":      func(n int) string { return "SELECT 'a'" + strings.Repeat("||'a'", n/5) },
	"cast":        func(n int) string { return "SELECT 1" + strings.Repeat("::int", n/5) },
	"COLLATE":     func(n int) string { return "SELECT 'a'" + strings.Repeat(` COLLATE "C"`, n/12) },
	"JOIN":        func(n int) string { return "SELECT 1 FROM events" + strings.Repeat(" CROSS JOIN events", n/18) },
	"UNION":       func(n int) string { return "SELECT 1" + strings.Repeat(" UNION SELECT 1", n/15) },
	"AND":         func(n int) string { return "SELECT 1 WHERE 1=1" + strings.Repeat(" AND 1=1", n/8) },
	"NOT":         func(n int) string { return "SELECT " + strings.Repeat("NOT ", n/4) + "true" },
	"minus":       func(n int) string { return "SELECT " + strings.Repeat("- ", n/2) + "1" },
	"brackets":    func(n int) string { return "SELECT " + strings.Repeat("(", n/2) + "1" + strings.Repeat(")", n/2) },
	"subselects":  func(n int) string { return strings.Repeat("SELECT (", n/9) + "SELECT 1" + strings.Repeat(")", n/9) },
	"subscripts":  func(n int) string { return "SELECT a" + strings.Repeat("[1]", n/3) },
	"CASE":        func(n int) string { return strings.Repeat("SELECT CASE WHEN true THEN (", n/28) },
	"open string": func(n int) string { return "SELECT '" + strings.Repeat("x", n) },
	"comments":    func(n int) string { return strings.Repeat("/*", n/2) },
	"VALUES":      func(n int) string { return "VALUES (1)" + strings.Repeat(",(1)", n/4) },
}

// None of them may touch another session, with or without something destructive
// behind it; and with it, it must not run unasked.
func TestCrashTexts(t *testing.T) {
	// A server of its own: planning some of them takes it minutes, and no signal
	// but a crash ends that.
	s := ownServer(t, pgtest.Newest(t))
	t.Cleanup(s.srv.Crash)
	bystander := s.connect(t)
	pid := pidOf(t, bystander)
	for name, text := range recursive {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{47 << 10, 1 << 20} {
				both(t, func(t *testing.T, send func(*pgtest.Client, string)) {
					c := s.connect(t)
					send(c, text(size))
					c.TryRead(time.Second) // it may well be at it for longer
					wantUntouched(t, s, bystander, pid)
					c.Close()

					c = s.connect(t)
					send(c, text(size)+"; DROP TABLE events")
					readDenyingToEnd(t, s, c)
					wantUntouched(t, s, bystander, pid)
					c.Close()
				})
			}
		})
	}
	if !s.hf.Running() {
		t.Fatal("holdfast is gone")
	}
}

func wantUntouched(t *testing.T, s scene, bystander *pgtest.Client, pid string) {
	t.Helper()
	if got := pidOf(t, bystander); got != pid {
		t.Fatal("the bystander's session is another one")
	}
	s.wantRows(t, "3")
}

// readDenyingToEnd is readDenying for a session that may end; it reports whether
// the session goes on.
func readDenyingToEnd(t *testing.T, s scene, c *pgtest.Client) bool {
	t.Helper()
	for {
		m, err := c.TryRead(2 * time.Minute)
		if err != nil {
			return false
		}
		if m.Type == 'N' && isHeld(m) {
			s.hf.Deny(t, s.hf.AwaitHold(t, "").ID)
		}
		if m.Type == 'Z' {
			return true
		}
	}
}
