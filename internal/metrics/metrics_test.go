package metrics

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/volume"
)

func scrape(t *testing.T, s Source) string {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %s: %s", w.Code, w.Header(), w.Body)
	}
	return w.Body.String()
}

func TestScrape(t *testing.T) {
	s := Source{
		Status: func() console.Status {
			return console.Status{
				Ready: true, Waiting: 2, Granted: 1, Lost: console.Lost{Events: 1, Holds: 2},
				Hosts: []console.HostStatus{{Name: "shop", Sessions: 5, Held: 1, Statements: 70, NotCounted: 6, WouldHold: 2, Refused: 4}},
			}
		},
		Totals: func() []alert.Total {
			return []alert.Total{
				{Host: "shop", Database: "app", Table: `or"ders`, Sum: alert.Sum{Deleted: 12, Updated: 34}},
				{Host: "shop", Database: "app", Table: "bad\xff"},
			}
		},
		Alerts: func() []alert.Alert {
			return []alert.Alert{
				{Kind: volume.Leak, State: alert.Open, Silenced: time.Now().Add(time.Hour)}, {Kind: volume.Leak, State: alert.Acknowledged},
				{Kind: volume.Bulk, State: alert.Resolved, Brake: &alert.Brake{Set: time.Now()}},
			}
		},
		Health: func() alert.Health {
			return alert.Health{Learned: time.Unix(1e9, 0), Lost: 9, Fault: "disk full"}
		},
	}
	text := scrape(t, s)
	for _, line := range []string{
		"holdfast_ready 1", "holdfast_holds_waiting 3", `holdfast_sessions{host="shop"} 5`, `holdfast_sessions_held{host="shop"} 1`,
		`holdfast_statements_total{host="shop"} 70`, `holdfast_statements_not_counted_total{host="shop"} 6`,
		`holdfast_statements_would_hold_total{host="shop"} 2`, `holdfast_statements_refused_total{host="shop"} 4`,
		`holdfast_deleted_rows_total{database="app",host="shop",table="or\"ders"} 12`,
		`holdfast_updated_rows_total{database="app",host="shop",table="or\"ders"} 34`,
		`holdfast_deleted_rows_total{database="app",host="shop",table="bad?"} 0`,
		`holdfast_alerts_open{kind="leak"} 2`, `holdfast_alerts_open{kind="bulk"} 0`, `holdfast_alerts_open{kind="behind"} 0`, "holdfast_alerts_silenced 1",
		"holdfast_brakes_on 1", "holdfast_volume_fault 1", "holdfast_volume_learned_timestamp_seconds 1e+09",
		`holdfast_lost_total{what="events"} 1`, `holdfast_lost_total{what="holds"} 2`, `holdfast_lost_total{what="counts"} 9`,
		"# TYPE holdfast_deleted_rows_total counter", "# TYPE holdfast_alerts_open gauge",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestSeriesAreBounded: tables beyond the first ones share a series.
func TestSeriesAreBounded(t *testing.T) {
	var all []alert.Total
	for i := range MaxTables + 50 {
		all = append(all, alert.Total{Host: "h", Database: "d", Table: fmt.Sprint("t", i), Sum: alert.Sum{Deleted: 2}})
	}
	text := scrape(t, Source{
		Status: func() console.Status { return console.Status{} }, Totals: func() []alert.Total { return all },
		Alerts: func() []alert.Alert { return nil }, Health: func() alert.Health { return alert.Health{} },
	})
	if n := strings.Count(text, "holdfast_deleted_rows_total{"); n != MaxTables+1 || !strings.Contains(text, `holdfast_deleted_rows_total{database="",host="",table="others"} 100`) {
		t.Errorf("%d series", n)
	}
	if all[MaxTables].Table != fmt.Sprint("t", MaxTables) {
		t.Error("the source's own list was changed")
	}
}

// TestSeriesAreApart: names that look alike to Prometheus are one series with the sum of
// both, and so is what found no place with what comes after the first tables.
func TestSeriesAreApart(t *testing.T) {
	all := []alert.Total{
		{Host: "h", Database: "d", Table: "bad\xff", Sum: alert.Sum{Deleted: 3}}, {Host: "h", Database: "d", Table: "bad\xfe", Sum: alert.Sum{Deleted: 4}},
		{Table: "others", Sum: alert.Sum{Deleted: 5}},
	}
	for i := range MaxTables {
		all = append(all, alert.Total{Host: "h", Database: "d", Table: fmt.Sprint("t", i), Sum: alert.Sum{Deleted: 2}})
	}
	text := scrape(t, Source{
		Status: func() console.Status { return console.Status{} }, Totals: func() []alert.Total { return all },
		Alerts: func() []alert.Alert { return nil }, Health: func() alert.Health { return alert.Health{} },
	})
	for _, line := range []string{`holdfast_deleted_rows_total{database="d",host="h",table="bad?"} 7`, `holdfast_deleted_rows_total{database="",host="",table="others"} 9`} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
