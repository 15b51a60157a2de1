package web_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/metrics"
	"github.com/holdfast-db/holdfast/internal/web"
)

// ofAlerts are the routes that TestAPIOfAlerts calls.
func ofAlerts(route string) bool {
	return strings.HasPrefix(route, "/v1/alerts") || strings.HasPrefix(route, "/v1/volume") || route == "/metrics"
}

// watched is a console with a desk of alerts beside that of a rig.
func watched(t *testing.T, r *rig) (*rig, *alert.Desk) {
	t.Helper()
	alerts, err := alert.OpenDesk(context.Background(), alert.Options{
		Store: r.store, Record: r.record, People: known(t, team), Rules: alert.Rules{Brake: []alert.BrakeRule{{}}},
	})
	check(t, err)
	now := func() console.Status { return status(r.desk) }
	s, err := web.Listen(web.Options{
		Listen: "127.0.0.1:0", Desk: r.desk, History: r.store, Tokens: r.tokens.now, Alerts: alerts, Log: zerolog.Nop(),
		Status: func(context.Context) console.Status { return now() },
		Metrics: metrics.Handler(metrics.Source{
			Status: now, Totals: alerts.Totals, Health: alerts.Health,
			Alerts: func() []alert.Alert { list, _ := alerts.List(context.Background(), false); return list },
		}),
	})
	check(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		check(t, <-served)
		check(t, alerts.Close())
	})
	return &rig{Server: s, t: t}, alerts
}

// TestAPIOfAlerts: every operation of the document about alerts and volume.
func TestAPIOfAlerts(t *testing.T) {
	r := newRig(t, team)
	bens, hash := web.NewToken()
	anas, anasHash := web.NewToken()
	r.tokens.set(map[string]string{"ben": hash, "ana": anasHash})
	w, alerts := watched(t, r)
	doc := readOpenAPI(t)
	ben, ana, nobody := program{w, bens, doc}, program{w, anas, doc}, program{w, "", doc}
	alerts.Take(&event.Tally{
		Origin: event.Origin{Host: "shop", Database: "app", User: "ana", Application: "psql"},
		Rows:   []event.Rows{{Table: "orders", Deleted: 1200, Updated: 3, Example: "DELETE FROM orders WHERE id = ?"}},
	})
	var id string
	for end := time.Now().Add(10 * time.Second); id == ""; time.Sleep(20 * time.Millisecond) {
		if list, err := alerts.List(t.Context(), false); err != nil || time.Now().After(end) {
			t.Fatalf("there is no alert: %v", err)
		} else if len(list) == 1 {
			id = list[0].ID
		}
	}
	for _, call := range []struct {
		p                  program
		method, path, body string
		status             int
		code               string
	}{
		{nobody, "GET", "/v1/alerts", "", 401, "nobody"},
		{nobody, "GET", "/metrics", "", 401, "nobody"},
		{ben, "GET", "/v1/alerts", "", 200, ""},
		{ben, "GET", "/v1/alerts?all=1", "", 200, ""},
		{ben, "GET", "/v1/alerts?all=x", "", 400, "bad_request"},
		{ben, "GET", "/v1/alerts/" + id, "", 200, ""},
		{ben, "GET", "/v1/alerts/23456789", "", 404, "unknown_id"},
		{ben, "POST", "/v1/alerts/" + id + "/answer", "", 400, "bad_request"},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "explode"}`, 400, "bad_request"},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "accept", "cron": "@daily"}`, 400, "bad_request"},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "accept", "until": "2030-01-01T00:00:00Z"}`, 400, "bad_request"},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "accept", "why": "x"}`, 400, "bad_request"},
		{ana, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "release"}`, 403, "not_allowed"},
		{ana, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "acknowledge"}`, 200, ""},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "silence"}`, 200, ""},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "job", "cron": "0 2 1 * *", "max_rows": 5000, "note": "the purge"}`, 200, ""},
		{ben, "POST", "/v1/alerts/" + id + "/answer", `{"verb": "accept"}`, 409, "ended"},
		{ben, "GET", "/v1/volume", "", 200, ""},
		{ben, "GET", "/v1/volume?from=yesterday", "", 400, "bad_request"},
		{ben, "GET", "/v1/volume?to=2026-01-01T00:00:00Z&from=2026-01-01T00:00:00Z", "", 400, "bad_request"},
		{ben, "GET", "/v1/volume?to=2026-06-01T00:00:00Z&from=2026-01-01T00:00:00Z", "", 400, "bad_request"},
		{ben, "GET", "/v1/volume/series?host=shop&database=app&table=orders", "", 200, ""},
		{ben, "GET", "/v1/volume/series?host=shop&database=app&table=orders&step=1s", "", 400, "bad_request"},
		{ben, "GET", "/v1/volume/series?host=shop&database=app&table=orders&step=often", "", 400, "bad_request"},
	} {
		got, v := call.p.call(call.method, call.path, call.body)
		if said, _ := v["code"].(string); got != call.status || said != call.code {
			t.Errorf("%s %s %s: %d %v, want %d %s", call.method, call.path, call.body, got, v, call.status, call.code)
		}
	}
	_, v := ben.call("GET", "/v1/alerts/"+id, "")
	answers := v["answers"].([]any)
	if job := answers[len(answers)-1].(map[string]any); v["state"] != "accepted" || v["brake"].(map[string]any)["released_by"] != "ben" || job["via"] != "api" ||
		job["job"] != `- {host: shop, database: app, table: orders, actor: ana/psql, cron: "0 2 1 * *", max_rows: 5000}` {
		t.Errorf("%v", v)
	}
	if text := ben.text("/metrics"); !strings.Contains(text, `holdfast_deleted_rows_total{database="app",host="shop",table="orders"} 1200`) {
		t.Errorf("metrics: %s", text)
	}
	for route, operations := range doc.paths {
		for method := range operations {
			if op := strings.ToUpper(method) + " " + route; ofAlerts(route) && !doc.used[op] && route != "/metrics" {
				t.Errorf("not called: %s", op)
			}
		}
	}
}

// text is an answer that is no JSON.
func (p program) text(path string) string {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.URL()+path, nil)
	check(p.t, err)
	req.Header.Set("Authorization", "Bearer "+p.token)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	check(p.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(p.t, err)
	if res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d %s", path, res.StatusCode, body)
	}
	return string(body)
}
