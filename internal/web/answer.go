package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// statementScope is what the form sends for an approval of the statement alone.
const statementScope = "statement"

// door is hold.Decision.Via.
const door = "console"

func (s *Server) approve(w http.ResponseWriter, r *http.Request, who session) {
	a := answer{Note: oneLine(r.PostForm.Get("note")), Name: strings.TrimSpace(r.PostForm.Get("name"))}
	if a.Scope = r.PostForm.Get("scope"); a.Scope == statementScope {
		a.Scope = ""
	}
	s.decide(w, r, who, a, hold.Decision{Approve: true, By: who.by, Via: door, Note: a.Note, Type: a.Name, Scope: hold.Scope(a.Scope)})
}

func (s *Server) deny(w http.ResponseWriter, r *http.Request, who session) {
	a := answer{Reason: oneLine(r.PostForm.Get("reason"))}
	s.decide(w, r, who, a, hold.Decision{By: who.by, Via: door, Note: a.Reason})
}

// decide takes an answer to the desk. An answer that arrived counts, also when the
// browser goes away meanwhile.
func (s *Server) decide(w http.ResponseWriter, r *http.Request, who session, a answer, d hold.Decision) {
	ctx := context.WithoutCancel(r.Context())
	id := r.PathValue("id")
	_, err := s.Desk.Decide(ctx, id, d)
	if err == nil {
		http.Redirect(w, r, "/holds/"+id, http.StatusSeeOther)
		return
	}
	undone := "Not denied"
	if d.Approve {
		undone = "Not approved"
	}
	s.notDone(w, r, err, who, a, undone)
}

// notDone shows the hold again with why something was not done, and what was typed.
// undone is "Not approved" and the like.
func (s *Server) notDone(w http.ResponseWriter, r *http.Request, err error, who session, a answer, undone string) {
	ctx, id := context.WithoutCancel(r.Context()), r.PathValue("id")
	if errors.Is(err, hold.ErrUnknownID) {
		s.missing(w, r, err)
		return
	}
	h, getErr := s.Desk.Get(ctx, id)
	if getErr != nil {
		s.missing(w, r, getErr)
		return
	}
	status, problem := problemOf(err, undone)
	if status == http.StatusServiceUnavailable {
		s.log.Error().Err(err).Str("hold", id).Msg("console: an answer could not be written")
	}
	s.showHoldAs(w, r, status, who, h, holdPage{Problem: problem, Typed: a})
}

// problemOf says why an answer did not count.
func problemOf(err error, undone string) (status int, text string) {
	var (
		ended   hold.ErrEnded
		refused hold.ErrNotAllowed
	)
	switch {
	case errors.As(err, &ended):
		return http.StatusConflict, undone + ": " + visible(ended.Error()) + "."
	case tooLate(err) != nil:
		return http.StatusConflict, undone + ": " + visible(tooLate(err).Error()) + "."
	case errors.As(err, &refused):
		return http.StatusForbidden, undone + ": " + visible(refused.Reason) + "."
	}
	return http.StatusServiceUnavailable, undone + ": the control store or the record cannot be written. Try again in a moment."
}

// oneLine joins the lines of what was pasted: a note is one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
