package wording

import (
	"testing"
	"time"
)

func TestWording(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 16, 28, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Left(now, now.Add(3*time.Minute+12*time.Second+900*time.Millisecond)), "3:12"},
		{Left(now, now.Add(time.Hour+2*time.Minute+3*time.Second)), "1:02:03"},
		{Left(now, now.Add(-time.Second)), "0:00"},
		{Took(38 * time.Millisecond), "38 ms"},
		{Took(41 * time.Second), "41 s"},
		{Took(2*time.Minute + 48*time.Second), "2 min 48 s"},
		{Took(30 * time.Minute), "30 min"},
		{Took(3 * time.Hour), "3 h"},
		{Took(25*time.Hour + 10*time.Second), "1 d 1 h"},
		{Took(50 * time.Hour), "2 d 2 h"},
		{Took(59*time.Second + 700*time.Millisecond), "1 min"},
		{Took(-time.Second), "0 ms"},
		{Number(594641), "594,641"}, {Number(1000000), "1,000,000"}, {Number(999), "999"},
		{Count(1, "session"), "1 session"}, {Count(0, "session"), "0 sessions"}, {Count(-1, "session"), "0 sessions"},
		{List(nil, "or"), ""}, {List([]string{"ana"}, "or"), "ana"}, {List([]string{"ana", "ben", "cleo"}, "or"), "ana, ben or cleo"},
		{Done([]string{"DROP TABLE a", "DROP SCHEMA b"}), "dropped"}, {Done([]string{"TRUNCATE a"}), "truncated"},
		{Done([]string{"DROP TABLE a", "DELETE b"}), "run"}, {Done([]string{"DO block"}), "run"}, {Done(nil), "run"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
