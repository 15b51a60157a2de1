package webhook

import (
	"net/http"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// drop counts a transaction that deleted rows.
func (r *rig) drop(rows int64) {
	r.alert.Take(&event.Tally{
		Origin: event.Origin{Host: "shop-prod", Database: "shop", User: "app", Application: "cleanup-worker", Client: "10.0.0.1"},
		Rows:   []event.Rows{{Table: "order_items", Deleted: rows, Example: "DELETE FROM order_items WHERE id < $1"}},
	})
}

func (r *rig) say(id string, v alert.Verb, person, note string) {
	r.t.Helper()
	_, err := r.alert.Answer(r.t.Context(), id, alert.Answer{Verb: v, Answerer: hold.Answerer{Person: person}, Via: "console", Note: note})
	r.must(err)
}

// awaitAlert waits for a request about an alert that is as wanted.
func (r *receiver) awaitAlert(what string, wanted func(Body) bool) Body {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		r.mu.Lock()
		for _, b := range r.got {
			if b.Alert != nil && wanted(b) {
				r.mu.Unlock()
				return b
			}
		}
		r.mu.Unlock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Fatalf("no request says that %s: %+v", what, r.got)
	return Body{}
}

// TestAlert: raised, grown, answered and ended, each told once, and the same id for what
// is repeated.
func TestAlert(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Console = "https://holdfast.example.com/" })
	r.to.answers = []func(http.ResponseWriter){status(503), hangUp}
	r.drop(1200)
	first := r.to.awaitAlert("it was raised", func(b Body) bool { return b.Event == alertRaised })
	a := first.Alert
	if a.State != "open" || a.Kind != "limit" || a.Host != "shop-prod" || a.Environment != "production" || a.Database != "shop" || a.Table != "order_items" ||
		a.Actor != "app/cleanup-worker" || a.User != "app" || a.Application != "cleanup-worker" || a.Deleted != 1200 || a.Reason == "" || a.Since.IsZero() || a.Brake == nil || !a.Brake.On ||
		len(a.Examples) != 1 || a.Examples[0] != "DELETE FROM order_items WHERE id < $1" || len(a.Actors) != 1 || a.URL != "https://holdfast.example.com/alerts/"+a.ID {
		t.Errorf("%+v", a)
	}
	if first.Delivery != a.ID+"-0" || first.Hold != nil {
		t.Errorf("delivery %s, hold %v", first.Delivery, first.Hold)
	}
	r.drop(1000)
	r.to.awaitAlert("it is larger", func(b Body) bool { return b.Event == alertUpdated && b.Alert.Deleted == 2200 })
	r.say(a.ID, alert.Acknowledge, "ben", "on it")
	r.to.awaitAlert("ben has acknowledged it", func(b Body) bool {
		return b.Alert.State == "acknowledged" && len(b.Alert.Answers) == 1 && b.Alert.Answers[0].By == "ben" && b.Alert.Answers[0].Note == "on it" && b.Event == alertUpdated
	})
	r.say(a.ID, alert.Accept, "cy", "")
	r.to.awaitAlert("it ended", func(b Body) bool {
		return b.Event == alertEnded && b.Alert.State == "accepted" && !b.Alert.Ended.IsZero() && b.Alert.Brake.By == "cy"
	})
	deliveries := map[string]int{}
	for _, b := range r.to.got {
		if deliveries[b.Delivery]++; deliveries[b.Delivery] > 1 {
			t.Errorf("%s came twice", b.Delivery)
		}
	}
}

// TestAlertAfterARestart: what changed while nobody sent is sent once, and what was sent
// is not sent again.
func TestAlertAfterARestart(t *testing.T) {
	r := newRig(t, nil)
	r.drop(1200)
	a := r.to.awaitAlert("it was raised", func(b Body) bool { return b.Event == alertRaised }).Alert
	r.hook.Close()
	r.say(a.ID, alert.Acknowledge, "ben", "")
	r.say(a.ID, alert.Release, "ben", "")
	r.stop()
	r.start()
	r.to.awaitAlert("both answers", func(b Body) bool { return len(b.Alert.Answers) == 2 && !b.Alert.Brake.Released.IsZero() })
	for deadline := time.Now().Add(10 * time.Second); r.hook.outbox.Waiting() > 0 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
	}
	if len(r.to.got) != 2 {
		t.Errorf("%d requests, want 2: %+v", len(r.to.got), r.to.got)
	}
}

// TestSilencedAlert: what people have silenced before is not told.
func TestSilencedAlert(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		one  alert.Alert
		want bool
	}{
		"open":               {alert.Alert{State: alert.Open}, false},
		"silenced":           {alert.Alert{State: alert.Open, Silenced: now.Add(time.Hour)}, true},
		"not any more":       {alert.Alert{State: alert.Open, Silenced: now.Add(-time.Hour)}, false},
		"over since an hour": {alert.Alert{State: alert.Resolved, Ended: now.Add(-time.Hour)}, false},
		"over since a week":  {alert.Alert{State: alert.Resolved, Ended: now.Add(-7 * 24 * time.Hour)}, true},
		"with its brake on":  {alert.Alert{State: alert.Resolved, Ended: now.Add(-7 * 24 * time.Hour), Brake: &alert.Brake{Set: now}}, false},
	} {
		if got := quiet(c.one, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
