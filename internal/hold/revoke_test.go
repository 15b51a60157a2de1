package hold_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

func revoking(os, note string) hold.Revoking {
	return hold.Revoking{By: hold.Answerer{OS: os}, Via: "cli", Note: note}
}

// grantOf is a hold of people that expired and was granted by ben.
func (r *rig) grantOf(req hold.Request) hold.Hold {
	r.t.Helper()
	h, err := r.Decide(r.t.Context(), r.expired(req), yes("ben"))
	if err != nil || h.State != hold.Granted {
		r.t.Fatalf("%+v, %v", h, err)
	}
	return h
}

// TestRevoke: a grant that was taken back lapses, with who, by which door and why, in the
// store and in the record, and the statement is asked about again.
func TestRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		r := openRig(t, dir, people(t))
		g := r.grantOf(bound())
		time.Sleep(time.Minute)
		h, err := r.Revoke(t.Context(), g.ID, revoking("cy", "not today"))
		want := hold.Revocation{By: "cy", Via: "cli", Identity: "verified", Note: "not today", At: time.Now().UTC()}
		if err != nil || h.State != hold.Lapsed || h.Revoked != want || h.Result != "revoked by cy" || h.DecidedBy != "ben" || !h.Ended.Equal(want.At) {
			t.Fatalf("%+v, %v", h, err)
		}
		if id, _ := r.ask(t.Context(), bound()); id == g.ID {
			t.Error("spent after it was revoked")
		}
		r.recordIs(g.ID, "pending", "expired", "granted", "lapsed")
		events := auditOf(t, r.dir)
		for _, e := range events {
			if e.State == "lapsed" && (e.Kind() != "hold revoked" || e.By != "cy" || e.Via != "cli" || e.Note != "not today" || e.Identity != "verified" || e.Approvals[0].By != "ben") {
				t.Errorf("recorded %+v", e)
			}
		}
		var late hold.ErrNotRevocable
		if _, err := r.Revoke(t.Context(), g.ID, revoking("ben", "")); !errors.As(err, &late) || !strings.HasPrefix(err.Error(), "it was revoked already, by cy at ") {
			t.Errorf("twice: %v", err)
		}
		if _, err := r.Decide(t.Context(), g.ID, yes("ben")); err == nil || err.Error() != "already approved by ben, and revoked by cy" {
			t.Errorf("approved again: %v", err)
		}
		r.stop()
		r = openRig(t, dir, people(t))
		if h := r.stored(g.ID); h.State != hold.Lapsed || h.Revoked != want {
			t.Errorf("after a restart: %+v", h)
		}
	})
}

// TestWhoMayRevoke: those who could have answered, who approved among them, and who
// asked; nobody else.
func TestWhoMayRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		req := bound(func(r *hold.Request) { r.Reviewers.Group = "dba" })
		for who, may := range map[string]bool{"ana": true, "ben": true, "dee": true, "zoe": false, "eve": false, "": false} {
			g := r.grantOf(req)
			h, err := r.Revoke(t.Context(), g.ID, revoking(who, ""))
			if refused := (hold.ErrNotAllowed{}); may && err != nil || !may && !errors.As(err, &refused) {
				t.Errorf("%q: %+v, %v", who, h, err)
			}
			if may {
				if self := who == "ana"; h.Revoked.Self != self || self != strings.Contains(h.Result, "who asked") {
					t.Errorf("%q: %+v", who, h.Revoked)
				}
				continue
			}
			if h := r.wait(req); h.ID != g.ID || h.State != hold.Released {
				t.Errorf("%q revoked it: %+v", who, h)
			}
		}
		g := r.grantOf(req)
		if _, err := r.Revoke(t.Context(), g.ID, revoking("ben", "a\nb")); err == nil {
			t.Error("a note of two lines")
		}
		nobody := newRig(t, hold.People{})
		if h, err := nobody.Revoke(t.Context(), nobody.granted(bound()).ID, revoking("root", "")); err != nil || h.Revoked.Identity != "unverified" {
			t.Errorf("without people: %+v, %v", h, err)
		}
	})
}

// TestTooLateToRevoke says what the hold is instead, and when it ran.
func TestTooLateToRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		refused := func(id, want string) {
			t.Helper()
			synctest.Wait()
			_, err := r.Revoke(t.Context(), id, revoking("ben", ""))
			if late := (hold.ErrNotRevocable{}); !errors.As(err, &late) || late.Hold.ID != id || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		pending := r.wait(bound(returning, func(r *hold.Request) { r.Binding = "p" }))
		refused(pending.ID, "deny it")
		g := r.grantOf(bound())
		r.wait(bound())
		at := time.Now().UTC().Format("2006-01-02 15:04:05 MST")
		refused(g.ID, "it was sent to the server at "+at+", which has not answered yet")
		r.Finish(g.ID, hold.Executed, "DROP TABLE")
		refused(g.ID, "it ran at "+at)
		for state, want := range map[hold.State]string{hold.Failed: "and failed", hold.Unknown: "whether it ran is unknown"} {
			g := r.grantOf(bound(func(r *hold.Request) { r.Binding, r.Undone = string(state), false }))
			r.wait(g.Request)
			r.Finish(g.ID, state, "22012 division by zero")
			refused(g.ID, want)
		}
		refused(r.expired(bound()), "it expired, and nobody has granted it since")
		l := r.grantOf(bound(func(r *hold.Request) { r.Binding, r.Grant = "l", time.Second }))
		time.Sleep(time.Second)
		refused(l.ID, "lapsed at ")
		if _, err := r.Revoke(t.Context(), "zzzzzzzz", revoking("ben", "")); !errors.Is(err, hold.ErrUnknownID) {
			t.Error(err)
		}
		back := r.grantOf(bound(func(r *hold.Request) { r.Binding = "back" }))
		r.wait(back.Request)
		r.Finish(back.ID, hold.Failed, "55P03 lock not available")
		synctest.Wait()
		if h, err := r.Revoke(t.Context(), back.ID, revoking("ben", "")); err != nil || h.State != hold.Lapsed {
			t.Errorf("what was given back: %+v, %v", h, err)
		}
	})
}

// TestRaceOfRevokingAgainstSpending: of a crowd that revokes and sessions that repeat the
// statement, either one session ran or one person revoked.
func TestRaceOfRevokingAgainstSpending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		ran, revoked := 0, 0
		for range 25 {
			id := r.granted(bound()).ID
			ctx, leave := context.WithCancelCause(t.Context())
			var mu sync.Mutex
			var all, settled sync.WaitGroup
			spent, taken := 0, 0
			start := make(chan struct{})
			settled.Add(8)
			for i := range 4 {
				all.Go(func() {
					<-start
					h, err := r.Wait(ctx, bound(), func(hold.Hold) { settled.Done() })
					if err != nil {
						t.Error(err)
					}
					if h.State == hold.Released {
						settled.Done()
						mu.Lock()
						spent++
						mu.Unlock()
						r.Finish(h.ID, hold.Executed, "DROP TABLE")
					}
				})
				all.Go(func() {
					defer settled.Done()
					<-start
					_, err := r.Revoke(t.Context(), id, revoking([]string{"root", "eva", "kim", "lee"}[i], ""))
					late := hold.ErrNotRevocable{}
					switch {
					case err == nil:
						mu.Lock()
						taken++
						mu.Unlock()
					case !errors.As(err, &late):
						t.Error(err)
					}
				})
			}
			close(start)
			settled.Wait()
			leave(hold.ErrWithdrawn)
			all.Wait()
			synctest.Wait() // for what Finish writes
			if spent+taken != 1 {
				t.Errorf("%d ran and %d revoked", spent, taken)
			}
			ran, revoked = ran+spent, revoked+taken
			states := r.record(id)
			if last := states[3]; len(states) > 5 || (last == "lapsed") != (taken == 1) {
				t.Errorf("recorded %v", states)
			}
		}
		t.Logf("%d ran, %d were revoked", ran, revoked)
	})
}

// TestRevokeOnABadDisk: a revocation that the store did not take is an error, is not spent
// all the same, and is written when the disk is back; one that only the record lacks
// counts.
func TestRevokeOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, hold.People{})
		g := r.granted(bound())
		r.spoil(bad)
		_, err := r.Revoke(t.Context(), g.ID, revoking("root", "no"))
		if stored := bad.at == "record lapsed"; stored != (err == nil) || !stored && !errors.Is(err, hold.ErrUnavailable) {
			t.Fatal(err)
		}
		ctx, leave := context.WithCancel(t.Context())
		if id, _ := r.ask(ctx, bound()); id == g.ID {
			t.Error("spent")
		}
		leave()
		r.mend()
		if h := r.stored(g.ID); h.State != hold.Lapsed || h.Revoked.By != "root" || h.Revoked.Note != "no" {
			t.Errorf("%+v", h)
		}
		if states := r.record(g.ID); states[len(states)-1] != "lapsed" {
			t.Errorf("recorded %v", states)
		}
	}, "swap lapsed", "record lapsed")
}
