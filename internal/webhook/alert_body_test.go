package webhook

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// TestAlertAsJSON: the bytes of an alert that has all there is, and of one that has nothing.
func TestAlertAsJSON(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	until := at.Add(time.Hour)
	worker := volume.Actor{User: "app", Application: "worker"}
	full := alert.Alert{
		ID: "abcdefgh", State: alert.Open, Kind: volume.Bulk, Host: "shop-prod", Environment: "production", Database: "shop", Table: "orders",
		Actor: worker, Deleted: 1200, Usual: 639.5, Rows: 30000, Reason: "it deletes more than ever",
		Since: at, Raised: at, Updated: at, Ended: until, Silenced: until,
		Examples: []string{"DELETE FROM orders"}, Actors: []alert.ActorRows{{Actor: worker, Deleted: 1200}},
		Brake:   &alert.Brake{Set: at, Released: until, By: "ben"},
		Answers: []alert.Answer{{Verb: alert.Job, At: at, By: "cy", Via: "cli", Identity: "verified", Until: until, Note: "nightly", Job: &volume.Expected{Table: "orders", MaxRows: 2400}}},
	}
	wantKeysOfAPI(t, full)
	k := &Hook{o: Options{Console: "https://holdfast.example.com/"}}
	for _, c := range []struct {
		one  alert.Alert
		want string
	}{
		{full, `{"id":"abcdefgh","state":"open","kind":"bulk","host":"shop-prod","environment":"production","database":"shop","table":"orders",` +
			`"actor":"app/worker","user":"app","application":"worker","deleted":1200,"usual":639.5,"rows":30000,"reason":"it deletes more than ever",` +
			`"since":"2026-03-01T09:00:00Z","raised":"2026-03-01T09:00:00Z","updated":"2026-03-01T09:00:00Z","ended":"2026-03-01T10:00:00Z","silenced_until":"2026-03-01T10:00:00Z",` +
			`"examples":["DELETE FROM orders"],"actors":[{"user":"app","application":"worker","deleted":1200}],` +
			`"brake":{"on":false,"set":"2026-03-01T09:00:00Z","released":"2026-03-01T10:00:00Z","released_by":"ben"},` +
			`"answers":[{"verb":"job","at":"2026-03-01T09:00:00Z","by":"cy","via":"cli","identity":"verified","until":"2026-03-01T10:00:00Z","note":"nightly","job":"- {table: orders, max_rows: 2400}"}],` +
			`"url":"https://holdfast.example.com/alerts/abcdefgh"}`},
		{alert.Alert{}, `{"id":"","state":"","kind":"","host":"","database":"","table":"","actor":"all","deleted":0,"usual":0,"reason":"",` +
			`"since":"0001-01-01T00:00:00Z","raised":"0001-01-01T00:00:00Z","updated":"0001-01-01T00:00:00Z","examples":[],"actors":[],"answers":[],` +
			`"url":"https://holdfast.example.com/alerts/"}`},
	} {
		got, err := json.Marshal(k.shownAlert(c.one))
		if err != nil || string(got) != c.want {
			t.Errorf("%v, got\n%s\nwant\n%s", err, got, c.want)
		}
	}
}

// wantKeysOfAPI: the webhook says of an alert what the API says.
func wantKeysOfAPI(t *testing.T, one alert.Alert) {
	t.Helper()
	if sent, shown := decoded(t, new(Hook).shownAlert(one)), decoded(t, one.Shown()); !reflect.DeepEqual(sent, shown) {
		t.Errorf("the webhook sends %v, the API shows %v", sent, shown)
	}
}

func decoded(t *testing.T, what any) (keys map[string]any) {
	t.Helper()
	text, err := json.Marshal(what)
	if err == nil {
		err = json.Unmarshal(text, &keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
