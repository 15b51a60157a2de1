package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// alertsPage is what lasts, and a page of what is over, newest first.
type alertsPage struct {
	Lasting, Over []alertView
	More          int // that last and are not listed
	Later, Older  int // numbers of the pages beside this one; 0 is none
}

func (s *Server) showAlerts(w http.ResponseWriter, r *http.Request, who session) {
	all, err := s.Alerts.List(r.Context(), true)
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	slices.SortStableFunc(all, func(a, b alert.Alert) int { return b.Raised.Compare(a.Raised) })
	var p alertsPage
	var over []alert.Alert
	now := time.Now()
	for _, a := range all {
		if a.Lasts() || a.Braked() {
			p.Lasting = append(p.Lasting, alertViewOf(a, now))
		} else {
			over = append(over, a)
		}
	}
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || number < 1 || number > len(over)/perPage+1 {
		number = 1
	}
	p.Later = number - 1
	if len(over) > number*perPage {
		p.Older = number + 1
	}
	for _, a := range over[min((number-1)*perPage, len(over)):min(number*perPage, len(over))] {
		p.Over = append(p.Over, alertViewOf(a, now))
	}
	p.More = max(len(p.Lasting)-maxListed, 0)
	p.Lasting = p.Lasting[:len(p.Lasting)-p.More]
	if number > 1 {
		p.Lasting, p.More = nil, 0
	}
	s.showTo(w, r, http.StatusOK, who, "alerts", frame{Title: "Alerts", Current: "volume", Refresh: refreshEvery}, p)
}

// openAlerts is how many nobody has said anything about.
func (s *Server) openAlerts(ctx context.Context) (n int, err error) {
	if s.Alerts == nil {
		return 0, nil
	}
	lasting, err := s.Alerts.List(ctx, false)
	now := time.Now()
	for _, a := range lasting {
		if alertViewOf(a, now).Loud() {
			n++
		}
	}
	return n, err
}
