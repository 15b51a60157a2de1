package hold_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// TestUnknownNeedsTwo people, and the store and the record say that it is unknown.
func TestUnknownNeedsTwo(t *testing.T) {
	r := newRig(t, people(t))
	req := request()
	req.User = "app"
	id, done := r.ask(t.Context(), req)
	for _, s := range []struct {
		os    string
		state hold.State
	}{{"ana", hold.Pending}, {"ben", hold.Approved}} {
		if h, err := r.Decide(t.Context(), id, yes(s.os)); err != nil || h.State != s.state {
			t.Fatalf("%s: %+v, %v", s.os, h, err)
		}
	}
	if o := <-done; o.hold.State != hold.Released || !o.hold.Unknown || !r.stored(id).Unknown {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
	for _, e := range auditOf(t, r.dir) {
		if !e.RequesterUnknown || len(e.Requesters) > 0 {
			t.Errorf("recorded %+v", e)
		}
	}
}

// TestSelfConfirmed is an answer like others, and recorded as what it is.
func TestSelfConfirmed(t *testing.T) {
	r := newRig(t, people(t))
	req := request()
	req.SelfConfirm, req.Reviewers.Count = true, 2
	id, done := r.ask(t.Context(), req)
	dec := yes("ana")
	var refused hold.ErrNotAllowed
	if _, err := r.Decide(t.Context(), id, dec); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "--type shop") {
		t.Fatalf("without typing: %v", err)
	}
	dec.Type = "shop"
	if h, err := r.Decide(t.Context(), id, dec); err != nil || h.State != hold.Pending || !h.SelfConfirmed() {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := r.Decide(t.Context(), id, dec); err == nil {
		t.Fatal("ana counts twice")
	}
	if h, err := r.Decide(t.Context(), id, yes("ben")); err != nil || h.State != hold.Approved {
		t.Fatalf("%+v, %v", h, err)
	}
	<-done
	stored := r.stored(id)
	if a := stored.Approvals; len(a) != 2 || !a[0].Self || a[1].Self {
		t.Errorf("stored %+v", a)
	}
	events := auditOf(t, r.dir)
	last := events[len(events)-1]
	if !last.Approvals[0].Self || last.Approvals[1].Self || !slices.Equal(last.Requesters, []event.Requester{{Person: "ana", KnownBy: hold.ByUser}}) {
		t.Errorf("recorded %+v", last)
	}
}

// TestRemovedWhileItWaits: who has left the configuration answers no more, and is
// still who asked; nothing that was theirs is spent by somebody unknown.
func TestRemovedWhileItWaits(t *testing.T) {
	certified, err := hold.NewPeople([]hold.Person{
		{Name: "ana", OS: "ana", Certificate: []string{"ana@example.com"}}, {Name: "ben", OS: "ben"}, {Name: "cy", OS: "cy"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	left, err := hold.NewPeople([]hold.Person{{Name: "cy", OS: "cy"}, {Name: "dee", OS: "dee"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := hold.NewPeople([]hold.Person{{Name: "ana", OS: "ana"}, {Name: "cy", OS: "cy"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, certified)
	req := request()
	req.User, req.Evidence.Certificate, req.Binding, req.Return = "app", []string{"ana@example.com"}, "b1", true
	first, err := r.Wait(t.Context(), req, nil)
	if err != nil || first.State != hold.Pending || first.Unknown {
		t.Fatalf("%+v, %v", first, err)
	}
	r.SetPeople(back) // ana has lost the certificate, and is still who asked
	if _, err := r.Decide(t.Context(), first.ID, yes("ana")); err == nil {
		t.Error("ana answers her own once her certificate is not hers any more")
	}
	r.SetPeople(left)
	if _, err := r.Decide(t.Context(), first.ID, yes("ben")); err == nil {
		t.Error("ben answers, who has left")
	}
	if h, err := r.Decide(t.Context(), first.ID, yes("cy")); err != nil || h.State != hold.Granted {
		t.Fatalf("%+v, %v", h, err)
	}
	again, err := r.Wait(t.Context(), req, nil)
	if err != nil || again.State != hold.Pending || again.ID == first.ID || !again.Unknown {
		t.Fatalf("who has left spends the grant: %+v, %v", again, err)
	}
	r.SetPeople(certified)
	if h, err := r.Wait(t.Context(), req, nil); err != nil || h.State != hold.Released || h.ID != first.ID {
		t.Errorf("ana does not: %+v, %v", h, err)
	}
}

// TestGrantIsOfWhoAsked: what was approved for one person behind a shared user is not
// for another.
func TestGrantIsOfWhoAsked(t *testing.T) {
	p, err := hold.NewPeople([]hold.Person{
		{Name: "ana", OS: "ana", Certificate: []string{"ana"}}, {Name: "ben", OS: "ben", Certificate: []string{"ben"}}, {Name: "cy", OS: "cy"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, p)
	ask := func(name string) hold.Hold {
		req := request()
		req.User, req.Evidence.Certificate, req.Binding, req.Return = "app", []string{name}, "b1", true
		h, err := r.Wait(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	anas := ask("ana")
	if h, err := r.Decide(t.Context(), anas.ID, yes("ben")); err != nil || h.State != hold.Granted {
		t.Fatalf("%+v, %v", h, err)
	}
	if h := ask("ben"); h.State != hold.Pending || h.ID == anas.ID {
		t.Errorf("ben runs what ben approved for ana: %+v", h)
	}
	if h := ask("ana"); h.State != hold.Released || h.ID != anas.ID {
		t.Errorf("ana does not: %+v", h)
	}
}

// TestUnanswerableSaysSo when it is asked.
func TestUnanswerableSaysSo(t *testing.T) {
	r := newRig(t, people(t))
	req := request()
	req.User, req.Reviewers = "app", hold.Reviewers{Group: "dba", Count: 4}
	id, done := r.ask(t.Context(), req)
	if got := r.stored(id).Unanswerable; !strings.Contains(got, "needs 5 different people of dba, and 4 may answer") {
		t.Errorf("%q", got)
	}
	if _, err := r.Decide(t.Context(), id, no("ben", "")); err != nil {
		t.Error(err)
	}
	<-done
}
