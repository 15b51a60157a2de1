package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/hold"
)

const (
	// perPage is how many holds a page of the history has.
	perPage = 25

	// maxSearches is how many look at the whole store at a time, and searchWait how
	// long one may: sessions that are held write to the same file.
	maxSearches, searchWait = 1, 3 * time.Second

	// maxQuery bounds what is searched for, in characters.
	maxQuery = 200
)

// choices are the states that can be chosen, by their word in the address.
var choices = []struct {
	Word, Text string
	states     []hold.State
}{
	{"", "All", nil},
	{"granted", "Approved, not yet run", []hold.State{hold.Granted}},
	{"executed", "Executed", []hold.State{hold.Executed}},
	{"failed", "Failed or unknown", []hold.State{hold.Failed, hold.Unknown}},
	{"denied", "Denied", []hold.State{hold.Denied}},
	{"unanswered", "Ended without an answer", []hold.State{hold.Expired, hold.Withdrawn, hold.Abandoned, hold.Lapsed}},
}

// historyPage is holds that were answered or ended, newest first.
type historyPage struct {
	Query   string
	State   string
	Choices any
	Holds   []view
	Later   bool   // this is not the first page
	Older   string // address of the next page, or empty
}

func (s *Server) showHistory(w http.ResponseWriter, r *http.Request, who session) {
	q := r.URL.Query()
	p := historyPage{Query: clip(q.Get("q")), Choices: choices, Later: q.Get("before") != ""}
	search := hold.Search{Text: p.Query, Limit: perPage + 1, Granted: true, BeforeID: clip(q.Get("id"))}
	for _, c := range choices {
		if c.Word == q.Get("state") {
			p.State, search.States = c.Word, c.states
		}
	}
	if micros, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil {
		search.Before = time.UnixMicro(micros)
	} else {
		search.BeforeID = ""
	}
	found, err := s.search(r.Context(), search)
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	if len(found) > perPage {
		found = found[:perPage]
		last := found[perPage-1]
		p.Older = "/history?" + url.Values{
			"q": {p.Query}, "state": {p.State}, "before": {strconv.FormatInt(last.Asked.UnixMicro(), 10)}, "id": {last.ID},
		}.Encode()
	}
	now := time.Now()
	for _, h := range found {
		p.Holds = append(p.Holds, s.viewOf(h, who, now))
	}
	s.showTo(w, r, http.StatusOK, who, "history", frame{Title: "History", Current: "history"}, p)
}

// search waits for its turn.
func (s *Server) search(ctx context.Context, q hold.Search) ([]hold.Hold, error) {
	ctx, cancel := context.WithTimeout(ctx, searchWait)
	defer cancel()
	select {
	case s.searches <- struct{}{}:
		defer func() { <-s.searches }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.History.Search(ctx, q)
}

// clip bounds what came in an address.
func clip(s string) string {
	if utf8.RuneCountInString(s) > maxQuery || !utf8.ValidString(s) {
		return ""
	}
	return s
}
