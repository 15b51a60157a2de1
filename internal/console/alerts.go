package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// Alerts is what the console needs of *alert.Desk.
type Alerts interface {
	Get(ctx context.Context, id string) (alert.Alert, error)
	List(ctx context.Context, all bool) ([]alert.Alert, error)
	Answer(ctx context.Context, id string, a alert.Answer) (alert.Alert, error)
	Tables(ctx context.Context, from, to time.Time) ([]alert.Table, error)
	Series(ctx context.Context, of alert.SeriesOf) (alert.Series, error)
	Standing() []alert.Standing
}

func (a *api) alertRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/alerts", a.listAlerts)
	mux.HandleFunc("GET /v1/alerts/{id}", a.showAlert)
	mux.HandleFunc("POST /v1/alerts/{id}/answer", a.answerAlert)
	mux.HandleFunc("GET /v1/volume", a.showTables)
	mux.HandleFunc("GET /v1/volume/series", a.showSeries)
}

// alertsBody is the body of GET /v1/alerts.
type alertsBody struct {
	Alerts   []Alert    `json:"alerts"`
	Standing []Standing `json:"standing"`
}

func (a *api) listAlerts(w http.ResponseWriter, r *http.Request) {
	all, ok := wantsAll(w, r)
	if !ok {
		return
	}
	list, err := a.alerts.List(r.Context(), all)
	if err != nil {
		writeFault(w, faultOf(err, a.desk))
		return
	}
	body := alertsBody{Alerts: []Alert{}, Standing: standingOf(a.alerts.Standing())}
	for _, one := range list {
		body.Alerts = append(body.Alerts, one.Shown())
	}
	writeJSON(w, http.StatusOK, body)
}

func (a *api) showAlert(w http.ResponseWriter, r *http.Request) {
	a.replyAlert(w)(a.alerts.Get(r.Context(), r.PathValue("id")))
}

// replyAlert writes the alert or the fault that a call of the desk returned.
func (a *api) replyAlert(w http.ResponseWriter) func(alert.Alert, error) {
	return replying(a, w, alert.Alert.Shown)
}

// AlertReply is the body of an answer to an alert.
type AlertReply struct {
	Verb    string    `json:"verb"`
	Note    string    `json:"note,omitempty"`
	Until   time.Time `json:"until,omitzero"`     // silence only
	Cron    string    `json:"cron,omitempty"`     // job only
	MaxRows int64     `json:"max_rows,omitempty"` // job only
}

func (a *api) answerAlert(w http.ResponseWriter, r *http.Request) {
	body, err := readReply(w, r)
	by, ok := a.sender(w, r, err)
	if !ok {
		return
	}
	answer := alert.Answer{Verb: alert.Verb(body.Verb), Note: body.Note, Until: body.Until, Via: a.via, Answerer: by}
	if answer.Verb == alert.Job {
		answer.Job = &volume.Expected{Cron: body.Cron, MaxRows: body.MaxRows}
	}
	a.replyAlert(w)(a.alerts.Answer(r.Context(), r.PathValue("id"), answer))
}

// readReply decodes the body strictly, and refuses what its verb does not look at.
func readReply(w http.ResponseWriter, r *http.Request) (body AlertReply, err error) {
	if body, err = readOne[AlertReply](w, r, maxBody); err != nil {
		return body, err
	}
	switch v := alert.Verb(body.Verb); v {
	case alert.Acknowledge, alert.Silence, alert.Accept, alert.Job, alert.Release, alert.Lift:
		if v != alert.Silence && !body.Until.IsZero() {
			return body, fmt.Errorf("until is for silence, not for %s", v)
		}
		if v != alert.Job && (body.Cron != "" || body.MaxRows != 0) {
			return body, fmt.Errorf("cron and max_rows are for job, not for %s", v)
		}
		return body, nil
	}
	return body, fmt.Errorf("verb is acknowledge, silence, accept, job, release or lift, not %q", body.Verb)
}

// Alerts lists the alerts that last or brake, and with all those that are over; and what
// answers said that stands.
func (c *Client) Alerts(ctx context.Context, all bool) ([]Alert, []Standing, error) {
	path := "/v1/alerts"
	if all {
		path += "?all=1"
	}
	body, err := call[alertsBody](ctx, c, http.MethodGet, path, nil)
	return body.Alerts, body.Standing, err
}

// Alert finds one alert.
func (c *Client) Alert(ctx context.Context, id string) (Alert, error) {
	if !isID(id) {
		return Alert{}, &Fault{Code: UnknownID, Text: alert.ErrUnknownID.Error()}
	}
	return call[Alert](ctx, c, http.MethodGet, "/v1/alerts/"+id, nil)
}

// AnswerAlert answers one.
func (c *Client) AnswerAlert(ctx context.Context, id string, r AlertReply) (Alert, error) {
	if !isID(id) {
		return Alert{}, &Fault{Code: UnknownID, Text: alert.ErrUnknownID.Error()}
	}
	return call[Alert](ctx, c, http.MethodPost, "/v1/alerts/"+id+"/answer", r)
}
