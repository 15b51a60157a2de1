package hold_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// behind is an answer of a server in which these processes wait.
func behind(since time.Time, pids ...int) hold.Blocked {
	b := hold.Blocked{At: time.Now(), Count: len(pids)}
	for _, pid := range pids {
		b.Sessions = append(b.Sessions, hold.BlockedSession{PID: pid, User: "ben", Application: "shop", Since: since})
	}
	return b
}

// TestBlockedIsShown while the session waits, and watchers are told of what is new now
// and then.
func TestBlockedIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		w := r.Watch()
		defer w.Close()
		ctx, leave := context.WithCancel(t.Context())
		id, done := r.ask(ctx, request())
		told := func() int {
			ids, _ := w.Take()
			return len(ids)
		}
		told()
		get := func() hold.Blocked {
			h, err := r.Get(t.Context(), id)
			list, listErr := r.List(t.Context(), false)
			if err != nil || listErr != nil || len(list) != 1 || list[0].Blocked.Count != h.Blocked.Count {
				t.Fatalf("%v, %v, %+v", err, listErr, list)
			}
			return h.Blocked
		}
		if b := get(); !b.At.IsZero() {
			t.Errorf("%+v before anybody asked", b)
		}
		since := time.Now()
		r.SetBlocked(id, behind(since, 1))
		if n := told(); n != 1 || get().Count != 1 {
			t.Errorf("told %d times, %+v", n, get())
		}
		time.Sleep(2 * time.Second)
		r.SetBlocked(id, behind(since.Add(time.Second), 1, 2))
		if b := get(); told() != 0 || b.Count != 2 || !b.Sessions[0].Since.Equal(since) {
			t.Errorf("told again at once, or %+v", b)
		}
		time.Sleep(8 * time.Second)
		r.SetBlocked(id, behind(since, 1, 2))
		if told() != 1 {
			t.Error("not told after ten seconds")
		}
		time.Sleep(time.Minute)
		r.SetBlocked(id, behind(since, 1, 2))
		if told() != 0 {
			t.Error("told although nothing is new")
		}
		r.SetBlocked("23456789", behind(since, 1)) // nobody's
		leave()
		if o := <-done; o.hold.State != hold.Withdrawn || !o.hold.Blocked.At.IsZero() {
			t.Errorf("%+v", o.hold)
		}
		r.SetBlocked(id, behind(since, 1))
		if h, err := r.Get(t.Context(), id); err != nil || !h.Blocked.At.IsZero() {
			t.Errorf("%+v, %v", h.Blocked, err)
		}
		r.stop()
	})
}

// TestEndsEarly: as expired, with a reason; and a yes that came before counts.
func TestEndsEarly(t *testing.T) {
	r := newRig(t, people(t))
	req := request()
	req.Binding = "x"
	for _, c := range []struct {
		early hold.Early
		want  string
	}{
		{hold.Early{Count: 1, Waited: 5 * time.Second}, "ended early: 1 session had waited 5 s behind its locks"},
		{hold.Early{Count: 3, Waited: 7 * time.Second}, "ended early: 3 sessions had waited up to 7 s behind its locks"},
	} {
		ctx, end := context.WithCancelCause(t.Context())
		id, done := r.ask(ctx, req)
		end(c.early)
		o := <-done
		if o.err != nil || o.hold.State != hold.Expired || o.hold.Result != c.want || !o.hold.EndedEarly() {
			t.Errorf("%+v, %v", o.hold, o.err)
		}
		if h, err := r.Decide(t.Context(), id, yes("ben")); err != nil || h.State != hold.Granted || h.EndedEarly() {
			t.Errorf("%+v, %v", h, err)
		}
		req.Binding += "y"
	}
	ctx, end := context.WithCancelCause(t.Context())
	req.Binding = "z"
	approved := make(chan string, 1)
	finished := make(chan hold.Hold, 1)
	go func() {
		h, err := r.Wait(ctx, req, func(h hold.Hold) {
			if _, err := r.Decide(context.Background(), h.ID, yes("ben")); err != nil {
				t.Error(err)
			}
			end(hold.Early{Count: 1})
			approved <- h.ID
		})
		if err != nil {
			t.Error(err)
		}
		finished <- h
	}()
	id := <-approved
	if h := <-finished; h.State != hold.Released || h.ID != id {
		t.Errorf("approved just before: %+v", h)
	}
	r.Finish(id, hold.Executed, "DROP TABLE")
}
