package web

import (
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
)

// hostsPage is what holdfast status says.
type hostsPage struct {
	console.Status
	Up time.Duration
}

// IsProduction says of an environment that its data is real.
func (hostsPage) IsProduction(environment string) bool { return production(environment) }

func (s *Server) showHosts(w http.ResponseWriter, r *http.Request, who session) {
	now := s.Status(r.Context())
	p := hostsPage{Status: now, Up: time.Duration(now.Uptime * float64(time.Second))}
	s.showTo(w, r, http.StatusOK, who, "hosts", frame{Title: "Hosts", Current: "hosts", Refresh: refreshEvery, Every: lookEvery}, p)
}
