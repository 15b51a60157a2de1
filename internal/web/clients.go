package web

import (
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
)

const (
	// lookEvery is how often a page of what no hold tells of asks again, in seconds.
	lookEvery = 5

	// shownSessions are on one page: more than anybody reads. Who looks for one of the
	// others picks by host, user or text.
	shownSessions = 100
)

// sessionsPage are the clients that are connected, and by what they were picked.
type sessionsPage struct {
	console.Sessions
	Filter console.SessionFilter
	Hosts  []string // that can be chosen
	now    time.Time
}

// More is how many were picked and are not listed.
func (p sessionsPage) More() int { return p.Picked - len(p.Sessions.Sessions) }

// Ago is how long ago something was.
func (p sessionsPage) Ago(t time.Time) time.Duration { return p.now.Sub(t).Truncate(time.Second) }

// IsProduction says of an environment that its data is real.
func (sessionsPage) IsProduction(environment string) bool { return production(environment) }

func (s *Server) showSessions(w http.ResponseWriter, r *http.Request, who session) {
	q := r.URL.Query()
	p := sessionsPage{now: time.Now(), Filter: console.SessionFilter{
		Host: clip(q.Get("host")), User: clip(q.Get("user")), Text: clip(q.Get("q")), Limit: shownSessions,
	}}
	p.Sessions = p.Filter.Of(s.Options.Sessions())
	for _, h := range s.Status(r.Context()).Hosts {
		p.Hosts = append(p.Hosts, h.Name)
	}
	s.showTo(w, r, http.StatusOK, who, "sessions", frame{Title: "Sessions", Current: "hosts", Refresh: refreshEvery, Every: lookEvery}, p)
}
