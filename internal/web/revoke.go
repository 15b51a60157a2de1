package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// revoke takes a grant back for whoever sent the form.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request, who session) {
	ctx := context.WithoutCancel(r.Context()) // what arrived counts
	id, reason := r.PathValue("id"), oneLine(r.PostForm.Get("reason"))
	_, err := s.Desk.Revoke(ctx, id, hold.Revoking{By: who.by, Via: door, Note: reason})
	if err == nil {
		http.Redirect(w, r, "/holds/"+id, http.StatusSeeOther)
		return
	}
	s.notDone(w, r, err, who, answer{Reason: reason}, "Not revoked")
}

// revocable says that the viewer may take the grant back, or what is left of an approval
// for a transaction: one who could have answered it, or who asked.
func (v view) revocable(people hold.People, who session, open bool) bool {
	return (v.State == hold.Granted || open) && (v.Mine || !people.Configured() || slices.Contains(v.Names, who.by.Person))
}

// tooLate is nil, or says that a grant cannot be taken back.
func tooLate(err error) error {
	if late := (hold.ErrNotRevocable{}); errors.As(err, &late) {
		return late
	}
	return nil
}
