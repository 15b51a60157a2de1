package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// maxBody bounds the body of an answer in bytes: a note of the longest length
// the desk takes, every letter escaped, and a typed name.
const maxBody = 16 << 10

// Desk is what the console needs of *hold.Desk.
type Desk interface {
	Get(ctx context.Context, id string) (hold.Hold, error)
	Answered(ctx context.Context, id string) (hold.Hold, error)
	List(ctx context.Context, all bool) ([]hold.Hold, error)
	Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error)
	Revoke(ctx context.Context, id string, r hold.Revoking) (hold.Hold, error)
	Covers(ctx context.Context, h hold.Hold) (hold.Coverage, error)
	Reviewers(r hold.Request) []string
	People() hold.People
}

// api answers requests, whichever door they came by.
type api struct {
	desk   Desk
	status func(context.Context) Status
	via    string // for hold.Decision.Via
	socket bool   // it is the control socket

	sessions func() []Session // the newest first
	alerts   Alerts           // nil where nothing is watched
	metrics  http.Handler     // nil where there are none

	// link makes a link with which its caller signs in to the web console, or is nil.
	link func(hold.Answerer) (Link, error)

	// submit asks about a file, or is nil.
	submit Submit

	// closing ends requests that wait; closed when the server is to end.
	closing chan struct{}

	// caller is who sent the request, as the door has made sure of it.
	caller func(*http.Request) (hold.Answerer, error)
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /v1/status":              a.showStatus,
		"GET /v1/sessions":            a.listSessions,
		"GET /v1/holds":               a.list,
		"GET /v1/holds/{id}":          a.show,
		"POST /v1/holds/{id}/approve": a.approve,
		"POST /v1/holds/{id}/deny":    a.deny,
		"POST /v1/holds/{id}/revoke":  a.revoke,
	} {
		mux.HandleFunc(pattern, handle)
	}
	if a.alerts != nil {
		a.alertRoutes(mux)
	}
	if a.metrics != nil {
		mux.Handle("GET /metrics", a.metrics)
	}
	if a.submit != nil {
		mux.HandleFunc("POST /v1/files", a.submitFile)
	}
	if a.socket {
		mux.HandleFunc("POST /v1/console/login", a.login)
	}
	mux.HandleFunc("/", unknownRoute)
	return mux
}

// Door is another way to the same API than the control socket.
type Door struct {
	Desk   Desk
	Status func(context.Context) Status
	Via    string // of decisions
	Submit Submit // asks about a file; nil where that cannot be done

	// Sessions are the clients that are connected, the newest first.
	Sessions func() []Session

	Alerts  Alerts       // may be nil
	Metrics http.Handler // of GET /metrics; may be nil

	// Caller is who sent a request, as the door has made sure of it; a Fault is
	// answered as it is.
	Caller func(*http.Request) (hold.Answerer, error)
}

// Handler answers the API's requests at a door. Whoever has no name there may not
// look either.
func Handler(d Door) http.Handler {
	a := &api{
		desk: d.Desk, status: d.Status, sessions: d.Sessions, alerts: d.Alerts, metrics: d.Metrics, via: d.Via, caller: d.Caller, submit: d.Submit,
	}
	next := a.routes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := a.caller(r); err != nil {
			writeFault(w, faultOf(err, a.desk))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func unknownRoute(w http.ResponseWriter, r *http.Request) {
	writeFault(w, &Fault{Code: NoSuchRoute, Text: fmt.Sprintf("there is no %s %q here", r.Method, r.URL.Path)})
}

func (a *api) showStatus(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, a.status(r.Context()))
}

// holdsBody is the body of GET /v1/holds.
type holdsBody struct {
	Holds []Hold `json:"holds"`
}

func (a *api) list(w http.ResponseWriter, r *http.Request) {
	all, ok := wantsAll(w, r)
	if !ok {
		return
	}
	holds, err := a.desk.List(r.Context(), all)
	if err != nil {
		writeFault(w, faultOf(err, a.desk))
		return
	}
	body := holdsBody{Holds: []Hold{}}
	for _, h := range holds {
		body.Holds = append(body.Holds, shown(h, a.desk))
	}
	writeJSON(w, http.StatusOK, body)
}

// wantsAll says whether a list has what is over, too; not ok is answered.
func wantsAll(w http.ResponseWriter, r *http.Request) (all, ok bool) {
	switch text := r.URL.Query().Get("all"); text {
	case "", "0":
		return false, true
	case "1":
		return true, true
	default:
		writeFault(w, &Fault{Code: BadRequest, Text: fmt.Sprintf("all is 0 or 1, not %q", text)})
		return false, false
	}
}

// MaxWait bounds how long one request waits for an answer: below the time within
// which an answer must be written. Who wants to wait longer asks again.
const MaxWait = 50 * time.Second

func (a *api) show(w http.ResponseWriter, r *http.Request) {
	text := r.URL.Query().Get("wait")
	if text == "" {
		a.whole(w, r)(a.desk.Get(r.Context(), r.PathValue("id")))
		return
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait <= 0 {
		writeFault(w, &Fault{Code: BadRequest, Text: fmt.Sprintf("wait is a time such as 30s, not %q", text)})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(wait, MaxWait))
	defer cancel()
	go func() {
		select {
		case <-a.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	a.whole(w, r)(a.desk.Answered(ctx, r.PathValue("id")))
}

// whole is reply with what went on under the approval of the hold.
func (a *api) whole(w http.ResponseWriter, r *http.Request) func(hold.Hold, error) {
	return func(h hold.Hold, err error) {
		var covers hold.Coverage
		if err == nil {
			covers, err = a.desk.Covers(r.Context(), h)
		}
		if err != nil {
			writeFault(w, faultOf(err, a.desk))
			return
		}
		s := shown(h, a.desk)
		s.setCoverage(covers)
		writeJSON(w, http.StatusOK, s)
	}
}

// answerBody is the body of an answer. It may be empty.
type answerBody struct {
	Note string `json:"note,omitempty"`
	Type string `json:"type,omitempty"` // approve only

	// Scope is "statement" or "transaction"; empty is the statement. Of approve only.
	Scope string `json:"scope,omitempty"`
}

// scope is the word of an answer as the desk has it.
func (a answerBody) scope() hold.Scope {
	if a.Scope == statementScope {
		return hold.ScopeStatement
	}
	return hold.Scope(a.Scope)
}

// statementScope is the word for an approval of the statement alone.
const statementScope = "statement"

func (a *api) approve(w http.ResponseWriter, r *http.Request) { a.decide(w, r, true) }
func (a *api) deny(w http.ResponseWriter, r *http.Request)    { a.decide(w, r, false) }

func (a *api) decide(w http.ResponseWriter, r *http.Request, approve bool) {
	body, err := readBody[answerBody](w, r)
	by, ok := a.sender(w, r, err)
	if !ok {
		return
	}
	a.reply(w)(a.desk.Decide(r.Context(), r.PathValue("id"),
		hold.Decision{Approve: approve, By: by, Via: a.via, Note: body.Note, Type: body.Type, Scope: body.scope()}))
}

// revoke takes a grant back.
func (a *api) revoke(w http.ResponseWriter, r *http.Request) {
	body, err := readBody[revokeBody](w, r)
	by, ok := a.sender(w, r, err)
	if !ok {
		return
	}
	a.reply(w)(a.desk.Revoke(r.Context(), r.PathValue("id"), hold.Revoking{By: by, Via: a.via, Note: body.Note}))
}

// sender is who sends an answer whose body was read, with this error; not ok is answered.
func (a *api) sender(w http.ResponseWriter, r *http.Request, read error) (by hold.Answerer, ok bool) {
	if read != nil {
		writeFault(w, &Fault{Code: BadRequest, Text: read.Error()})
		return by, false
	}
	by, err := a.caller(r)
	if err != nil {
		writeFault(w, &Fault{Code: NotAllowed, Text: err.Error()})
	}
	return by, err == nil
}

// reply writes the hold or the fault that a call of the desk returned.
func (a *api) reply(w http.ResponseWriter) func(hold.Hold, error) {
	return replying(a, w, func(h hold.Hold) Hold { return shown(h, a.desk) })
}

// replying writes what a call of a desk returned, as it is shown, or the fault.
func replying[T, S any](a *api, w http.ResponseWriter, show func(T) S) func(T, error) {
	return func(one T, err error) {
		if err != nil {
			writeFault(w, faultOf(err, a.desk))
			return
		}
		writeJSON(w, http.StatusOK, show(one))
	}
}

// revokeBody is the body of a revocation. It may be empty.
type revokeBody struct {
	Note string `json:"note,omitempty"`
}

// readBody decodes a body strictly: a key that is not known could be the
// condition under which somebody meant to approve.
func readBody[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	return readUpTo[T](w, r, maxBody)
}

func readUpTo[T any](w http.ResponseWriter, r *http.Request, most int64) (T, error) {
	body, err := readOne[T](w, r, most)
	if errors.Is(err, io.EOF) {
		return body, nil // it is empty
	}
	return body, err
}

// readOne decodes one JSON object strictly; an empty body is io.EOF.
func readOne[T any](w http.ResponseWriter, r *http.Request, most int64) (T, error) {
	var body T
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&body); err != nil {
		return body, fmt.Errorf("reading the answer: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return body, errors.New("reading the answer: something follows the JSON object")
	}
	return body, nil
}
