package web

import (
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

const (
	// recent is how many ended holds the first page shows below what waits.
	recent = 8

	// refreshEvery is how often a list without JavaScript asks again, in seconds.
	refreshEvery = 20
)

// holdsPage is what waits, by what the viewer can do about it.
type holdsPage struct {
	ForYou, Yours, Others []view
	Recent                []view
	Hosts                 []string // where statements are looked at, for a page without holds
	Read                  uint64   // statements, since the start
}

func (p holdsPage) Empty() bool { return len(p.ForYou)+len(p.Yours)+len(p.Others) == 0 }

func (s *Server) showHolds(w http.ResponseWriter, r *http.Request, who session) {
	waiting, err := s.Desk.List(r.Context(), false)
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	ended, err := s.History.Search(r.Context(), hold.Search{Limit: recent})
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	var p holdsPage
	now := time.Now()
	for _, h := range waiting {
		switch v := s.viewOf(h, who, now); {
		case v.Mine:
			p.Yours = append(p.Yours, v)
		case v.Answers:
			p.ForYou = append(p.ForYou, v)
		default:
			p.Others = append(p.Others, v)
		}
	}
	for _, h := range ended {
		p.Recent = append(p.Recent, s.viewOf(h, who, now))
	}
	for _, h := range s.Status(r.Context()).Hosts {
		p.Hosts, p.Read = append(p.Hosts, h.Name), p.Read+h.Statements
	}
	s.showTo(w, r, http.StatusOK, who, "holds", frame{Title: "Holds", Current: "holds", Refresh: refreshEvery}, p)
}
