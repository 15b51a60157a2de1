package console

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// Code says what kind of fault it is, for programs.
type Code string

// The codes, and the HTTP status each comes with.
const (
	UnknownID   Code = "unknown_id"  // 404: no hold or alert has this id
	NoSuchRoute Code = "no_route"    // 404
	NoConsole   Code = "no_console"  // 404: there is none to sign in to
	Ended       Code = "ended"       // 409: Fault.Hold says how; also for what cannot be revoked
	NotAllowed  Code = "not_allowed" // 403: this caller, or this answer
	Nobody      Code = "nobody"      // 401: it is not known who calls
	BadRequest  Code = "bad_request" // 400
	Unavailable Code = "unavailable" // 503: the control store or the record
	Internal    Code = "internal"    // 500
)

// Fault is an answer that is not 200.
type Fault struct {
	Code Code   `json:"code"`
	Text string `json:"error"`          // what and why, for people
	Hold *Hold  `json:"hold,omitempty"` // with Ended: what became of it

	Alert *Alert `json:"alert,omitempty"` // with Ended: an alert that is over
}

// Error is the text.
func (f *Fault) Error() string { return f.Text }

var httpStatus = map[Code]int{
	UnknownID: http.StatusNotFound, NoSuchRoute: http.StatusNotFound, NoConsole: http.StatusNotFound,
	Ended: http.StatusConflict, NotAllowed: http.StatusForbidden, Nobody: http.StatusUnauthorized,
	BadRequest: http.StatusBadRequest, Unavailable: http.StatusServiceUnavailable,
	Internal: http.StatusInternalServerError,
}

// faultOf turns what the desk says into a Fault.
func faultOf(err error, d Desk) *Fault {
	var (
		ended   hold.ErrEnded
		over    alert.ErrEnded
		late    hold.ErrNotRevocable
		refused hold.ErrNotAllowed
		fault   *Fault
	)
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.As(err, &ended):
		h := shown(ended.Hold, d)
		return &Fault{Code: Ended, Text: err.Error(), Hold: &h}
	case errors.As(err, &over):
		a := over.Alert.Shown()
		return &Fault{Code: Ended, Text: err.Error(), Alert: &a}
	case errors.As(err, &late):
		h := shown(late.Hold, d)
		return &Fault{Code: Ended, Text: err.Error(), Hold: &h}
	case errors.As(err, &refused):
		return &Fault{Code: NotAllowed, Text: refused.Reason}
	case errors.Is(err, hold.ErrUnknownID):
		return &Fault{Code: UnknownID, Text: hold.ErrUnknownID.Error()}
	case errors.Is(err, alert.ErrUnknownID):
		return &Fault{Code: UnknownID, Text: alert.ErrUnknownID.Error()}
	case errors.Is(err, hold.ErrUnavailable):
		return &Fault{Code: Unavailable, Text: err.Error()}
	}
	return &Fault{Code: Internal, Text: err.Error()}
}

func writeFault(w http.ResponseWriter, f *Fault) { writeJSON(w, httpStatus[f.Code], f) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // an error means that the caller has gone
}
