package hold_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/store"
)

// bound is a request that an approval can be kept for.
func bound(change ...func(*hold.Request)) hold.Request {
	r := request()
	r.Binding, r.Undone = "digest", true
	for _, c := range change {
		c(&r)
	}
	return r
}

func returning(r *hold.Request) { r.Return = true }

// expired asks and lets the time go by.
func (r *rig) expired(req hold.Request) string {
	r.t.Helper()
	id, done := r.ask(r.t.Context(), req)
	if o := <-done; o.err != nil || o.hold.State != hold.Expired {
		r.t.Fatalf("%+v, %v", o.hold, o.err)
	}
	return id
}

// granted makes a grant of a hold that expired.
func (r *rig) granted(req hold.Request) hold.Hold {
	r.t.Helper()
	h, err := r.Decide(r.t.Context(), r.expired(req), yes("root"))
	if err != nil || h.State != hold.Granted {
		r.t.Fatalf("%+v, %v", h, err)
	}
	return h
}

func (r *rig) wait(req hold.Request) hold.Hold {
	r.t.Helper()
	h, err := r.Wait(r.t.Context(), req, func(hold.Hold) { r.t.Error("asked again") })
	if err != nil {
		r.t.Fatal(err)
	}
	return h
}

func (r *rig) recordIs(id string, want ...string) {
	r.t.Helper()
	if got := r.record(id); !slices.Equal(got, want) {
		r.t.Errorf("recorded %v, want %v", got, want)
	}
}

// TestGrantOfAnExpiredHold: approved afterwards, the identical statement passes once,
// and the next one is asked about.
func TestGrantOfAnExpiredHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		g := r.granted(bound())
		if g.DecidedBy != "root" || !g.GrantUntil.Equal(time.Now().Add(hold.DefaultGrant)) || g.Result != "" {
			t.Errorf("%+v", g)
		}
		if list, err := r.List(t.Context(), false); err != nil || len(list) != 1 || list[0].State != hold.Granted {
			t.Errorf("listed %+v, %v", list, err)
		}
		var ended hold.ErrEnded
		if _, err := r.Decide(t.Context(), g.ID, yes("eva")); !errors.As(err, &ended) || err.Error() != "already approved by root" {
			t.Errorf("approved twice: %v", err)
		}
		time.Sleep(hold.DefaultGrant - time.Second)
		if h := r.wait(bound()); h.ID != g.ID || h.State != hold.Released || h.GrantUntil.IsZero() {
			t.Errorf("%+v", h)
		}
		r.Finish(g.ID, hold.Executed, "DROP TABLE")
		id, done := r.ask(t.Context(), bound())
		if id == g.ID {
			t.Error("spent twice")
		}
		<-done
		r.recordIs(g.ID, "pending", "expired", "granted", "released", "executed")
		if h := r.stored(g.ID); h.State != hold.Executed || h.Ended.IsZero() {
			t.Errorf("%+v", h)
		}
	})
}

// TestGrantIsForTheSame: another text, host, database or user is asked about.
func TestGrantIsForTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		g := r.granted(bound())
		for name, change := range map[string]func(*hold.Request){
			"text": func(r *hold.Request) { r.Binding = "another" }, "no binding": func(r *hold.Request) { r.Binding = "" },
			"host": func(r *hold.Request) { r.Host = "other" }, "database": func(r *hold.Request) { r.Database = "other" },
			"user": func(r *hold.Request) { r.User = "ben" },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			id, done := r.ask(ctx, bound(change))
			cancel()
			if o := <-done; o.hold.State != hold.Withdrawn || id == g.ID {
				t.Errorf("%s: %+v", name, o.hold)
			}
		}
		other := bound(func(r *hold.Request) { r.Application, r.Client, r.InTransaction = "deploy", "10.9.9.9", true })
		if h := r.wait(other); h.ID != g.ID {
			t.Errorf("from another terminal: %+v", h)
		}
	})
}

// TestGrantLapses at its time, in the store and in the record, while nobody asks.
func TestGrantLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		g := r.granted(bound(func(r *hold.Request) { r.Grant = time.Minute }))
		time.Sleep(time.Minute)
		synctest.Wait()
		if h := r.stored(g.ID); h.State != hold.Lapsed || h.Result != "nobody ran it in time" {
			t.Errorf("%+v", h)
		}
		r.recordIs(g.ID, "pending", "expired", "granted", "lapsed")
		if id, _ := r.ask(t.Context(), bound()); id == g.ID {
			t.Error("spent after its time")
		}
		var ended hold.ErrEnded
		if _, err := r.Decide(t.Context(), g.ID, yes("root")); !errors.As(err, &ended) {
			t.Errorf("approved after it lapsed: %v", err)
		}
	})
}

// TestGrantIsGivenBack after an error of the server that undid everything, also to
// whoever repeats the statement at once; not after its time, and not for a statement
// that may have done something.
func TestGrantIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		g := r.granted(bound())
		for range 3 {
			if h := r.wait(bound()); h.ID != g.ID || h.State != hold.Released {
				t.Fatalf("%+v", h)
			}
			r.Finish(g.ID, hold.Failed, `2BP01 cannot drop table "secret" because other objects depend on it`)
		}
		synctest.Wait()
		h := r.stored(g.ID)
		if h.State != hold.Granted || !h.GrantUntil.Equal(g.GrantUntil) || !h.Decided.Equal(g.Decided) || h.Result == "" || !h.Ended.IsZero() {
			t.Errorf("%+v", h)
		}
		r.recordIs(g.ID, "pending", "expired", "granted", "released", "granted", "released", "granted", "released", "granted")
		for _, e := range auditOf(t, r.dir) {
			if e.State == "granted" && e.Result != "" && e.Result != "2BP01" {
				t.Errorf("the record has %q", e.Result)
			}
		}
		r.wait(bound())
		time.Sleep(hold.DefaultGrant)
		r.Finish(g.ID, hold.Failed, "57014 canceled")
		synctest.Wait()
		if h := r.stored(g.ID); h.State != hold.Failed {
			t.Errorf("given back after its time: %+v", h)
		}

		whole := r.granted(bound(func(r *hold.Request) { r.Undone, r.Binding = false, "commits inside" }))
		r.wait(whole.Request)
		r.Finish(whole.ID, hold.Failed, "22012 division by zero")
		synctest.Wait()
		if h := r.stored(whole.ID); h.State != hold.Failed {
			t.Errorf("what may have taken effect is given back: %+v", h)
		}
		lost := r.granted(bound(func(r *hold.Request) { r.Binding = "lost" }))
		r.wait(lost.Request)
		r.Finish(lost.ID, hold.Unknown, "the connection ended")
		synctest.Wait()
		if h := r.stored(lost.ID); h.State != hold.Unknown {
			t.Errorf("what may have run is given back: %+v", h)
		}
	})
}

// TestRaceForAGrant: of many sessions with the same statement one runs, the others are
// asked.
func TestRaceForAGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		id := r.granted(bound()).ID
		const sessions = 20
		ctx, cancel := context.WithCancelCause(t.Context())
		var all sync.WaitGroup
		var asked sync.WaitGroup
		results := make(chan hold.Hold, sessions)
		asked.Add(sessions - 1)
		for range sessions {
			all.Go(func() {
				h, err := r.Wait(ctx, bound(), func(hold.Hold) { asked.Done() })
				if err != nil {
					t.Error(err)
				}
				results <- h
			})
		}
		asked.Wait()
		cancel(hold.ErrWithdrawn)
		all.Wait()
		close(results)
		released := 0
		for h := range results {
			if h.State == hold.Released {
				released++
				if h.ID != id {
					t.Errorf("released %s", h.ID)
				}
			} else if h.State != hold.Withdrawn || h.ID == id {
				t.Errorf("%+v", h)
			}
		}
		if released != 1 {
			t.Errorf("%d of %d ran", released, sessions)
		}
	})
}

// TestGrantNeedsWhatAHoldNeeds: several people, groups, the typed name, and never who
// asked.
func TestGrantNeedsWhatAHoldNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, way := range []func(*hold.Request){func(*hold.Request) {}, returning} {
			r := newRig(t, people(t))
			req := bound(way, func(r *hold.Request) {
				r.TypeName, r.Reviewers, r.Also = true, hold.Reviewers{Group: "dba", Count: 2}, []hold.Reviewers{{}}
			})
			var id string
			if req.Return {
				id = r.wait(req).ID
			} else {
				id = r.expired(req)
			}
			typed := func(who string) hold.Decision {
				d := yes(who)
				d.Type = "events"
				return d
			}
			var refused hold.ErrNotAllowed
			for name, d := range map[string]hold.Decision{
				"who asked": typed("ana"), "nobody": typed("eve"), "without a name": yes("ben"),
			} {
				if _, err := r.Decide(t.Context(), id, d); !errors.As(err, &refused) {
					t.Errorf("%s: %v", name, err)
				}
			}
			first, err := r.Decide(t.Context(), id, typed("ben"))
			if err != nil || first.State == hold.Granted || len(first.Approvals) != 1 {
				t.Fatalf("%+v, %v", first, err)
			}
			if _, err := r.Decide(t.Context(), id, typed("ben")); !errors.As(err, &refused) {
				t.Errorf("twice: %v", err)
			}
			second, err := r.Decide(t.Context(), id, typed("cy"))
			if err != nil || second.State != hold.Granted || second.DecidedBy != "cy" {
				t.Fatalf("%+v, %v", second, err)
			}
			events := auditOf(t, r.dir)
			if e := events[len(events)-2]; e.From != e.State || e.By != "ben" || e.Kind() != "hold approved by one" {
				t.Errorf("%+v", e)
			}
			if h := r.wait(req); h.ID != id || h.State != hold.Released {
				t.Errorf("%+v", h)
			}
			r.stop()
		}
	})
}

// TestReturnMode: the session goes on at once, the identical statement finds the same
// hold, approval makes a grant.
func TestReturnMode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		req := bound(returning)
		h := r.wait(req)
		if h.State != hold.Pending || !h.Return || !h.Expires.Equal(time.Now().Add(req.Wait)) {
			t.Fatalf("%+v", h)
		}
		if again := r.wait(req); again.ID != h.ID || again.State != hold.Pending {
			t.Errorf("a second hold: %+v", again)
		}
		answered := make(chan hold.Hold)
		go func() {
			now, _ := r.Answered(t.Context(), h.ID)
			answered <- now
		}()
		synctest.Wait()
		if g, err := r.Decide(t.Context(), h.ID, yes("root")); err != nil || g.State != hold.Granted {
			t.Fatalf("%+v, %v", g, err)
		}
		if now := <-answered; now.State != hold.Granted {
			t.Errorf("who watches is told %s", now.State)
		}
		if ran := r.wait(req); ran.ID != h.ID || ran.State != hold.Released {
			t.Errorf("%+v", ran)
		}
		r.Finish(h.ID, hold.Executed, "DROP TABLE")
		if next := r.wait(req); next.ID == h.ID || next.State != hold.Pending {
			t.Errorf("%+v", next)
		}
		r.recordIs(h.ID, "pending", "granted", "released", "executed")
	})
}

func TestReturnModeIsDeniedAndExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		h := r.wait(bound(returning))
		if d, err := r.Decide(t.Context(), h.ID, no("root", "not today")); err != nil || d.State != hold.Denied || d.Note != "not today" {
			t.Fatalf("%+v, %v", d, err)
		}
		r.recordIs(h.ID, "pending", "denied")
		next := r.wait(bound(returning))
		if next.ID == h.ID || next.State != hold.Pending {
			t.Fatalf("%+v", next)
		}
		time.Sleep(next.Wait)
		synctest.Wait()
		if got := r.stored(next.ID); got.State != hold.Expired || !got.Decided.Equal(next.Expires) {
			t.Errorf("%+v", got)
		}
		if g, err := r.Decide(t.Context(), next.ID, yes("root")); err != nil || g.State != hold.Granted {
			t.Errorf("%+v, %v", g, err)
		}
		r.recordIs(next.ID, "pending", "expired", "granted")
		if _, err := r.Wait(t.Context(), bound(returning, func(r *hold.Request) { r.Binding = "" }), nil); err == nil {
			t.Error("a hold in return mode without a binding")
		}
	})
}

// TestRestartKeepsWhatNobodyWaitsFor: grants and holds in return mode, but for those
// whose time is over.
func TestRestartKeepsWhatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		r := openRig(t, dir, hold.People{})
		short := bound(returning, func(r *hold.Request) { r.Binding, r.Wait = "short", time.Minute })
		brief := bound(func(r *hold.Request) { r.Binding, r.Grant, r.Wait = "brief", time.Minute, time.Second })
		granted, lapses := r.granted(bound()), r.granted(brief)
		pending, expires := r.wait(bound(returning, func(r *hold.Request) { r.Binding = "p" })), r.wait(short)
		r.stop()
		time.Sleep(time.Minute)
		r = openRig(t, dir, hold.People{})
		synctest.Wait()
		for id, want := range map[string]hold.State{
			granted.ID: hold.Granted, lapses.ID: hold.Lapsed, pending.ID: hold.Pending, expires.ID: hold.Expired,
		} {
			if h := r.stored(id); h.State != want {
				t.Errorf("%s is %s, want %s", h.Binding, h.State, want)
			}
		}
		if h := r.wait(bound()); h.ID != granted.ID {
			t.Errorf("%+v", h)
		}
		if h, err := r.Decide(t.Context(), pending.ID, yes("root")); err != nil || h.State != hold.Granted {
			t.Errorf("%+v, %v", h, err)
		}
		time.Sleep(hold.DefaultGrant)
		synctest.Wait()
		if h := r.stored(pending.ID); h.State != hold.Lapsed {
			t.Errorf("%+v", h)
		}
	})
}

// TestCrashBetweenGrantedAndReleased: at every write of a spend, the next start finds
// a grant that is whole or one that is spent, never one that can be spent twice.
func TestCrashBetweenGrantedAndReleased(t *testing.T) {
	for _, c := range []struct {
		at, when string
		want     hold.State // after the restart
	}{
		{"swap released", "before", hold.Granted},
		{"swap released", "after", hold.Unknown},
		{"record released", "before", hold.Unknown},
		{"record released", "after", hold.Unknown},
	} {
		t.Run(c.at+" "+c.when, func(t *testing.T) {
			r := newRig(t, hold.People{})
			ctx, cancel := context.WithCancelCause(t.Context())
			id, done := r.ask(ctx, bound())
			cancel(hold.ErrWithdrawn)
			<-done
			if _, err := r.Decide(t.Context(), id, yes("root")); err != nil {
				t.Fatal(err)
			}
			// What is on disk at that moment is what a crash leaves.
			copied := t.TempDir()
			r.disk.failWhen(c.when == "after", func(op string) error {
				if op == c.at {
					r.copyTo(copied)
				}
				return nil
			})
			if h := r.wait(bound()); h.State != hold.Released {
				t.Fatalf("%+v", h)
			}
			after := openRig(t, copied, hold.People{})
			if h := after.stored(id); h.State != c.want {
				t.Fatalf("%s, want %s", h.State, c.want)
			}
			if c.want == hold.Granted {
				if h := after.wait(bound()); h.ID != id {
					t.Errorf("%+v", h)
				}
				return
			}
			if next, _ := after.ask(t.Context(), bound()); next == id {
				t.Error("spent twice")
			}
		})
	}
}

// copyTo copies what is on disk, as a crash would leave it.
func (r *rig) copyTo(dir string) {
	r.t.Helper()
	for _, name := range []string{"holdfast.db", "holdfast.db-wal", "audit.jsonl"} {
		copyFile(r.t, filepath.Join(r.dir, name), filepath.Join(dir, name))
	}
}

// TestSpendOnABadDisk: what cannot be written is not sent, and the grant is over.
func TestSpendOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, hold.People{})
		g := r.granted(bound())
		r.spoil(bad)
		if h, err := r.Wait(t.Context(), bound(), nil); !errors.Is(err, hold.ErrUnavailable) {
			t.Fatalf("%+v, %v", h, err)
		}
		r.mend()
		if h := r.stored(g.ID); h.State.Open() {
			t.Errorf("%+v", h)
		}
		if id, _ := r.ask(t.Context(), bound()); id == g.ID {
			t.Error("spent after all")
		}
	}, "swap released", "record released")
}

// TestGrantOnABadDisk: an approval that cannot be written does not count.
func TestGrantOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, hold.People{})
		id := r.expired(bound())
		if bad.after {
			var looks atomic.Int32
			r.disk.fail(func(op string) error {
				if op == "load" && looks.Add(1) > 2 { // two looks before the write
					return errDisk
				}
				return nil
			}, bad.fault)
		} else {
			r.disk.fail(func(op string) error {
				if op == "load" && bad.at == "swap granted" {
					return errDisk
				}
				return bad.fault(op)
			}, nil)
		}
		if h, err := r.Decide(t.Context(), id, yes("root")); err == nil {
			t.Fatalf("%+v", h)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if other, _ := r.ask(ctx, bound()); other == id {
			t.Error("spent")
		}
		cancel()
		r.mend()
		if h := r.stored(id); h.State == hold.Granted {
			t.Errorf("%+v", h)
		}
	}, "swap granted", "record granted")
}

// TestBoundIsWhatIsPendingOrGranted of the store.
func TestBoundIsWhatIsPendingOrGranted(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, state := range []hold.State{hold.Granted, hold.Pending, hold.Approved, hold.Released, hold.Expired, hold.Lapsed} {
		for _, binding := range []string{"one", "two"} {
			h := hold.Hold{ID: string(state) + binding, State: state, Request: request(), Asked: time.Unix(int64(i), 0), GrantUntil: time.Unix(9, 0).UTC()}
			h.Binding = binding
			if err := s.Insert(t.Context(), h); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := s.Bound(t.Context(), "one")
	if err != nil || len(got) != 2 || got[0].ID != "grantedone" || got[1].ID != "pendingone" || !got[0].GrantUntil.Equal(time.Unix(9, 0)) {
		t.Errorf("%+v, %v", got, err)
	}
}
