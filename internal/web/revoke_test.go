package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/web"
)

// granted is a hold that ben has approved after it ended.
func (r *rig) granted(req hold.Request) string {
	r.t.Helper()
	id := r.ended(req)
	if a := r.signedIn("bsmith").answer(id, "approve", nil); a.status != http.StatusSeeOther {
		r.t.Fatalf("%d: %s", a.status, a.body)
	}
	r.await(id, hold.Granted)
	return id
}

// TestRevokeOnThePage: those who could have answered have the form, and who asked; the
// page says afterwards who took it back and why.
func TestRevokeOnThePage(t *testing.T) {
	r := newRig(t, team)
	id := r.granted(drop())
	for who, may := range map[string]bool{"ana": true, "bsmith": true, "cy": true, "zoe": false} {
		if page := r.signedIn(who).get("/holds/" + id); strings.Contains(page.body, "/revoke\"") != may {
			t.Errorf("%s has a form: %t", who, !may)
		}
	}
	want(t, "who may not", r.signedIn("zoe").answer(id, "revoke", nil), 403, "Not revoked: zoe is not in group dba.")
	if a := r.signedIn("cy").answer(id, "revoke", url.Values{"reason": {"not\r\n today"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if h := r.await(id, hold.Lapsed); h.Revoked.By != "cy" || h.Revoked.Via != "console" || h.Revoked.Note != "not today" {
		t.Errorf("%+v", h.Revoked)
	}
	page := r.signedIn("ana").get("/holds/" + id)
	want(t, "afterwards", page, 200, "cy</b> revoked it at", "before it was run. Nothing was dropped.", "not today", "cy revoked it")
	if strings.Contains(page.body, "/revoke\"") || strings.Contains(page.body, "nobody waited for it any more") {
		t.Error("a revoked grant has a form, or another reason")
	}
	want(t, "too late", r.signedIn("bsmith").answer(id, "revoke", url.Values{"reason": {"me too"}}), 409, "Not revoked: it was revoked already, by cy at ", "me too")
}

// TestRevokeInABrowser: two look at the same grant; one revokes it, the other sees that.
func TestRevokeInABrowser(t *testing.T) {
	r := newRig(t, team)
	id := r.granted(drop())
	ben, ana := r.tab(phone, "bsmith"), r.tab(desktop, "ana")
	ben.open("/holds/" + id)
	ana.open("/holds/" + id)
	ben.do(chromedp.WaitVisible("#revoke button", byQuery))
	ben.shot("hold-granted")
	ben.do(chromedp.SendKeys("#reason", "wrong database", byQuery), chromedp.Click("#revoke button", byQuery))
	ben.sees("revoked it at", "wrong database", "Nothing was dropped.")
	ana.sees("ben revoked it", "wrong database")
	ana.until("!document.querySelector('#revoke')", "there still is a form")
	ben.shot("hold-revoked")
	if h := r.await(id, hold.Lapsed); h.Revoked.By != "ben" || h.Revoked.Self {
		t.Errorf("%+v", h.Revoked)
	}
	mine := r.granted(drop())
	ana.open("/holds/" + mine)
	ana.do(chromedp.Click("#revoke button", byQuery))
	ana.sees("ana, who asked, revoked it")
}

// TestRevokeByTheAPI with the document's words.
func TestRevokeByTheAPI(t *testing.T) {
	r := newRig(t, team)
	token, hash := web.NewToken()
	r.tokens.set(map[string]string{"ben": hash})
	ben := program{r, token, readOpenAPI(t)}
	id := r.granted(drop())
	if status, v := ben.call("POST", "/v1/holds/"+id+"/revoke", `{"type":"events"}`); status != 400 {
		t.Errorf("%d %v", status, v)
	}
	status, v := ben.call("POST", "/v1/holds/"+id+"/revoke", `{"note":"no"}`)
	by, _ := v["revoked"].(map[string]any)
	if status != 200 || v["state"] != "lapsed" || by["by"] != "ben" || by["via"] != "api" || by["note"] != "no" {
		t.Errorf("%d %v", status, v)
	}
	status, v = ben.call("POST", "/v1/holds/"+id+"/revoke", "")
	if h, _ := v["hold"].(map[string]any); status != 409 || v["code"] != "ended" || h["id"] != id {
		t.Errorf("%d %v", status, v)
	}
}
