package web_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// blocked are sessions that wait behind a hold.
func blocked(n int, users ...string) hold.Blocked {
	b := hold.Blocked{At: time.Now(), Count: n}
	for i, user := range users {
		b.Sessions = append(b.Sessions, hold.BlockedSession{PID: 4711 + i, User: user, Application: "checkout", Since: time.Now().Add(time.Duration(i-4) * time.Second)})
	}
	return b
}

// TestBlockedLive: who waits behind a hold comes to its page by itself, and goes; what is
// typed meanwhile stays.
func TestBlockedLive(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.InTransaction = true
	ctx, end := context.WithCancelCause(context.Background())
	id, done := r.askUntil(ctx, req, "")
	b := r.tab(phone, "bsmith")
	b.open("/holds/" + id)
	b.sees("it keeps the locks it has")
	b.do(chromedp.SendKeys("#reason", "half a", byQuery))
	r.desk.SetBlocked(id, blocked(3, "shop", ""))
	b.sees("3 sessions wait behind them", "Waits behind its locks", "shop checkout, process 4711", "the server itself", "and 1 more")
	r.desk.SetBlocked(id, blocked(0))
	b.sees("nobody waits behind them") // without a word of the stream
	b.until("!document.body.innerText.includes('Waits behind its locks')", "who waited is still there")
	if b.value("document.querySelector('#reason').value") != "half a" {
		t.Error("what was typed is gone")
	}
	r.desk.SetBlocked(id, hold.Blocked{At: time.Now(), Fault: "<b id=owned>"})
	b.sees("who waits behind them is not known: <b id=owned>")
	end(hold.Early{Count: 3, Waited: 5 * time.Second})
	<-done
	b.sees("Ended early: 3 sessions had waited up to 5 s behind its locks. Nothing was dropped.")
	b.open("/history")
	b.sees("ended early: 3 sessions")
}
