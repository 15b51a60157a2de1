package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Link signs one browser in to the web console, once.
type Link struct {
	URL   string    `json:"url"`
	For   string    `json:"for"`   // whom: a person, or without people in the configuration the OS user
	Until time.Time `json:"until"` // afterwards it is of no use
}

// login makes the caller's link.
func (a *api) login(w http.ResponseWriter, r *http.Request) {
	if a.link == nil {
		writeFault(w, &Fault{Code: NoConsole, Text: "this holdfast has no web console"})
		return
	}
	by, err := a.caller(r)
	if err != nil {
		writeFault(w, &Fault{Code: NotAllowed, Text: err.Error()})
		return
	}
	l, err := a.link(by)
	if refused := (hold.ErrNotAllowed{}); err != nil && !errors.As(err, &refused) {
		writeFault(w, &Fault{Code: Unavailable, Text: err.Error()})
		return
	}
	if err != nil {
		writeFault(w, faultOf(err, a.desk))
		return
	}
	writeJSON(w, http.StatusOK, l)
}

// Login asks for a link that signs this caller in to the web console.
func (c *Client) Login(ctx context.Context) (Link, error) {
	return call[Link](ctx, c, http.MethodPost, "/v1/console/login", nil)
}
