package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/web"
)

// inside is a request within a transaction.
func inside() hold.Request {
	req := drop()
	req.InTransaction, req.Transaction, req.Undone, req.Application = true, "7/1", true, "migrate"
	return req
}

// also sends one more statement in the transaction, and returns its hold.
func (r *rig) also() hold.Hold {
	r.t.Helper()
	req := inside()
	req.SQL, req.Statements, req.Binding = "TRUNCATE logs", []string{"TRUNCATE logs"}, "y"
	h, err := r.desk.Wait(context.Background(), req, func(hold.Hold) { r.t.Error("it is asked about") })
	check(r.t, err)
	r.desk.Finish(h.ID, hold.Executed, "TRUNCATE TABLE")
	return h
}

// TestTransactionInABrowser: a reviewer reads what they grant, chooses the transaction,
// sees what went on under it, and takes back the rest.
func TestTransactionInABrowser(t *testing.T) {
	r := newRig(t, team)
	req := inside()
	req.Reviewers.Count = 2
	id := r.ask(req, "DROP TABLE")
	ben, cy := r.tab(phone, "bsmith"), r.signedIn("cy")
	ben.open("/holds/" + id)
	ben.sees("this statement", "what else is held in the same transaction goes on without being asked again, until it commits or rolls back, for 30 min at most",
		"you will not have seen it, and each statement is recorded", "Asked again is what needs more people")
	if ben.value(`document.querySelector("#scope-statement").checked`) != "true" {
		t.Error("the transaction is chosen by itself")
	}
	ben.shot("hold-in-transaction")
	ben.do(chromedp.Click(`label[for="scope-transaction"]`, byQuery), chromedp.SendKeys("#note", "all of it", byQuery))
	if a := cy.answer(id, "approve", url.Values{"scope": {"transaction"}}); a.status != 303 {
		t.Fatal(a.body)
	}
	ben.sees("1 more of dba needed") // live, and what was chosen stays
	if ben.value(`document.querySelector("#scope-transaction").checked`) != "true" || strings.Contains(ben.text(), "What you typed was not sent") {
		t.Error("the choice is lost")
	}
	ben.do(chromedp.Click("#approve button", byQuery))
	ben.sees("the server executed it", "0 further statements went on under the approval of this transaction, and more may until it ends")
	first, second := r.also(), r.also()
	r.await(second.ID, hold.Executed)
	ben.open("/holds/" + id)
	ben.sees("2 further statements went on", "Went on under this approval", "TRUNCATE logs", "ben approved the transaction", "cy approved the transaction", "Revoke for the rest of the transaction")
	ben.shot("hold-covers")
	ben.do(chromedp.SendKeys("#reason", "enough", byQuery), chromedp.Click("#revoke button", byQuery))
	ben.sees("ben revoked it for the rest of the transaction", "enough")
	ben.until("!document.querySelector('#revoke')", "there still is a form")
	want(t, "what went on", r.signedIn("ana").get("/holds/"+first.ID), 200, "It was not asked about")
	ben.open("/holds/" + first.ID)
	ben.sees("It was not asked about: ben had approved it with "+id, "sent it, and nobody was asked")
	ben.shot("hold-under")
}

// TestScopeIsOfferedInsideOnly: not outside of a transaction, not to who asked, and a
// forged form does not count.
func TestScopeIsOfferedInsideOnly(t *testing.T) {
	r := newRig(t, team)
	outside := r.ask(drop(), "")
	ben := r.signedIn("bsmith")
	if page := ben.get("/holds/" + outside); strings.Contains(page.body, "scope-transaction") {
		t.Error("the transaction is offered where there is none")
	}
	want(t, "a forged form", ben.answer(outside, "approve", url.Values{"scope": {"transaction"}}), 403, "Not approved: this hold waits inside of no transaction")
	want(t, "nonsense", ben.answer(outside, "approve", url.Values{"scope": {"all"}}), 403, "there is no scope all")
	req := inside()
	req.SelfConfirm = true
	own := r.ask(req, "")
	page := r.signedIn("ana").get("/holds/" + own)
	if want(t, "who asked", page, 200, "/approve\""); strings.Contains(page.body, "scope-transaction") {
		t.Error("who asked may approve the transaction")
	}
}

// TestScopeByTheAPI with the document's words.
func TestScopeByTheAPI(t *testing.T) {
	r := newRig(t, team)
	token, hash := web.NewToken()
	r.tokens.set(map[string]string{"ben": hash})
	ben := program{r, token, readOpenAPI(t)}
	id := r.ask(inside(), "DROP TABLE")
	if _, v := ben.call("GET", "/v1/holds/"+id, ""); len(v["scopes"].([]any)) != 2 {
		t.Errorf("%v", v)
	}
	if status, v := ben.call("POST", "/v1/holds/"+id+"/approve", `{"scope":"all"}`); status != 403 {
		t.Errorf("%d %v", status, v)
	}
	if status, v := ben.call("POST", "/v1/holds/"+id+"/approve", `{"scope":"transaction"}`); status != 200 {
		t.Errorf("%d %v", status, v)
	}
	r.await(id, hold.Executed)
	under := r.also()
	_, v := ben.call("GET", "/v1/holds/"+id, "")
	covers, _ := v["covers"].(map[string]any)
	if passed, _ := covers["passed"].([]any); len(passed) != 1 || covers["open"] != true || v["approvals"].([]any)[0].(map[string]any)["scope"] != "transaction" {
		t.Errorf("%v", v)
	}
	if _, v := ben.call("GET", "/v1/holds/"+under.ID, ""); v["under"] != id {
		t.Errorf("%v", v)
	}
	if status, v := ben.call("POST", "/v1/holds/"+id+"/revoke", ""); status != 200 || v["state"] != "executed" {
		t.Errorf("%d %v", status, v)
	}
	other := r.ask(inside(), "DROP TABLE")
	if status, v := ben.call("POST", "/v1/holds/"+other+"/approve", `{"scope":"statement"}`); status != 200 {
		t.Errorf("%d %v", status, v)
	}
	if h := r.await(other, hold.Executed); h.Approvals[0].Scope != hold.ScopeStatement {
		t.Errorf("%+v", h)
	}
}
