package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/event"
)

// volumeRig is a console with the shop's deletes.
func volumeRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, team)
	r.alerts.volumeScene(time.Now())
	return r
}

const orderItems = "/volume/shop-prod/shop/public.order_items"

func TestVolumePage(t *testing.T) {
	r := volumeRig(t)
	ben := r.signedIn("bsmith")
	page := ben.get("/volume")
	want(t, "the page", page, 200, "cleanup-worker (user app) deleted", "17,010 rows", "Usual is up to 640", "3.3 %", "Brake on since",
		"public.order_items", "public.sessions", "not learned yet", `2<span class="away"> alerts</span>`, "Acknowledge")
	for _, hostile := range []string{"<script>", "\u202e"} {
		if strings.Contains(page.body, "o'neil "+hostile) || strings.Contains(page.body, hostile+" with") {
			t.Errorf("%q stands in the page", hostile)
		}
	}
	want(t, "another table", ben.get("/volume/shop-prod/shop/public.carts?period=day"), 200, "public.carts", "checkout")
	want(t, "one that is not known", ben.get("/volume/shop-prod/shop/no%2Fsuch"), 200, "Nobody deleted from it", "no/such")
	r.alerts.rows = append(r.alerts.rows, deleted{"shop-prod", "shop", "", worker, time.Now().Add(-time.Hour), 77})
	want(t, "deletes without a name", ben.get("/volume/shop-prod/shop/*?period=day"), 200, "tables that the texts do not name", "77 rows", "/volume/shop-prod/shop/%2A/chart.svg?")
	want(t, "their picture", ben.get("/volume/shop-prod/shop/%2A/chart.svg?period=day"), 200, "The most were 77")
	want(t, "no such period", ben.get(orderItems+"?period=x&user=%ff"), 200, "7 days")
	if a := r.browser().get("/volume"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/signin") {
		t.Errorf("without a session: %d to %q", a.status, a.to)
	}
}

var source = regexp.MustCompile(`(?:srcset|src)="(/volume/[^"]+)"`)

// TestChart: each picture of the page is one, says the same in words, and is bounded
// in what it may do when it is opened by itself.
func TestChart(t *testing.T) {
	r := volumeRig(t)
	ben := r.signedIn("bsmith")
	pictures := source.FindAllStringSubmatch(ben.get(orderItems).body, -1)
	if len(pictures) != 4 {
		t.Fatalf("%d pictures", len(pictures))
	}
	seen := map[string]bool{}
	for _, p := range pictures {
		a := ben.get(strings.ReplaceAll(p[1], "&amp;", "&"))
		want(t, p[1], a, 200, "<svg", "<title>Rows deleted from public.order_items in an hour", "cleanup-worker (user app) deleted 17,010 rows")
		if kind := a.header.Get("Content-Type"); kind != "image/svg+xml" || seen[a.body] {
			t.Errorf("%s is %s, or the same as another", p[1], kind)
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "sandbox") {
			t.Errorf("its policy is %q", csp)
		}
		seen[a.body] = true
	}
	want(t, "odd wishes", ben.get(orderItems+"/chart.svg?to=x&size=y&scheme=z&period=0"), 200, "<svg")
	want(t, "the year 1", ben.get(orderItems+"/chart.svg?to=00010101T0000"), 200, "<svg")
	if a := r.browser().get(orderItems + "/chart.svg"); a.status != http.StatusSeeOther {
		t.Errorf("without a session: %d", a.status)
	}
}

// say sends the form of an alert.
func (b *browser) say(id string, form url.Values) reply {
	b.t.Helper()
	form.Set("token", b.token())
	return b.post("/alerts/"+id, form)
}

func (r *rig) alert(id string) alert.Alert {
	r.t.Helper()
	a, err := r.alerts.Get(context.Background(), id)
	check(r.t, err)
	return a
}

func TestAnswerAlerts(t *testing.T) {
	r := volumeRig(t)
	ben := r.signedIn("bsmith")
	want(t, "the page", ben.get("/alerts/"+flood), 200, "cleanup-worker (user app) deleted", "DELETE", "order_id = $", "What to do", "Silence this actor", "Release the brake", "far more at once than ever")
	a := ben.say(flood, url.Values{"verb": {"acknowledge"}, "note": {" I ask\nthem "}, "back": {orderItems}})
	if got := r.alert(flood); a.to != orderItems || got.State != alert.Acknowledged || got.Answers[0].By != "ben" || got.Answers[0].Note != "I ask them" || got.Answers[0].Via != "console" {
		t.Fatalf("%d to %q: %+v", a.status, a.to, got.Answers)
	}
	for verb, long := range map[string]time.Duration{"silence-1h": time.Hour, "silence-8h": 8 * time.Hour, "silence-1d": 24 * time.Hour, "silence-1w": 7 * 24 * time.Hour} {
		if a := ben.say(flood, url.Values{"verb": {verb}}); a.status != http.StatusSeeOther || a.to != "/alerts/"+flood {
			t.Fatalf("%d: %s", a.status, a.body)
		}
		if left := time.Until(r.alert(flood).Silenced); left > long || left < long-time.Minute {
			t.Errorf("%s: silenced for %v", verb, left)
		}
	}
	want(t, "silenced", ben.get("/alerts/"+flood), 200, "Silenced", "ben acknowledged it", "ben silenced it until", "I ask them")
	ben.say(flood, url.Values{"verb": {"release"}})
	if r.alert(flood).Braked() {
		t.Error("the brake is on")
	}
	want(t, "released twice", ben.say(flood, url.Values{"verb": {"release"}, "note": {"again"}}), http.StatusForbidden, "Nothing was done: its brake is not on.", "again</textarea>")
	ben.say(flood, url.Values{"verb": {"job"}})
	want(t, "ended", ben.get("/alerts/"+flood), 200, "said that it is a job", "A job")
	want(t, "too late, and kept", ben.say(flood, url.Values{"verb": {"accept"}, "note": {"go on"}}), http.StatusConflict, "this alert is over", "go on</textarea>")
	ben.say(flood, url.Values{"verb": {"lift"}})
	want(t, "too late", ben.say(flood, url.Values{"verb": {"accept"}, "note": {"go on"}}), http.StatusConflict, "this alert is over", "What you typed was not sent: “go on”")
	ben.say(leak, url.Values{"verb": {"accept"}})
	want(t, "the list", ben.get("/alerts"), 200, "Now", "Over", "As usual", "212 rows of public.coupons went without passing holdfast")
	if page := ben.get("/holds"); strings.Contains(page.body, "<span class=\"away\"> alert") {
		t.Error("the tab counts alerts that people have answered")
	}
}

// TestTakeBackWhatStands: what an answer made stand is offered to be taken back, also
// after its alert, and by whose deletes they are.
func TestTakeBackWhatStands(t *testing.T) {
	r := volumeRig(t)
	ben := r.signedIn("bsmith")
	const offer = "Take it back"
	if page := ben.get("/alerts/" + flood); strings.Contains(page.body, offer) {
		t.Error("offered while nothing stands")
	}
	ben.say(flood, url.Values{"verb": {"silence-1d"}})
	want(t, "silenced", ben.get("/alerts/"+flood), 200, offer, "Silenced until")
	ben.say(flood, url.Values{"verb": {"job"}})
	want(t, "over, a job", ben.get("/alerts/"+flood), 200, offer, "A job, declared by <b>ben</b>")
	if page := ben.get("/alerts/" + leak); strings.Contains(page.body, offer) {
		t.Error("offered where another alert's answers stand")
	}
	if a := ben.say(flood, url.Values{"verb": {"lift"}, "note": {"it is none"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	page := ben.get("/alerts/" + flood)
	want(t, "taken back", page, 200, "ben took back the silences and jobs of answers to it", "it is none")
	if strings.Contains(page.body, offer) {
		t.Error("offered twice")
	}
	want(t, "twice", ben.say(flood, url.Values{"verb": {"lift"}}), http.StatusForbidden, "Nothing was done: nothing stands")
}

// TestManyAlerts: whoever invents names of applications makes many alerts, and no page
// without end of them.
func TestManyAlerts(t *testing.T) {
	r := volumeRig(t)
	one := r.alert(leak)
	for i := range 400 {
		one.ID, one.Actor.Application = fmt.Sprintf("x%07d", i), fmt.Sprint("invented ", i)
		r.alerts.alerts = append(r.alerts.alerts, one)
	}
	ben := r.signedIn("bsmith")
	page := ben.get(orderItems)
	want(t, "the volume", page, 200, "383 more alerts last", "cleanup-worker (user app)")
	if n := strings.Count(page.body, `<section class="alarm`); n != 20 {
		t.Errorf("%d banners", n)
	}
	page = ben.get("/alerts")
	want(t, "the list", page, 200, "203 more last", "cleanup-worker (user app)", "212 rows of public.coupons")
	if n := strings.Count(page.body, `<a class="gone"`); n > 200+50 {
		t.Errorf("%d lines", n)
	}
}

// TestWhatIsNoAnswer: forms of strangers, of another session, and what no button says.
func TestWhatIsNoAnswer(t *testing.T) {
	r := volumeRig(t)
	ben := r.signedIn("bsmith")
	want(t, "another verb", ben.say(flood, url.Values{"verb": {"silence"}}), http.StatusBadRequest, "nothing was done")
	want(t, "no alert", ben.say("23456789", url.Values{"verb": {"accept"}}), http.StatusNotFound, "No alert has this id")
	want(t, "no token", ben.post("/alerts/"+flood, url.Values{"verb": {"accept"}}), http.StatusForbidden, "nothing was done")
	want(t, "nobody", r.browser().post("/alerts/"+flood, url.Values{"verb": {"accept"}}), http.StatusUnauthorized, "nothing was done")
	if a := ben.say(flood, url.Values{"verb": {"acknowledge"}, "back": {"//elsewhere.example"}}); a.to != "/holds" {
		t.Errorf("it leads to %q", a.to)
	}
	if a := r.alert(flood); a.State != alert.Acknowledged || len(a.Answers) != 1 {
		t.Errorf("%+v", a)
	}
}

// TestWithoutAlerts: a console without a desk of alerts has no such pages.
func TestWithoutAlerts(t *testing.T) {
	r := newRig(t, team)
	r.alerts = nil
	r.restart(team)
	ben := r.signedIn("bsmith")
	want(t, "volume", ben.get("/volume"), http.StatusNotFound, "There is no such page")
	if page := ben.get("/holds"); strings.Contains(page.body, "Volume") {
		t.Error("there is a tab")
	}
}

// TestVolumeOnEveryScreen: nothing moves sideways, the pictures are there, nothing is
// refused by the browser's own policy, and axe finds nothing.
func TestVolumeOnEveryScreen(t *testing.T) {
	r := volumeRig(t)
	b := r.tab(phone, "bsmith")
	axe := axeSource(t)
	for _, p := range []struct{ name, path string }{
		{"volume", "/volume"}, {"volume-day", orderItems + "?period=day"}, {"volume-month", orderItems + "?period=month"}, {"volume-other", "/volume/shop-prod/shop/public.coupons"},
		{"alert", "/alerts/" + flood}, {"alert-leak", "/alerts/" + leak}, {"alert-behind", "/alerts/" + behind}, {"alert-over", "/alerts/" + before}, {"alerts", "/alerts"},
		{"volume-empty", "/volume?host=shop-staging"},
	} {
		for _, s := range screens() {
			b.do(b.as(s)...)
			b.open(p.path)
			b.until(`[...document.images].every(i => i.complete)`, "pictures that do not come")
			if broken := b.value(`[...document.images].filter(i => i.naturalWidth === 0).length`); broken != "0" {
				t.Errorf("%s on %s: %s pictures are broken", p.name, s.name, broken)
			}
			if wide := b.value(sideways); wide != "0" {
				t.Errorf("%s on %s can be moved sideways by %s", p.name, s.name, wide)
			}
			b.shot(p.name + "-" + s.name)
			if found := b.axe(axe); found != "" {
				t.Errorf("%s on %s: axe says\n%s", p.name, s.name, found)
			}
		}
	}
}

// TestAcknowledgeByKeyboard: from the banner with keys alone; the page says so at once,
// and the tab counts one less.
func TestAcknowledgeByKeyboard(t *testing.T) {
	r := volumeRig(t)
	b := r.tab(desktop, "bsmith")
	b.open(orderItems)
	b.do(chromedp.Focus("#ack-"+flood, chromedp.ByQuery), chromedp.KeyEvent("\r"))
	b.sees("Acknowledged by ben")
	b.until(`document.querySelector(".tabs .badge").innerText.startsWith("1")`, "the count is not 1")
	if r.alert(flood).State != alert.Acknowledged {
		t.Error("it is not acknowledged")
	}
}

// TestAlertsWithoutJavaScript: from the banner to the alert, a note, and an end; the
// picture is there.
func TestAlertsWithoutJavaScript(t *testing.T) {
	r := volumeRig(t)
	b := r.tab(phone, "")
	b.do(emulation.SetScriptExecutionDisabled(true))
	b.open(r.link("bsmith"))
	b.do(chromedp.Click("form button", byQuery), chromedp.WaitVisible(`a[href="/volume"]`, byQuery), chromedp.Click(`a[href="/volume"]`, byQuery))
	b.do(chromedp.WaitVisible("#ack-"+flood, byQuery), chromedp.Click("#ack-"+flood, byQuery), chromedp.WaitNotPresent("#ack-"+flood, byQuery))
	b.shot("volume-without-javascript")
	b.do(chromedp.Click(`.alarm a[href="/alerts/`+flood+`"]`, byQuery), chromedp.WaitVisible("#note", byQuery), chromedp.SendKeys("#note", "it is the nightly one", byQuery))
	b.do(chromedp.Click("#job", byQuery), chromedp.WaitNotPresent("#job", byQuery))
	if a := r.alert(flood); a.State != alert.Accepted || a.LastAnswer(alert.Job).Note != "it is the nightly one" {
		t.Errorf("%+v", a.Answers)
	}
}

// TestAnswerAlertByKeyboard: the form with Tab and Enter alone, from its note on.
func TestAnswerAlertByKeyboard(t *testing.T) {
	r := volumeRig(t)
	b := r.tab(desktop, "bsmith")
	b.open("/alerts/" + flood)
	b.do(chromedp.Focus("#note", byQuery), chromedp.KeyEvent("asked them"))
	for _, id := range []string{"acknowledge", "silence-1h", "silence-8h"} {
		b.do(chromedp.KeyEvent(kb.Tab))
		if at := b.value("document.activeElement.id"); at != id {
			t.Errorf("the focus is on %q, want %q", at, id)
		}
		if b.value(`getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			t.Errorf("the focus on %q is not seen", id)
		}
	}
	b.do(chromedp.KeyEvent("\r"))
	b.sees("Silenced until", "asked them")
	if left := time.Until(r.alert(flood).Silenced); left > 8*time.Hour || left < 8*time.Hour-time.Minute {
		t.Errorf("silenced for %v", left)
	}
}

// TestAlertComesLive: rows are deleted, the open page shows the alert by itself, and an
// answer there is kept and on record. Whoever deleted them is told why they may not say
// that it is as usual.
func TestAlertComesLive(t *testing.T) {
	r := newRig(t, team)
	r.counts = true
	r.restart(team)
	drop := func(table string, rows int64) {
		r.counting.Take(&event.Tally{
			Origin: event.Origin{Host: "shop-prod", Database: "shop", User: "ana", Application: "psql", Client: "10.20.3.14"},
			Rows:   []event.Rows{{Table: table, Deleted: rows, Example: "DELETE FROM " + table + " WHERE id < $1"}},
		})
	}
	b := r.tab(desktop, "bsmith")
	b.open("/volume")
	b.sees("Nothing was deleted")
	b.value("window.seen = 'the same page'")
	drop("order_items", 1200)
	b.sees("psql (user ana) deleted 1,200 rows from order_items", "Brake on since")
	b.until(`document.querySelector(".tabs .badge")`, "the tab does not count it")
	drop("order_items", 800)
	b.sees("deleted 2,000 rows")
	if b.value("window.seen") != "the same page" {
		t.Error("the page was loaded anew")
	}
	b.shot("volume-live-" + desktop.name)
	all, err := r.counting.List(context.Background(), false)
	check(t, err)
	id := all[0].ID
	ana := r.signedIn("ana")
	page := ana.get("/alerts/" + id)
	want(t, "whose deletes they are", page, 200, "These are deletes of yours", `value="acknowledge"`)
	if strings.Contains(page.body, `value="accept"`) || strings.Contains(page.body, `value="release"`) {
		t.Error("ana is offered what she may not do")
	}
	want(t, "who sends the form all the same", ana.say(id, url.Values{"verb": {"release"}}), http.StatusForbidden, "Nothing was done: these are deletes of ana, so somebody else must release the brake.")
	b.do(chromedp.Click(`a[href="/alerts/`+id+`"]`, chromedp.ByQuery), chromedp.WaitVisible("#note", chromedp.ByQuery),
		chromedp.SendKeys("#note", "meant, OPS-12", chromedp.ByQuery), chromedp.Click("#accept", chromedp.ByQuery))
	b.sees("accepted it as usual", "meant, OPS-12", "As usual")
	if a, err := r.counting.Get(context.Background(), id); err != nil || a.State != alert.Accepted || a.Braked() || a.Answers[0].By != "ben" || a.Answers[0].Identity != "verified" || a.Answers[0].Via != "console" {
		t.Errorf("%+v, %v", a, err)
	}
	drop("carts", 1500)
	b.open("/volume")
	b.until(`document.querySelector(".alarm")`, "no second alert")
	all, err = r.counting.List(context.Background(), false)
	check(t, err)
	cy := r.signedIn("cy")
	cy.say(all[0].ID, url.Values{"verb": {"job"}})
	want(t, "a job", cy.get("/alerts/"+all[0].ID), 200, "cy said that it is a job", "in the configuration it would be", "cron:")
	r.restart(team)
	want(t, "after a restart", r.signedIn("cy").get("/alerts"), 200, "psql (user ana) deleted 2,000 rows from order_items", "As usual")
	want(t, "its page", r.signedIn("cy").get("/alerts/"+id), 200, "meant, OPS-12", "id < $")
	want(t, "the chart", r.signedIn("cy").get("/volume/shop-prod/shop/order_items/chart.svg?period=day"), 200, "The most were 2,000")
}
