package console

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// Volume is what was deleted from each table, the most first.
type Volume struct {
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Tables []VolumeTable `json:"tables"`
}

// VolumeTable is what was deleted from one table.
type VolumeTable struct {
	Host        string    `json:"host"`
	Environment string    `json:"environment,omitempty"`
	Database    string    `json:"database"`
	Table       string    `json:"table"`
	Rows        int64     `json:"rows,omitempty"` // its size as far as known
	Deleted     int64     `json:"deleted"`
	Updated     int64     `json:"updated"`
	Usual       *float64  `json:"usual"`            // upper end of what is usual; null while it is learned
	Behind      int64     `json:"behind,omitempty"` // of Deleted, without holdfast
	Steps       []float64 `json:"steps"`            // deleted in equal parts of the span
	Alerts      []string  `json:"alerts"`           // ids of those that last
}

// Series is what was deleted from one table over time.
type Series struct {
	From   time.Time  `json:"from"`
	Step   float64    `json:"step"` // seconds
	Actors []Line     `json:"actors"`
	Usual  []*float64 `json:"usual"` // upper end, by step; null where it is not known
	Lost   []Gap      `json:"lost"`
	Alerts []Alert    `json:"alerts"`
}

// Line is what one actor did, by step.
type Line struct {
	User        string    `json:"user"`
	Application string    `json:"application,omitempty"`
	Deleted     []float64 `json:"deleted"`
	Updated     []float64 `json:"updated"`
}

// Gap is a time whose counts are lost.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// The span of what is asked for without one, and its steps.
const (
	volumeSpan = 24 * time.Hour
	volumeStep = time.Hour
)

func (a *api) showTables(w http.ResponseWriter, r *http.Request) {
	from, to, err := spanOf(r.URL.Query())
	if err != nil {
		writeFault(w, &Fault{Code: BadRequest, Text: err.Error()})
		return
	}
	tables, err := a.alerts.Tables(r.Context(), from, to)
	if err != nil {
		writeFault(w, faultOf(err, a.desk))
		return
	}
	body := Volume{From: from, To: to, Tables: []VolumeTable{}}
	for _, t := range tables {
		body.Tables = append(body.Tables, VolumeTable{
			Host: t.Host, Environment: t.Environment, Database: t.Database, Table: t.Table, Rows: t.Rows, Deleted: t.Deleted, Updated: t.Updated,
			Usual: known(t.Usual), Behind: t.Behind, Steps: rounded(t.Steps), Alerts: append([]string{}, t.Open...),
		})
	}
	writeJSON(w, http.StatusOK, body)
}

func (a *api) showSeries(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	of := alert.SeriesOf{Host: q.Get("host"), Database: q.Get("database"), Table: q.Get("table"), Step: volumeStep}
	var err error
	if of.From, of.To, err = spanOf(q); err == nil && q.Get("step") != "" {
		if of.Step, err = time.ParseDuration(q.Get("step")); err != nil {
			err = fmt.Errorf("step is a time such as 1h, not %q", q.Get("step"))
		}
	}
	if err == nil {
		err = of.Check()
	}
	if err != nil {
		writeFault(w, &Fault{Code: BadRequest, Text: err.Error()})
		return
	}
	s, err := a.alerts.Series(r.Context(), of)
	if err != nil {
		writeFault(w, faultOf(err, a.desk))
		return
	}
	writeJSON(w, http.StatusOK, seriesOf(s))
}

func seriesOf(s alert.Series) Series {
	body := Series{From: s.From, Step: s.Step.Seconds(), Actors: []Line{}, Usual: []*float64{}, Lost: []Gap{}, Alerts: []Alert{}}
	for _, l := range s.Actors {
		body.Actors = append(body.Actors, Line{l.User, l.Application, rounded(l.Deleted), rounded(l.Updated)})
	}
	for _, u := range s.Usual {
		body.Usual = append(body.Usual, known(u))
	}
	for _, l := range s.Lost {
		body.Lost = append(body.Lost, Gap(l))
	}
	for _, one := range s.Alerts {
		body.Alerts = append(body.Alerts, one.Shown())
	}
	return body
}

// known is a number that JSON has, or nil.
func known(n float64) *float64 {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return nil
	}
	n = math.Round(n*10) / 10
	return &n
}

// rounded is rows to a tenth: an hour that lies in two steps is spread over both.
func rounded(rows []float64) []float64 {
	list := make([]float64, len(rows))
	for i, n := range rows {
		list[i] = math.Round(n*10) / 10
	}
	return list
}

// spanOf reads from and to.
func spanOf(q url.Values) (from, to time.Time, err error) {
	to = time.Now().UTC()
	if text := q.Get("to"); text != "" {
		if to, err = time.Parse(time.RFC3339, text); err != nil {
			return from, to, fmt.Errorf("to is a time such as 2026-07-01T12:00:00Z, not %q", text)
		}
	}
	from = to.Add(-volumeSpan)
	if text := q.Get("from"); text != "" {
		if from, err = time.Parse(time.RFC3339, text); err != nil {
			return from, to, fmt.Errorf("from is a time such as 2026-07-01T12:00:00Z, not %q", text)
		}
	}
	if !from.Before(to) {
		return from, to, fmt.Errorf("from must be before to")
	}
	if to.Sub(from) > alert.CountsKept {
		return from, to, fmt.Errorf("from and to are %v apart; counts are kept for five weeks", to.Sub(from))
	}
	return from.UTC(), to.UTC(), nil
}

// Volume asks what was deleted from each table between two times.
func (c *Client) Volume(ctx context.Context, from, to time.Time) (Volume, error) {
	q := url.Values{"from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)}}
	return call[Volume](ctx, c, http.MethodGet, "/v1/volume?"+q.Encode(), nil)
}

// Series asks what was deleted from one table over time.
func (c *Client) Series(ctx context.Context, of alert.SeriesOf) (Series, error) {
	q := url.Values{
		"host": {of.Host}, "database": {of.Database}, "table": {of.Table}, "step": {of.Step.String()},
		"from": {of.From.UTC().Format(time.RFC3339)}, "to": {of.To.UTC().Format(time.RFC3339)},
	}
	return call[Series](ctx, c, http.MethodGet, "/v1/volume/series?"+q.Encode(), nil)
}
