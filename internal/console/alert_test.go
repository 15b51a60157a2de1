package console

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// fullAlert has something in every field.
func fullAlert() alert.Alert {
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 9, minute, 0, 0, time.UTC) }
	worker := volume.Actor{User: "app", Application: "worker"}
	return alert.Alert{
		ID: "abcdefgh", State: alert.Accepted, Kind: volume.Limit,
		Host: "shop-prod", Environment: "production", Database: "shop", Table: "audit.orders", Actor: worker,
		Deleted: 1200, Usual: 639.5, Rows: 30000, Since: at(0), Raised: at(1), Updated: at(2), Ended: at(3), Reason: "1,200 rows > 1,000",
		Examples: []string{"DELETE FROM audit.orders WHERE id < $1"},
		Actors:   []alert.ActorRows{{Actor: worker, Deleted: 1100}, {Actor: volume.Actor{User: "ana"}, Deleted: 100}},
		Silenced: at(30), Brake: &alert.Brake{Set: at(1), Released: at(2), By: "ben"},
		Answers: []alert.Answer{
			{Verb: alert.Silence, At: at(2), By: "ben", Via: "cli", Identity: "verified", Until: at(30), Note: "on it"},
			{Verb: alert.Job, At: at(3), By: "cy", Identity: "unverified", Job: &volume.Expected{Host: "shop-prod", Table: "audit.orders", Actor: "app/worker", Cron: "0 9 * * *", MaxRows: 2400}},
		},
	}
}

const fullAlertText = `{"id":"abcdefgh","state":"accepted","kind":"limit","host":"shop-prod","environment":"production","database":"shop","table":"audit.orders",` +
	`"actor":"app/worker","user":"app","application":"worker","deleted":1200,"usual":639.5,"rows":30000,` +
	`"since":"2026-03-01T09:00:00Z","raised":"2026-03-01T09:01:00Z","updated":"2026-03-01T09:02:00Z","ended":"2026-03-01T09:03:00Z","reason":"1,200 rows > 1,000",` +
	`"examples":["DELETE FROM audit.orders WHERE id < $1"],"actors":[{"user":"app","application":"worker","deleted":1100},{"user":"ana","deleted":100}],` +
	`"silenced_until":"2026-03-01T09:30:00Z","brake":{"on":false,"set":"2026-03-01T09:01:00Z","released":"2026-03-01T09:02:00Z","released_by":"ben"},"answers":[` +
	`{"verb":"silence","at":"2026-03-01T09:02:00Z","by":"ben","via":"cli","identity":"verified","until":"2026-03-01T09:30:00Z","note":"on it"},` +
	`{"verb":"job","at":"2026-03-01T09:03:00Z","by":"cy","identity":"unverified","job":"- {host: shop-prod, table: audit.orders, actor: app/worker, cron: \"0 9 * * *\", max_rows: 2400}"}]}`

// bareAlertText is an alert with nothing in it: what is always there.
const bareAlertText = `{"id":"","state":"","kind":"","host":"","database":"","table":"","actor":"all","deleted":0,"usual":0,` +
	`"since":"0001-01-01T00:00:00Z","raised":"0001-01-01T00:00:00Z","updated":"0001-01-01T00:00:00Z","reason":"","examples":[],"actors":[],"answers":[]}`

// TestAlertsAsJSON: the bytes of GET /v1/alerts.
func TestAlertsAsJSON(t *testing.T) {
	full := fullAlert()
	stands := []alert.Standing{
		{Alert: "abcdefgh", Host: "shop-prod", Database: "shop", Table: "orders", Actor: full.Actor, Job: full.Answers[1].Job, By: "cy", At: full.Ended},
		{Alert: "abcdefgh", Host: "shop-prod", Database: "shop", Table: "orders", Actor: volume.Actor{Application: "behind holdfast"}, Until: full.Silenced, By: "ben", At: full.Updated},
	}
	w := httptest.NewRecorder()
	writeJSON(w, http.StatusOK, alertsBody{Alerts: []Alert{full.Shown(), alert.Alert{}.Shown()}, Standing: standingOf(stands)})
	want := `{"alerts":[` + fullAlertText + `,` + bareAlertText + `],"standing":[` +
		`{"alert":"abcdefgh","host":"shop-prod","database":"shop","table":"orders","actor":"app/worker","job":"- {host: shop-prod, table: audit.orders, actor: app/worker, cron: \"0 9 * * *\", max_rows: 2400}","by":"cy","at":"2026-03-01T09:03:00Z"},` +
		`{"alert":"abcdefgh","host":"shop-prod","database":"shop","table":"orders","actor":"behind holdfast","until":"2026-03-01T09:30:00Z","by":"ben","at":"2026-03-01T09:02:00Z"}]}` + "\n"
	if got := w.Body.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
