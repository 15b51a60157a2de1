package console

import (
	"context"
	"net/http"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// MaxFile bounds the text of a file that people are asked about, in bytes: four times
// what is kept of a held text, so that comments and harmless statements have room.
const MaxFile = 4 * hold.MaxSQL

// FileRequest is a file of statements that people are asked about before it runs.
type FileRequest struct {
	Host        string `json:"host,omitempty"` // may be empty where there is one
	Database    string `json:"database"`
	User        string `json:"user"`                  // the Postgres user who will run it
	Application string `json:"application,omitempty"` // application_name; empty is any
	Name        string `json:"name"`                  // of the file, for people
	SQL         string `json:"sql"`                   // its text, as psql reads it
}

// FileAnswer is the hold that lists the statements of a file.
type FileAnswer struct {
	Hold Hold `json:"hold"`

	// Uncovered are the statements that would be held and cannot be approved beforehand,
	// with why: they are asked about when they come.
	Uncovered []string `json:"uncovered"`
}

// Submit asks people about a file for somebody; a Fault is answered as it is.
type Submit func(ctx context.Context, f FileRequest, by hold.Answerer) (h hold.Hold, uncovered []string, err error)

// submitFile asks people about a file.
func (a *api) submitFile(w http.ResponseWriter, r *http.Request) {
	body, err := readUpTo[FileRequest](w, r, 2*MaxFile) // escaped it is longer
	by, ok := a.sender(w, r, err)
	if !ok {
		return
	}
	h, uncovered, err := a.submit(r.Context(), body, by)
	if err != nil {
		writeFault(w, faultOf(err, a.desk))
		return
	}
	if uncovered == nil {
		uncovered = []string{}
	}
	writeJSON(w, http.StatusOK, FileAnswer{Hold: shown(h, a.desk), Uncovered: uncovered})
}

// Submit asks people about a file.
func (c *Client) Submit(ctx context.Context, f FileRequest) (FileAnswer, error) {
	return call[FileAnswer](ctx, c, http.MethodPost, "/v1/files", f)
}
