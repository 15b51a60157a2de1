package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// alertPage is one alert.
type alertPage struct {
	alertView
	Chart   picture
	Texts   []block // of the examples
	Steps   []string
	Silence []silence
	Stands  []alert.Standing // of answers to it
	Record  []entry

	Problem string // why an answer was not accepted; what was typed is kept
	Note    string

	Own bool // the viewer is behind the deletes
}

// silence is a time for which an alert can be silenced.
type silence struct {
	Verb, Text string
	For        time.Duration
}

// silences are those that people can choose. There is none for ever: what is to be
// silent for good is accepted as usual, or declared as a job.
var silences = []silence{
	{"silence-1h", "1 hour", time.Hour},
	{"silence-8h", "8 hours", 8 * time.Hour},
	{"silence-1d", "1 day", 24 * time.Hour},
	{"silence-1w", "1 week", 7 * 24 * time.Hour},
}

func (s *Server) showAlert(w http.ResponseWriter, r *http.Request, who session) {
	a, err := s.Alerts.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		s.missingAlert(w, r, err)
		return
	}
	s.showAlertAs(w, r, http.StatusOK, who, a, alertPage{})
}

// showAlertAs shows an alert with what p has of an answer that was not accepted.
func (s *Server) showAlertAs(w http.ResponseWriter, r *http.Request, status int, who session, a alert.Alert, p alertPage) {
	now := time.Now()
	p.alertView, p.Steps, p.Silence = alertViewOf(a, now), a.Advice(), silences
	p.Record, p.Own = p.record(), a.Own(s.Desk.People(), who.by.Person)
	p.Stands = slices.DeleteFunc(s.Alerts.Standing(), func(one alert.Standing) bool { return one.Alert != a.ID })
	for _, text := range a.Examples {
		p.Texts = append(p.Texts, blocks(text)...)
	}
	of := periodOf(a, now).series(a.Host, a.Database, a.Table, now)
	ctx, cancel := context.WithTimeout(r.Context(), drawWait)
	defer cancel()
	series, err := s.Alerts.Series(ctx, of.asked(of.step))
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	p.Chart = pictureOf(of, series, a.Actor, true)
	s.showTo(w, r, status, who, "alert", frame{Title: visible(a.Headline()), Current: "volume", Self: p.Self()}, p)
}

// missingAlert answers for an alert that cannot be had.
func (s *Server) missingAlert(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, alert.ErrUnknownID) {
		s.refuse(w, r, http.StatusNotFound, "No alert has this id, or it was over so long ago that only the audit file has it.", "All that are kept are at /alerts.")
		return
	}
	s.unavailable(w, r, err)
}

// answerAlert takes an answer to the desk. An answer that arrived counts, also when
// the browser goes away meanwhile.
func (s *Server) answerAlert(w http.ResponseWriter, r *http.Request, who session) {
	ctx := context.WithoutCancel(r.Context())
	id, note := r.PathValue("id"), oneLine(r.PostForm.Get("note"))
	answer, ok := answerOf(r.PostForm.Get("verb"), time.Now())
	if !ok {
		s.refuse(w, r, http.StatusBadRequest, "The form says nothing that can be done about an alert, so nothing was done.", "Open the page again and answer there.")
		return
	}
	answer.Answerer, answer.Via, answer.Note = who.by, door, note
	_, err := s.Alerts.Answer(ctx, id, answer)
	if err == nil {
		http.Redirect(w, r, backFrom(r.PostForm.Get("back"), id), http.StatusSeeOther)
		return
	}
	a, getErr := s.Alerts.Get(ctx, id)
	if getErr != nil {
		s.missingAlert(w, r, getErr)
		return
	}
	status, problem := alertProblemOf(err)
	if status == http.StatusServiceUnavailable {
		s.log.Error().Err(err).Str("alert", id).Msg("console: an answer could not be written")
	}
	s.showAlertAs(w, r, status, who, a, alertPage{Problem: problem, Note: note})
}

// answerOf is what a button says.
func answerOf(verb string, now time.Time) (alert.Answer, bool) {
	for _, s := range silences {
		if verb == s.Verb {
			return alert.Answer{Verb: alert.Silence, Until: now.Add(s.For)}, true
		}
	}
	switch v := alert.Verb(verb); v {
	case alert.Acknowledge, alert.Accept, alert.Job, alert.Release, alert.Lift:
		return alert.Answer{Verb: v}, true
	}
	return alert.Answer{}, false
}

// backFrom is where an answer leads: to the page that it was given on, or to that of
// its alert.
func backFrom(back, id string) string {
	if back == "" {
		return "/alerts/" + id
	}
	return within(back)
}

// alertProblemOf says why an answer did not count.
func alertProblemOf(err error) (status int, text string) {
	var (
		ended   alert.ErrEnded
		refused alert.ErrNotAllowed
	)
	switch {
	case errors.As(err, &ended):
		return http.StatusConflict, "Nothing was done: " + visible(ended.Error()) + "."
	case errors.As(err, &refused):
		return http.StatusForbidden, "Nothing was done: " + visible(refused.Reason) + "."
	}
	return http.StatusServiceUnavailable, "Nothing was done: the control store or the record cannot be written. Answer again in a moment."
}

// counted is a number of rows.
func counted(rows int64) string { return wording.Count(int(rows), "row") }
