package wording

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
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
		{Locks(false, hold.Blocked{}), "It holds no locks: nothing of it has run."},
		{Locks(true, hold.Blocked{}), "It waits inside a transaction, which keeps the locks it has."},
		{Locks(true, hold.Blocked{At: now}), "It waits inside a transaction, which keeps the locks it has. Nobody waits behind them."},
		{Locks(true, hold.Blocked{At: now, Count: 1}), "It waits inside a transaction, which keeps the locks it has. 1 session waits behind them."},
		{Locks(true, hold.Blocked{At: now, Fault: "no"}), "It waits inside a transaction, which keeps the locks it has. Who waits behind them is not known: no."},
		{BlockedBy(hold.BlockedSession{PID: 7}), "the server itself, process 7"},
		{BlockedBy(hold.BlockedSession{PID: 7, User: "ben", Application: "psql"}), "ben, psql, process 7"},
		{Expired("nobody answered in time", time.Minute), "Nobody answered in 1 min"},
		{Expired(hold.Early{Count: 2, Waited: 6 * time.Second}.Error(), time.Minute), "Ended early: 2 sessions had waited up to 6 s behind its locks"},
		{because(Asker{Who: who("ana")}), "ana asked, so ana cannot answer"},
		{because(Asker{Who: who("ana", "ben")}), "one of ana and ben asked, so neither can answer"},
		{because(Asker{Who: who("ana", "ben", "cy")}), "one of ana, ben and cy asked, so none of them can answer"},
		{because(Asker{Who: who("ana", "ben"), Types: "shop"}), "one of ana and ben asked, and may approve it by typing shop"},
		{because(Asker{Who: who("ana"), Types: "shop", OneMore: true}), "ana asked, and may approve it by typing shop"},
		{because(Asker{OneMore: true, Types: "shop"}), "it is not known who asked, which takes one more"},
		{because(Asker{}), ""},
		{because(Asker{Submitter: "ana", Who: who("ben")}), "ana asks and ben will run it, so neither can answer"},
		{because(Asker{Submitter: "ana", Who: who("ana")}), "ana asks and will run it, so ana cannot answer"},
		{because(Asker{Submitter: "ana", Who: who("ben", "cy")}), "ana asks and one of ben and cy will run it, so none of them can answer"},
		{because(Asker{Submitter: "ana", OneMore: true}), "ana asks, so ana cannot answer; it is not known who will run it, which takes one more"},
		{because(Asker{Submitter: "os user ana"}), ""},
		{Asker{Who: who("ana")}.Because(strings.ToUpper), "ANA asked, so ANA cannot answer"},
		{Names(who("ana", "ben", "cy")), "ana, ben and cy"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func because(a Asker) string { return a.Because(func(s string) string { return s }) }

func who(names ...string) (list []hold.Requester) {
	for _, name := range names {
		list = append(list, hold.Requester{Person: name})
	}
	return list
}
