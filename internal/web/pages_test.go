package web_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/hold"
)

const cleanUp = `-- OPS-2291 retention: customers we have not seen for 24 months
WITH last_order AS (
  SELECT o.customer_id, max(o.created_at) AS at
    FROM orders o
   GROUP BY o.customer_id
)
DELETE FROM customers c
 USING last_order lo
 WHERE c.id = lo.customer_id
   AND coalesce(c.last_seen_at, 'epoch') < now() - interval '24 months'
   AND c.country IN ('AT', 'BE', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FI', 'FR', 'IT', 'NL', 'PL', 'SE')
   AND NOT c.legal_hold
RETURNING c.id, c.email;
TRUNCATE sessions, "Old Sessions";
DROP TABLE import_2026_11 CASCADE;`

// scene is a desk on a busy day. It returns what waits and what ended, by a word.
func (r *rig) scene() map[string]string {
	ids := map[string]string{}
	ask := func(word string, change func(*hold.Request), tag string) string {
		req := drop()
		change(&req)
		ids[word] = r.ask(req, tag)
		return ids[word]
	}
	end := func(id, os string, approve bool, note string) {
		_, err := r.desk.Decide(context.Background(), id, hold.Decision{Approve: approve, By: hold.Answerer{OS: os}, Via: "cli", Note: note})
		check(r.t, err)
	}
	end(ask("denied", func(q *hold.Request) {
		q.Statements, q.SQL, q.Rule = []string{"UPDATE orders without WHERE"}, "UPDATE orders SET status = 'paid'", "updates"
	}, ""), "bsmith", false, "wrong tab? this is production")
	end(ask("executed", func(q *hold.Request) {
		q.Statements, q.SQL, q.Application = []string{"DROP TABLE orders_2023 CASCADE"}, "DROP TABLE orders_2023 CASCADE", "flyway"
	}, "DROP TABLE"), "bsmith", true, "archived, OPS-2274")
	r.await(ids["executed"], hold.Executed)
	ctx, leave := context.WithCancelCause(context.Background())
	req := drop()
	req.User, req.Application, req.SQL, req.Statements = "etl", "nightly-cleanup", "DELETE FROM sessions", []string{"DELETE sessions without WHERE"}
	id, done := r.askUntil(ctx, req, "")
	leave(hold.ErrWithdrawn)
	<-done
	ids["withdrawn"] = id
	ask("many", func(q *hold.Request) {
		q.Wait, q.SQL, q.Rule, q.Reason = 4*time.Minute+12*time.Second, cleanUp, "deletes", "DELETE of every row that a join finds"
		q.Why = "the condition ties customers to nothing but itself"
		q.Statements = []string{"DELETE customers with a WHERE", `TRUNCATE sessions, "Old Sessions"`, "DROP TABLE import_2026_11 CASCADE"}
		q.InTransaction = true
	}, "")
	ask("typed", func(q *hold.Request) {
		q.Wait, q.SQL, q.Statements, q.TypeName, q.Rule = 18*time.Minute, "DROP SCHEMA reporting CASCADE;", []string{"DROP SCHEMA reporting CASCADE"}, true, "drops need two"
		q.Reviewers.Count, q.Application = 2, "claude-code"
	}, "DROP SCHEMA")
	ask("simple", func(q *hold.Request) { q.Wait = 22 * time.Minute }, "DROP TABLE")
	ask("unknown", func(q *hold.Request) {
		q.User, q.Host, q.Environment, q.SQL, q.Application, q.Client = "app", "shop-staging", "staging", "TRUNCATE events", "", "10.20.3.9"
		q.Statements, q.Rule, q.Wait = []string{"TRUNCATE events"}, "truncates", 27*time.Minute
	}, "TRUNCATE TABLE")
	ask("bens", func(q *hold.Request) {
		q.User, q.SQL, q.Statements, q.Wait = "ben", "ALTER TABLE orders DROP COLUMN legacy_ref", []string{"DROP COLUMN orders.legacy_ref"}, 28*time.Minute
	}, "ALTER TABLE")
	return ids
}

// TestEveryPageOnEveryScreen: nothing moves sideways, nothing is refused by the
// browser's own policy, and axe finds nothing.
func TestEveryPageOnEveryScreen(t *testing.T) {
	r := newRig(t, team)
	ids := r.scene()
	r.clients.set(crowd(ids["many"])...)
	r.desk.SetBlocked(ids["many"], blocked(7, "shop", "shop", "etl"))
	b := r.tab(phone, "bsmith")
	axe := axeSource(t)
	for _, p := range []struct{ name, path string }{
		{"holds", "/holds"}, {"hold", "/holds/" + ids["many"]}, {"hold-typed", "/holds/" + ids["typed"]}, {"hold-unknown", "/holds/" + ids["unknown"]},
		{"hold-own", "/holds/" + ids["bens"]}, {"hold-denied", "/holds/" + ids["denied"]}, {"hold-executed", "/holds/" + ids["executed"]},
		{"hold-withdrawn", "/holds/" + ids["withdrawn"]},
		{"history", "/history"}, {"history-nothing", "/history?q=nowhere"}, {"hosts", "/hosts"}, {"sessions", "/sessions"}, {"sessions-none", "/sessions?q=nowhere"}, {"policy", "/policy"},
		{"missing", "/holds/23456789"}, {"signin", "/signin"}, {"signin-used", "/signin?link=x"}, {"signin-link", r.link("cy")},
	} {
		for _, s := range screens() {
			b.do(b.as(s)...)
			b.open(p.path)
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

// TestEmpty is the first page of a new installation.
func TestEmpty(t *testing.T) {
	r := newRig(t, nil)
	b := r.tab(phone, "root")
	axe := axeSource(t)
	for _, s := range screens() {
		b.do(b.as(s)...)
		b.open("/holds")
		b.sees("Nothing is waiting", "8,282,113 statements")
		b.shot("holds-empty-" + s.name)
		if found := b.axe(axe); found != "" {
			t.Errorf("%s: axe says\n%s", s.name, found)
		}
	}
	b.do(chromedp.Click(".me summary", chromedp.ByQuery))
	b.sees("OS user, unverified")
	b.shot("menu-" + screens()[1].name)
	if strings.Contains(b.text(), "undefined") {
		t.Error(b.text())
	}
	b.value(`document.querySelector("main").append(document.createElement("button"))`)
	if found := b.axe(axe); !strings.Contains(found, "button-name") {
		t.Errorf("axe finds nothing in a button without a name: %s", found)
	}
}
