package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// ended is a hold that its session has left.
func (r *rig) ended(req hold.Request) string {
	r.t.Helper()
	ctx, leave := context.WithCancelCause(context.Background())
	id, done := r.askUntil(ctx, req, "")
	leave(hold.ErrWithdrawn)
	<-done
	r.await(id, hold.Withdrawn)
	return id
}

// TestHistoryOfGrants: what was approved and has not run is found by itself.
func TestHistoryOfGrants(t *testing.T) {
	r := newRig(t, team)
	ben := r.signedIn("bsmith")
	id, other := r.ended(drop()), r.ask(drop(), "")
	if a := ben.answer(id, "approve", nil); a.status != 303 {
		t.Fatal(a.body)
	}
	if a := ben.answer(other, "deny", nil); a.status != 303 {
		t.Fatal(a.body)
	}
	r.await(other, hold.Denied)
	found := ben.get("/history?state=granted")
	want(t, "the history", found, 200, `<option value="granted" selected>Approved, not yet run`, "/holds/"+id, `href="#g-granted"`, "Granted")
	if strings.Contains(found.body, other) {
		t.Error("it has what was denied")
	}
	want(t, "all of it", ben.get("/history"), 200, "/holds/"+id, "/holds/"+other)
}

// TestApproveAfterAll: a hold that ended without an answer is approved on its page, and
// is a grant then; by those alone who could have approved it before.
func TestApproveAfterAll(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.TypeName = true
	id := r.ended(req)
	ben := r.signedIn("bsmith")
	want(t, "the page", ben.get("/holds/"+id), 200, "Approve it after all", "1 of dba needed", "within 30 min, one time", "To approve, type")
	for _, who := range []string{"ana", "zoe"} {
		if page := r.signedIn(who).get("/holds/" + id); strings.Contains(page.body, "/approve\"") {
			t.Errorf("%s has a form", who)
		}
	}
	if page := ben.get("/holds/" + id); strings.Contains(page.body, "/deny\"") {
		t.Error("what has ended can be denied")
	}
	want(t, "without the name", ben.answer(id, "approve", url.Values{"note": {"late"}}), 403, "Not approved", "late")
	if a := ben.answer(id, "approve", url.Values{"name": {"events"}, "note": {"meant"}}); a.status != 303 {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if h := r.await(id, hold.Granted); h.DecidedBy != "ben" || h.Via != "console" || h.Note != "meant" || time.Until(h.GrantUntil) > hold.DefaultGrant {
		t.Errorf("%+v", h)
	}
	page := ben.get("/holds/" + id)
	want(t, "afterwards", page, 200, "may run the identical statement once until", "meant")
	if strings.Contains(page.body, "/approve\"") {
		t.Error("a grant can be approved again")
	}
}

// TestNothingToApproveAfterAll: what no approval can be bound to has no form.
func TestNothingToApproveAfterAll(t *testing.T) {
	r := newRig(t, team)
	req := drop()
	req.Binding, req.Unbound = "", "its text has a password"
	id := r.ended(req)
	if page := r.signedIn("bsmith").get("/holds/" + id); page.status != 200 || strings.Contains(page.body, "/approve\"") {
		t.Errorf("%d: %s", page.status, page.body)
	}
}
