package hold_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// inside is a request within the first transaction of a session.
func inside(change ...func(*hold.Request)) hold.Request {
	r := bound(func(r *hold.Request) { r.InTransaction, r.Transaction = true, "7/1" })
	for _, c := range change {
		c(&r)
	}
	return r
}

func another(r *hold.Request) {
	r.SQL, r.Statements, r.Binding = "TRUNCATE logs", []string{"TRUNCATE logs"}, "another"
}

func forTransaction(os string) hold.Decision {
	d := yes(os)
	d.Scope = hold.ScopeTransaction
	return d
}

// approvedInside is a hold that those people approved for its transaction, and that ran.
func (r *rig) approvedInside(req hold.Request, who ...string) string {
	r.t.Helper()
	id, done := r.ask(r.t.Context(), req)
	for _, name := range who {
		d := forTransaction(name)
		if req.TypeName {
			d.Type = "events"
		}
		if _, err := r.Decide(r.t.Context(), id, d); err != nil {
			r.t.Fatal(err)
		}
	}
	if o := <-done; o.err != nil || o.hold.State != hold.Released {
		r.t.Fatalf("%+v, %v", o.hold, o.err)
	}
	r.Finish(id, hold.Executed, "DROP TABLE")
	return id
}

// passes says whether a request goes on without anybody being asked.
func (r *rig) passes(req hold.Request) (h hold.Hold, passed bool) {
	r.t.Helper()
	ctx, leave := context.WithCancelCause(r.t.Context())
	defer leave(nil)
	h, err := r.Wait(ctx, req, func(hold.Hold) { leave(hold.ErrWithdrawn) })
	if err != nil {
		r.t.Fatal(err)
	}
	return h, h.State == hold.Released
}

// TestTransactionIsApproved: what comes in the same transaction goes on, each with a hold
// of its own that is in the store and in the record when it is sent; what comes in the
// next one is asked about.
func TestTransactionIsApproved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		id := r.approvedInside(inside(), "ben")
		for i := range 3 {
			time.Sleep(time.Second)
			h, ok := r.passes(inside(another))
			if !ok || h.Under != id || h.ID == id || h.DecidedBy != "ben" || h.Identity != "verified" || len(h.Approvals) != 1 || h.SQL != "TRUNCATE logs" {
				t.Fatalf("%+v", h)
			}
			if stored := r.stored(h.ID); stored.State != hold.Released || stored.Under != id || stored.SQL != "TRUNCATE logs" || stored.Approvals[0].Scope != hold.ScopeTransaction {
				t.Errorf("stored before it is sent: %+v", stored)
			}
			r.recordIs(h.ID, "released")
			r.Finish(h.ID, []hold.State{hold.Executed, hold.Failed, hold.Unknown}[i], "so")
			synctest.Wait()
			r.recordIs(h.ID, "released", []string{"executed", "failed", "unknown"}[i])
		}
		events := auditOf(t, r.dir)
		i := slices.IndexFunc(events, func(e event.HoldChanged) bool { return e.Under == id })
		if e := events[i]; e.From != "" || e.Approvals[0].By != "ben" || e.Approvals[0].Scope != "transaction" || e.Statements[0] != "TRUNCATE logs" || e.SQLHash == "" || e.By != "ben" {
			t.Errorf("recorded %+v", e)
		}
		if c, err := r.Covers(t.Context(), r.stored(id)); err != nil || !c.Open || len(c.Passed) != 3 || c.Passed[0].State != hold.Executed {
			t.Errorf("%+v, %v", c, err)
		}
		if h, ok := r.passes(inside(another, func(r *hold.Request) { r.Transaction = "7/2" })); ok {
			t.Errorf("in the next transaction: %+v", h)
		}
		r.EndTransaction("7/1")
		if h, ok := r.passes(inside(another)); ok {
			t.Errorf("after its end: %+v", h)
		}
		if c, err := r.Covers(t.Context(), r.stored(id)); err != nil || c.Open || len(c.Passed) != 3 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// TestScopeOfOneIsNotOfAll: only those who said yes to the transaction count for what
// comes in it.
func TestScopeOfOneIsNotOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		two := func(r *hold.Request) { r.Reviewers.Count = 2 }
		id, done := r.ask(t.Context(), inside(two))
		for _, d := range []hold.Decision{yes("ben"), forTransaction("cy")} {
			if _, err := r.Decide(t.Context(), id, d); err != nil {
				t.Fatal(err)
			}
		}
		if o := <-done; o.hold.State != hold.Released {
			t.Fatalf("%+v", o.hold)
		}
		if _, ok := r.passes(inside(two, another)); ok {
			t.Error("one of two is enough")
		}
		h, ok := r.passes(inside(another))
		if !ok || len(h.Approvals) != 1 || h.Approvals[0].By != "cy" {
			t.Errorf("one of one: %+v", h)
		}
		statement := inside(func(r *hold.Request) { r.Transaction = "8/1" })
		id, done = r.ask(t.Context(), statement)
		if _, err := r.Decide(t.Context(), id, yes("ben")); err != nil {
			t.Fatal(err)
		}
		<-done
		if _, ok := r.passes(statement); ok {
			t.Error("an approval of the statement is one of the transaction")
		}
	})
}

// TestWhatIsAskedAgain although the transaction is approved.
func TestWhatIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		r.approvedInside(inside(), "ben")
		for name, change := range map[string]func(*hold.Request){
			"more people":        func(r *hold.Request) { r.Reviewers.Count = 2 },
			"another group too":  func(r *hold.Request) { r.Also = []hold.Reviewers{{Group: "sec"}} },
			"a typed name":       func(r *hold.Request) { r.TypeName = true },
			"under a brake":      func(r *hold.Request) { r.Braked = true },
			"outside":            func(r *hold.Request) { r.Undone = false },
			"no transaction":     func(r *hold.Request) { r.Transaction = "" },
			"another session":    func(r *hold.Request) { r.Transaction = "8/1" },
			"another requester":  func(r *hold.Request) { r.User = "ben" },
			"unknown who":        func(r *hold.Request) { r.User = "app" },
			"reviewer's own too": func(r *hold.Request) { r.Evidence.OS = "ben" },
		} {
			if h, ok := r.passes(inside(another, change)); ok {
				t.Errorf("%s: %+v", name, h)
			}
		}
		if _, ok := r.passes(inside(another, returning)); !ok {
			t.Error("in return mode it is asked")
		}
		left := []hold.Person{{Name: "ana", Postgres: []string{"ana"}, OS: "ana"}, {Name: "cy", OS: "cy"}}
		p, err := hold.NewPeople(left, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetPeople(p)
		if h, ok := r.passes(inside(another)); ok {
			t.Errorf("the reviewer has left: %+v", h)
		}
		r.SetPeople(people(t))
		if _, ok := r.passes(inside(another)); !ok {
			t.Error("the reviewer is back")
		}
		time.Sleep(hold.DefaultGrant)
		if h, ok := r.passes(inside(another)); ok {
			t.Errorf("after its time: %+v", h)
		}
	})
}

// TestScopeIsRefused where there is no transaction, nobody waits, or who asked confirms.
func TestScopeIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		refused := func(id string, d hold.Decision, want string) {
			t.Helper()
			_, err := r.Decide(t.Context(), id, d)
			if no := (hold.ErrNotAllowed{}); !errors.As(err, &no) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		outside, done := r.ask(ctx, bound())
		refused(outside, forTransaction("ben"), "waits inside of no transaction")
		other := yes("ben")
		other.Scope = "everything"
		refused(outside, other, "there is no scope everything: it is statement or transaction")
		leave()
		<-done
		refused(outside, forTransaction("ben"), "nobody waits for this hold")
		returned := r.wait(inside(returning))
		refused(returned.ID, forTransaction("ben"), "nobody waits for this hold")
		own, _ := r.ask(t.Context(), inside(func(r *hold.Request) { r.SelfConfirm, r.Binding = true, "own" }))
		mine := forTransaction("ana")
		mine.Type = "shop"
		refused(own, mine, "ana asked, and confirms their own one statement at a time")
	})
}

// TestRevokingATransaction: what comes is asked about again, what went on is told, and the
// outcome of the first statement stays.
func TestRevokingATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, people(t))
		id, done := r.ask(t.Context(), inside())
		if _, err := r.Decide(t.Context(), id, forTransaction("ben")); err != nil {
			t.Fatal(err)
		}
		<-done
		passed, _ := r.passes(inside(another))
		if _, err := r.Revoke(t.Context(), passed.ID, revoking("cy", "")); err == nil {
			t.Error("a statement that went on is revoked")
		}
		h, err := r.Revoke(t.Context(), id, revoking("cy", "enough"))
		if err != nil || h.State != hold.Released || h.Revoked.By != "cy" {
			t.Fatalf("%+v, %v", h, err)
		}
		r.Finish(id, hold.Executed, "DROP TABLE")
		if h, ok := r.passes(inside(another)); ok {
			t.Errorf("after it was revoked: %+v", h)
		}
		synctest.Wait()
		if h := r.stored(id); h.State != hold.Executed || h.Revoked.Note != "enough" || h.Result != "DROP TABLE" {
			t.Errorf("%+v", h)
		}
		r.recordIs(id, "pending", "approved", "released", "released", "executed")
		revokedAt := 0
		for _, e := range auditOf(t, r.dir) {
			if e.Kind() == "hold revoked" {
				revokedAt++
				if e.By != "cy" || e.Note != "enough" || e.Hold != id {
					t.Errorf("%+v", e)
				}
			}
		}
		if revokedAt != 1 {
			t.Errorf("%d revocations in the record", revokedAt)
		}
		var late hold.ErrNotRevocable
		if _, err := r.Revoke(t.Context(), id, revoking("cy", "")); !errors.As(err, &late) || !strings.Contains(err.Error(), "revoked already, by cy") {
			t.Error(err)
		}
	})
}

// TestRaceOfRevokingATransaction: nothing goes on after the revocation was answered.
func TestRaceOfRevokingATransaction(t *testing.T) {
	r := newRig(t, hold.People{})
	id := r.approvedInside(inside(), "root")
	var all sync.WaitGroup
	var mu sync.Mutex
	revoked := time.Time{}
	var sent []time.Time
	many := make(chan struct{})
	for range 4 {
		all.Go(func() {
			for {
				h, ok := r.passes(inside(another))
				if !ok {
					return
				}
				mu.Lock()
				if sent = append(sent, h.ReleaseAt); len(sent) == 20 {
					close(many)
				}
				mu.Unlock()
			}
		})
	}
	all.Go(func() {
		<-many
		if _, err := r.Revoke(t.Context(), id, revoking("eva", "")); err != nil {
			t.Error(err)
		}
		revoked = time.Now()
	})
	all.Wait()
	for _, at := range sent {
		if at.After(revoked) {
			t.Errorf("sent %v after it was revoked", at.Sub(revoked))
		}
	}
	if c, err := r.Covers(t.Context(), r.stored(id)); err != nil || c.Open || len(c.Passed) != len(sent) {
		t.Errorf("%d went on, listed are %d, open %v, %v", len(sent), len(c.Passed), c.Open, err)
	}
}

// TestPassOnABadDisk: what is not in the store and in the record is not sent.
func TestPassOnABadDisk(t *testing.T) {
	onBadDisks(t, func(t *testing.T, bad badDisk) {
		r := newRig(t, hold.People{})
		id := r.approvedInside(inside(), "root")
		synctest.Wait()
		r.spoil(bad)
		if h, err := r.Wait(t.Context(), inside(another), nil); !errors.Is(err, hold.ErrUnavailable) {
			t.Fatalf("%+v, %v", h, err)
		}
		r.mend()
		c, err := r.Covers(t.Context(), r.stored(id))
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range c.Passed {
			if h.State != hold.Failed || !strings.HasPrefix(h.Result, "not sent: ") {
				t.Errorf("%+v", h)
			}
		}
	}, "insert", "record released")
}
