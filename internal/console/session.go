package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Session is one client that is connected now.
type Session struct {
	ID          string    `json:"id"` // empty while it logs in
	Host        string    `json:"host"`
	Environment string    `json:"environment,omitempty"`
	Database    string    `json:"database"`
	User        string    `json:"user"` // the Postgres user
	Application string    `json:"application"`
	Client      string    `json:"client"`
	Kind        string    `json:"kind"`  // interactive, agent, migration or program
	TLS         bool      `json:"tls"`   // between client and holdfast
	Since       time.Time `json:"since"` // it logged in, or began to

	// State is idle, idle in transaction, idle in transaction (aborted), running,
	// held, logging in or, on a host in mode off, not looked at.
	State      string    `json:"state"`
	StateSince time.Time `json:"state_since"`

	Hold      string `json:"hold,omitempty"`      // id of what it waits for
	Statement string `json:"statement,omitempty"` // running or held, without its values
}

const (
	// UsualSessions are listed where nobody says how many, and MaxSessions at most: as
	// many as a holdfast serves by default.
	UsualSessions, MaxSessions = 100, 10000

	// maxFilter bounds a text that sessions are picked by, in bytes.
	maxFilter = 200
)

// SessionFilter picks sessions. The zero value picks all of them.
type SessionFilter struct {
	Host, User string // exactly
	Text       string // somewhere in what is shown of them, in any case
	Limit      int    // of those picked the newest are listed; 0 is UsualSessions
}

// Sessions are the sessions that a filter picks, the newest first.
type Sessions struct {
	Sessions []Session `json:"sessions"`
	Picked   int       `json:"picked"` // more than listed where the filter bounds them
	All      int       `json:"all"`
}

// Of lists what the filter picks of all, which are the newest first.
func (f SessionFilter) Of(all []Session) Sessions {
	out := Sessions{Sessions: []Session{}, All: len(all)}
	limit, text := f.Limit, strings.ToLower(f.Text)
	if limit <= 0 {
		limit = UsualSessions
	}
	for i := range all {
		s := &all[i]
		if f.Host != "" && s.Host != f.Host || f.User != "" && s.User != f.User || !s.has(text) {
			continue
		}
		if out.Picked++; out.Picked <= limit {
			out.Sessions = append(out.Sessions, *s)
		}
	}
	return out
}

// has says that a text in lower case is in what is shown of a session.
func (s *Session) has(text string) bool {
	if text == "" {
		return true
	}
	for _, part := range []string{s.ID, s.Host, s.Database, s.User, s.Application, s.Client, s.Kind, s.State, s.Hold, s.Statement} {
		if strings.Contains(strings.ToLower(part), text) {
			return true
		}
	}
	return false
}

// query is the filter in an address.
func (f SessionFilter) query() url.Values {
	q := url.Values{}
	for key, value := range map[string]string{"host": f.Host, "user": f.User, "text": f.Text} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return q
}

// readFilter is the filter of an address.
func readFilter(q url.Values) (f SessionFilter, err error) {
	for key, into := range map[string]*string{"host": &f.Host, "user": &f.User, "text": &f.Text} {
		if *into = q.Get(key); len(*into) > maxFilter {
			return f, fmt.Errorf("%s is longer than %d bytes", key, maxFilter)
		}
	}
	if text := q.Get("limit"); text != "" {
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > MaxSessions {
			return f, fmt.Errorf("limit is a number from 1 to %d, not %q", MaxSessions, text)
		}
	}
	return f, nil
}

func (a *api) listSessions(w http.ResponseWriter, r *http.Request) {
	f, err := readFilter(r.URL.Query())
	if err != nil {
		writeFault(w, &Fault{Code: BadRequest, Text: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, f.Of(a.sessions()))
}
