package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

//go:embed pages
var pageFiles embed.FS

// pages are the templates by name, each with the layout and the parts.
type pages map[string]*template.Template

func parsePages() (pages, error) {
	all := pages{}
	for _, name := range []string{"signin", "holds", "hold", "history", "hosts", "sessions", "policy", "account", "volume", "alert", "alerts", "refused"} {
		t, err := template.New(name).Funcs(funcs).ParseFS(pageFiles, "pages/layout.html", "pages/parts.html", "pages/alert_parts.html", "pages/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("reading page %s: %w", name, err)
		}
		all[name] = t
	}
	return all, nil
}

// funcs are what templates call by name.
var funcs = template.FuncMap{
	"asset":     assetPath,
	"visible":   visible,
	"capital":   capital,
	"number":    wording.Number,
	"count":     wording.Count,
	"took":      wording.Took,
	"list":      wording.List,
	"add":       func(a, b int) int { return a + b },
	"rows":      counted,
	"plain":     func(n int64) string { return wording.Number(uint64(max(n, 0))) },
	"stamp":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"clock":     func(t time.Time) string { return t.UTC().Format("15:04:05 UTC") },
	"day":       func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
	"moment":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") },
	"wentOn":    wording.WentOn,
	"asksAgain": func() string { return wording.AsksAgain },
	"statement": statement,
	"stateWord": stateWord,
}

// frame is what surrounds every page.
type frame struct {
	Title    string
	Current  string // the tab
	Refresh  int    // seconds after which a page without JavaScript asks again; 0 never
	Every    int    // seconds after which a live page asks again whatever the stream says; 0 never
	Passkeys bool   // it has a form of passkeys, which needs a script
	Self     string // where the page can be asked for again; empty is where it was

	// The rest is filled by show for somebody who has signed in.
	Who      string
	Initial  string
	Verified bool
	Token    string
	Waiting  int
	Seen     uint64 // changes that the page has seen; see live
	Policy   bool   // there is a page of the policy
	Volume   bool   // there are pages of volume and alerts
	Open     int    // alerts that nobody has said anything about
	Now      time.Time
}

// showTo is show for somebody who has signed in.
func (s *Server) showTo(w http.ResponseWriter, r *http.Request, status int, who session, name string, f frame, data any) {
	f.Who, f.Token, f.Verified = who.name(), who.token, who.by.Person != ""
	f.Initial, f.Seen = initial(f.Who), who.seen
	holds, err := s.Desk.List(r.Context(), false)
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	for _, h := range holds {
		if h.State == hold.Pending {
			f.Waiting++
		}
	}
	if f.Open, err = s.openAlerts(r.Context()); err != nil {
		s.unavailable(w, r, err)
		return
	}
	s.show(w, r, status, name, f, data)
}

// show renders a page whole before the first byte of it leaves, so that one that
// fails is not half a page.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, f frame, data any) {
	f.Policy, f.Volume, f.Now = s.Policy != nil, s.Alerts != nil, time.Now()
	if f.Self == "" {
		f.Self = r.URL.RequestURI()
	}
	var body bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&body, "layout", struct {
		frame
		Page any
	}{f, data}); err != nil {
		s.log.Error().Err(err).Str("page", name).Msg("console: a page could not be made")
		http.Error(w, "This page could not be made; the log of holdfast says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // an error means that the browser has gone
	}
}

// refusal is a page that says no.
type refusal struct{ What, Now string }

// refuse says what happened and what to do now.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, what, now string) {
	s.show(w, r, status, "refused", frame{Title: http.StatusText(status)}, refusal{what, now})
}

// unavailable says that the store cannot be read, and why in the log alone.
func (s *Server) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	s.log.Error().Err(err).Msg("console: the control store could not be read")
	s.refuse(w, r, http.StatusServiceUnavailable, "The control store cannot be read, so nothing can be shown.",
		"What would be held is refused meanwhile. holdfast status says more.")
}

// initial is the first letter of a name, for the round sign beside it.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return "?"
}
