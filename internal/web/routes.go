package web

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
)

// apiPath is where the API is. What is sent there is sent by programs.
const apiPath = "/v1/"

// filesPath is where programs send files.
const filesPath = "/v1/files"

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/holds", http.StatusSeeOther) })
	mux.HandleFunc("GET /assets/{name}", serveAsset)
	mux.Handle(apiPath, s.api())
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.api())
	}
	mux.HandleFunc("GET /signin", s.showSignIn)
	mux.HandleFunc("POST /signin", s.signIn)
	if s.provider != nil {
		mux.HandleFunc("GET /signin/oidc", s.depart)
		mux.HandleFunc("GET "+callbackPath, s.arrive)
	}
	s.passkeyRoutes(mux)
	mux.HandleFunc("POST /signout", s.signedIn(s.signOut))
	mux.HandleFunc("GET /holds", s.signedIn(s.showHolds))
	mux.HandleFunc("GET /holds/{id}", s.signedIn(s.showHold))
	mux.HandleFunc("POST /holds/{id}/approve", s.signedIn(s.approve))
	mux.HandleFunc("POST /holds/{id}/deny", s.signedIn(s.deny))
	mux.HandleFunc("POST /holds/{id}/revoke", s.signedIn(s.revoke))
	mux.HandleFunc("GET /holds/{id}/{answer}", func(w http.ResponseWriter, r *http.Request) { // of an answer that was not accepted
		http.Redirect(w, r, "/holds/"+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /history", s.signedIn(s.showHistory))
	mux.HandleFunc("GET /sessions", s.signedIn(s.showSessions))
	mux.HandleFunc("GET /hosts", s.signedIn(s.showHosts))
	if s.Policy != nil {
		mux.HandleFunc("GET /policy", s.signedIn(s.showPolicy))
	}
	if s.Alerts != nil {
		mux.HandleFunc("GET /alerts", s.signedIn(s.showAlerts))
		mux.HandleFunc("GET /alerts/{id}", s.signedIn(s.showAlert))
		mux.HandleFunc("POST /alerts/{id}", s.signedIn(s.answerAlert))
		mux.HandleFunc("GET /volume", s.signedIn(s.showVolume))
		mux.HandleFunc("GET /volume/{host}/{database}/{table}", s.signedIn(s.showVolume))
		mux.HandleFunc("GET /volume/{host}/{database}/{table}/chart.svg", s.signedIn(s.drawChart))
	}
	mux.HandleFunc("GET /events", s.signedIn(s.stream))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, http.StatusNotFound, "There is no such page.", "The console begins at /holds.")
	})
	return mux
}

// page is a handler for somebody who has signed in.
type page func(w http.ResponseWriter, r *http.Request, who session)

// signedIn lets those through whose session is still theirs, and of what changes
// something only what carries the session's token.
func (s *Server) signedIn(next page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.who(r)
		switch {
		case !ok && r.Method == http.MethodPost:
			s.refuse(w, r, http.StatusUnauthorized, "Nobody is signed in here any more, so nothing was done.", "Sign in and answer again.")
		case !ok:
			http.Redirect(w, r, "/signin?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		case r.Method == http.MethodPost && !s.tokenFits(w, r, who):
		default:
			next(w, r, who)
		}
	}
}

// who is the session of a request. One that is nobody's any more ends.
func (s *Server) who(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return session{}, false
	}
	who, ok := s.sessions.find(cookie.Value)
	if ok && !s.stillOf(who) {
		s.sessions.end(who)
		ok = false
	}
	who.seen = s.live.count()
	return who, ok
}

// stillOf says whether a session is still that of its person, and the password, the
// address or the passkey by which they came still theirs.
func (s *Server) stillOf(who session) bool {
	people := s.Desk.People()
	p, _ := people.ByName(who.by.Person)
	return who.of(people) && (who.password == "" || s.hashOf(p.Name) == who.password) && (who.email == "" || strings.EqualFold(p.Email, who.email)) &&
		(who.key == "" || s.Passkeys.Has(p.Name, who.key))
}

// tokenFits reads the form. What does not fit is answered.
func (s *Server) tokenFits(w http.ResponseWriter, r *http.Request, who session) bool {
	if err := r.ParseForm(); err != nil {
		s.refuse(w, r, http.StatusBadRequest, "The form could not be read, so nothing was done.", "It may be too long.")
		return false
	}
	if subtle.ConstantTimeCompare([]byte(r.PostForm.Get("token")), []byte(who.token)) != 1 {
		s.refuse(w, r, http.StatusForbidden, "This form is of another session, so nothing was done.", "Open the page again and answer there.")
		return false
	}
	return true
}

// within is a page of the console to go to after signing in; anything else is the
// first page.
func within(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(u.Path, "/signin") || strings.HasPrefix(u.Path, "/events") {
		return "/holds"
	}
	return u.RequestURI()
}
