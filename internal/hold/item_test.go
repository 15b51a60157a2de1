package hold_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// file is a request for a file with three statements, of which two are the same.
func file(change ...func(*hold.Request)) hold.Request {
	r := request()
	r.Application, r.Client, r.Binding, r.Undone = "", "", "file digest", true
	r.File, r.FileHash = "0042.sql", "ff"
	for i, key := range []string{"one", "two", "one"} {
		r.Items = append(r.Items, hold.Item{Key: key, Hash: "hash of " + key, Line: i + 1, Statements: []string{"DROP TABLE " + key}})
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

// listed is a statement of a file, as its session asks about it.
func listed(key string, change ...func(*hold.Request)) hold.Request {
	r := bound(func(r *hold.Request) { r.Item, r.Binding, r.SQL = key, "digest of "+key, "DROP TABLE "+key })
	for _, c := range change {
		c(&r)
	}
	return r
}

// submitted is a file that those people approved.
func (r *rig) submitted(req hold.Request, by string, who ...string) hold.Hold {
	r.t.Helper()
	h, err := r.Submit(r.t.Context(), req, hold.Answerer{OS: by})
	if err != nil || h.State != hold.Pending || h.Submitter != by {
		r.t.Fatalf("%+v, %v", h, err)
	}
	for _, name := range who {
		d := yes(name)
		if req.TypeName {
			d.Type = "events"
		}
		if h, err = r.Decide(r.t.Context(), h.ID, d); err != nil {
			r.t.Fatal(err)
		}
	}
	return h
}

// TestFileIsApproved: each statement goes on once, in any order, with a hold of its own;
// with the last one the file has ended.
func TestFileIsApproved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		h := r.submitted(file(), "zoe", "ben")
		if h.State != hold.Granted || len(h.Left()) != 3 {
			t.Fatalf("%+v", h)
		}
		if again, err := r.Submit(t.Context(), file(), hold.Answerer{OS: "zoe"}); err != nil || again.ID != h.ID {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		for i, key := range []string{"two", "one", "one"} {
			s, ok := r.passes(listed(key))
			if !ok || s.Under != h.ID || s.DecidedBy != "ben" || s.SQL != "DROP TABLE "+key {
				t.Fatalf("%d: %+v", i, s)
			}
			r.recordIs(s.ID, "released")
			if got := r.stored(h.ID); len(got.Spent) != i+1 {
				t.Errorf("spent %v", got.Spent)
			}
			r.Finish(s.ID, hold.Executed, "DROP TABLE")
			if _, ok := r.passes(listed("two")); ok {
				t.Error("a statement went on twice")
			}
		}
		if _, ok := r.passes(listed("one")); ok {
			t.Error("a statement that stands twice went on three times")
		}
		synctest.Wait()
		if got := r.stored(h.ID); got.State != hold.Executed || got.Result != "all 3 statements were run" {
			t.Errorf("%+v", got)
		}
		r.recordIs(h.ID, "pending", "granted", "released", "executed")
		if c, err := r.Covers(t.Context(), r.stored(h.ID)); err != nil || len(c.Passed) != 3 {
			t.Errorf("%+v, %v", c, err)
		}
		for _, e := range auditOf(t, r.dir) {
			if e.Hold == h.ID && e.State == "granted" && (e.Submitter != "zoe" || e.File != "0042.sql" || e.FileHash != "ff" || len(e.Items) != 3 || e.Items[1] != "hash of two") {
				t.Errorf("recorded %+v", e)
			}
		}
	})
}

// TestFileIsForItsActor and for what the policy asks now.
func TestFileIsForItsActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		h := r.submitted(file(func(r *hold.Request) { r.Application = "migrate" }), "zoe", "ben")
		fits := func(r *hold.Request) { r.Application = "migrate" }
		for name, change := range map[string]func(*hold.Request){
			"host": func(r *hold.Request) { r.Host = "x" }, "database": func(r *hold.Request) { r.Database = "x" },
			"user": func(r *hold.Request) { r.User = "admin" }, "application": func(r *hold.Request) { r.Application = "psql" },
			"another person too": func(r *hold.Request) { r.Evidence.OS = "dee" },
			"another statement":  func(r *hold.Request) { r.Item = "three" }, "none": func(r *hold.Request) { r.Item = "" },
			"more people": func(r *hold.Request) { r.Reviewers.Count = 2 }, "a typed name": func(r *hold.Request) { r.TypeName = true },
		} {
			if s, ok := r.passes(listed("one", fits, change)); ok {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if s, ok := r.passes(listed("one", fits)); !ok || s.Under != h.ID {
			t.Errorf("%+v", s)
		}
		time.Sleep(hold.DefaultGrant)
		synctest.Wait()
		if _, ok := r.passes(listed("two", fits)); ok {
			t.Error("after its time")
		}
		if got := r.stored(h.ID); got.State != hold.Lapsed || got.Result != "1 of its 3 statements were run in its time" {
			t.Errorf("%+v", got)
		}
	})
}

// TestWhoApprovesAFile: not who submitted it, nor who will run it; as many as it needs.
func TestWhoApprovesAFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		h := r.submitted(file(func(r *hold.Request) { r.Reviewers.Count, r.TypeName = 2, true }), "ben")
		var no hold.ErrNotAllowed
		for name, d := range map[string]hold.Decision{"who submitted": yes("ben"), "whose user it is": yes("ana"), "nobody": yes("eve"), "without a name": yes("cy")} {
			d.Type = "events"
			if name == "without a name" {
				d.Type = ""
			}
			if _, err := r.Decide(t.Context(), h.ID, d); !errors.As(err, &no) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, ok := r.passes(listed("one")); ok {
			t.Error("it goes on without an approval")
		}
		if got := r.Reviewers(h.Request); strings.Join(got, " ") != "cy dee zoe" {
			t.Errorf("reviewers %v", got)
		}
		for _, who := range []string{"cy", "dee"} {
			d := yes(who)
			d.Type = "events"
			if h, _ = r.Decide(t.Context(), h.ID, d); who == "cy" && h.State != hold.Pending {
				t.Errorf("%+v", h)
			}
		}
		if s, ok := r.passes(listed("one", func(r *hold.Request) { r.Reviewers.Count, r.TypeName = 2, true })); !ok || len(s.Approvals) != 2 {
			t.Errorf("%+v", s)
		}
		if _, err := r.Submit(t.Context(), file(), hold.Answerer{OS: "eve"}); !errors.As(err, &no) {
			t.Errorf("a stranger submits: %v", err)
		}
		if _, err := r.Revoke(t.Context(), h.ID, revoking("ben", "")); err != nil {
			t.Errorf("who submitted it revokes: %v", err)
		}
		if _, ok := r.passes(listed("two", func(r *hold.Request) { r.TypeName = true })); ok {
			t.Error("after it was revoked")
		}
	})
}

// TestItemIsGivenBack after an error that undid it, also the last one, and at once; not
// when it may have done something.
func TestItemIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		h := r.submitted(file(), "zoe", "ben")
		for range 3 {
			s, ok := r.passes(listed("two"))
			if !ok {
				t.Fatalf("%+v", s)
			}
			r.Finish(s.ID, hold.Failed, "55P03 lock not available")
		}
		for range 2 {
			s, _ := r.passes(listed("one"))
			r.Finish(s.ID, hold.Executed, "DROP TABLE")
		}
		last, ok := r.passes(listed("two"))
		if !ok {
			t.Fatalf("%+v", last)
		}
		r.Finish(last.ID, hold.Failed, "55P03 lock not available")
		if last, ok = r.passes(listed("two")); !ok {
			t.Fatalf("the last one was not given back: %+v", last)
		}
		r.Finish(last.ID, hold.Unknown, "the connection ended")
		synctest.Wait()
		if got := r.stored(h.ID); got.State != hold.Unknown || !strings.Contains(got.Result, last.ID) {
			t.Errorf("%+v", got)
		}
		r.recordIs(h.ID, "pending", "granted", "released", "granted", "released", "unknown")

		other := r.submitted(file(func(r *hold.Request) { r.Binding = "other" }), "zoe", "ben")
		whole := func(r *hold.Request) { r.Undone = false }
		s, _ := r.passes(listed("two", whole))
		r.Finish(s.ID, hold.Failed, "22012 division by zero")
		if _, ok := r.passes(listed("two")); ok {
			t.Error("what may have taken effect was given back")
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		_ = other
	})
}

// TestRaceForItems: of many sessions each statement of the file goes on once.
func TestRaceForItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		h := r.submitted(file(), "root", "root")
		ctx, leave := context.WithCancelCause(t.Context())
		var all, settled sync.WaitGroup
		var mu sync.Mutex
		sent := map[string]int{}
		settled.Add(12)
		for i := range 12 {
			all.Go(func() {
				key := []string{"one", "two"}[i%2]
				s, err := r.Wait(ctx, listed(key), func(hold.Hold) { settled.Done() })
				if err != nil {
					t.Error(err)
				}
				if s.State == hold.Released {
					mu.Lock()
					sent[key]++
					mu.Unlock()
					settled.Done()
				}
			})
		}
		settled.Wait()
		leave(hold.ErrWithdrawn)
		all.Wait()
		if sent["one"] != 2 || sent["two"] != 1 || r.stored(h.ID).State != hold.Released {
			t.Errorf("sent %v, %s", sent, r.stored(h.ID).State)
		}
	})
}

// TestItemOnABadDisk: what cannot be written is not sent, and no item is sent twice.
func TestItemOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, people(t))
		h := r.submitted(file(), "zoe", "ben")
		synctest.Wait()
		r.spoil(bad)
		if s, err := r.Wait(t.Context(), listed("two"), nil); !errors.Is(err, hold.ErrUnavailable) {
			t.Fatalf("%+v, %v", s, err)
		}
		r.mend()
		if s, ok := r.passes(listed("two")); ok {
			r.Finish(s.ID, hold.Executed, "DROP TABLE")
		}
		if _, ok := r.passes(listed("two")); ok {
			t.Error("sent twice")
		}
		if got := r.stored(h.ID); got.State != hold.Granted {
			t.Errorf("%+v", got)
		}
	}, "swap granted", "insert", "record released")
}

// TestLastItemOnABadDisk: a file whose last statement could not be sent comes to an end.
func TestLastItemOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, people(t))
		h := r.submitted(file(func(r *hold.Request) { r.Items = r.Items[1:2] }), "zoe", "ben")
		synctest.Wait()
		r.spoil(bad)
		if s, err := r.Wait(t.Context(), listed("two"), nil); !errors.Is(err, hold.ErrUnavailable) {
			t.Fatalf("%+v, %v", s, err)
		}
		r.mend()
		if got := r.stored(h.ID); got.State.Open() {
			t.Errorf("%s %s", got.State, got.Result)
		}
		if _, ok := r.passes(listed("two")); ok {
			t.Error("sent after all")
		}
	}, "swap released", "record released", "insert")
}

// TestGivingBackOnABadDisk: of two statements that are the same one is given back, once.
func TestGivingBackOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, people(t))
		h := r.submitted(file(), "zoe", "ben")
		first, _ := r.passes(listed("one"))
		second, ok := r.passes(listed("one"))
		if !ok {
			t.Fatal("the second one is asked")
		}
		synctest.Wait()
		var calls atomic.Int32
		r.disk.failWhen(bad.after, func(op string) error {
			if op == bad.at && calls.Add(1) > 3 {
				return nil
			}
			return bad.fault(op)
		})
		r.Finish(first.ID, hold.Executed, "DROP TABLE")
		r.Finish(second.ID, hold.Failed, "55P03 lock not available")
		time.Sleep(time.Minute)
		synctest.Wait()
		r.disk.fail(nil, nil)
		if got := r.stored(h.ID); len(got.Spent) != 1 {
			t.Errorf("spent %v", got.Spent)
		}
		if _, ok := r.passes(listed("one")); !ok {
			t.Error("not given back")
		}
		if _, ok := r.passes(listed("one")); ok {
			t.Error("given back twice")
		}
	}, "swap granted")
}

// TestFileEndsWithItsLastStatement, not while that is being written.
func TestFileEndsWithItsLastStatement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		h := r.submitted(file(), "zoe", "ben")
		var sent []hold.Hold
		for _, key := range []string{"one", "one", "two"} {
			if key == "two" { // what came before is settled while the disk is slow with it
				r.disk.fail(func(op string) error {
					if op == "insert" {
						for _, s := range sent {
							r.Finish(s.ID, hold.Executed, "DROP TABLE")
						}
						time.Sleep(time.Second)
					}
					return nil
				}, nil)
			}
			s, ok := r.passes(listed(key))
			if !ok {
				t.Fatalf("%s: %+v", key, s)
			}
			sent = append(sent, s)
		}
		r.disk.fail(nil, nil)
		synctest.Wait()
		if got := r.stored(h.ID); got.State != hold.Released {
			t.Errorf("before its last statement has ended: %s %s", got.State, got.Result)
		}
		r.Finish(sent[2].ID, hold.Executed, "DROP TABLE")
		synctest.Wait()
		if got := r.stored(h.ID); got.State != hold.Executed {
			t.Errorf("%s %s", got.State, got.Result)
		}
	})
}
