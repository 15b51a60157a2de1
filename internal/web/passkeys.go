package web

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/passkey"
)

// passkeyRoutes are what passkeys add to the console.
func (s *Server) passkeyRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /account", s.signedIn(s.showAccount))
	mux.HandleFunc("POST /account/passkeys", s.signedIn(s.addPasskey))
	mux.HandleFunc("POST /account/passkeys/begin", s.signedIn(s.beginPasskey))
	mux.HandleFunc("POST /account/passkeys/remove", s.signedIn(s.removePasskey))
	mux.HandleFunc("POST /signin/passkey", s.signInByPasskey)
	mux.HandleFunc("POST /signin/passkey/begin", s.beginSignInByPasskey)
	for path, page := range map[string]string{"/account/passkeys": "/account", "/account/passkeys/remove": "/account", "/signin/passkey": "/signin"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { // of a form that was not accepted
			http.Redirect(w, r, page, http.StatusSeeOther)
		})
	}
}

// SiteOf is the name for which browsers have passkeys of a console with that
// configuration, see CheckAddress. The error says why there are none.
func SiteOf(listen, base string, tls bool) (string, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("reading the address of the console: %w", err)
	}
	u := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, "0")}
	if tls {
		u.Scheme = "https"
	}
	if base != "" {
		if u, err = parseURL(base); err != nil {
			return "", err
		}
	}
	at, err := passkey.PlaceOf(u)
	return at.Site, err
}

// openPasskeys makes the console one that browsers have passkeys for, where its address
// allows that. The address is the configuration's, never a request's.
func (s *Server) openPasskeys() error {
	if s.Passkeys == nil {
		s.noParty = "This holdfast keeps no passkeys."
		return nil
	}
	at, err := passkey.PlaceOf(s.base)
	if err != nil {
		s.noParty = capital(err.Error()) + "."
		return nil
	}
	s.party, err = passkey.NewParty(at, s.Passkeys)
	return err
}

// noPasskeys is why there are none where a browser asks; empty where there are. A
// request's host decides what is shown, nothing else.
func (s *Server) noPasskeys(r *http.Request) string {
	switch {
	case s.party == nil:
		return s.noParty
	case !s.Desk.People().Configured():
		return "Passkeys belong to people, and the configuration lists none under people."
	case !strings.EqualFold(r.Host, s.party.Host()) && !strings.EqualFold(defaultPort(s.base.Scheme, r.Host), s.party.Host()):
		return "Browsers take passkeys of this console at " + s.party.Origin + " alone. Sign in there."
	}
	return ""
}

// beginSignInByPasskey asks a browser for a passkey. Whoever asks gets a question, and
// nothing is kept of it.
func (s *Server) beginSignInByPasskey(w http.ResponseWriter, r *http.Request) {
	if why := s.noPasskeys(r); why != "" {
		s.answerJSON(w, http.StatusForbidden, map[string]string{"problem": why})
		return
	}
	question, sealed, err := s.party.BeginSignIn()
	s.ask(w, question, sealed, err)
}

// ask sends a question to a browser, and what it has to bring back with the answer.
func (s *Server) ask(w http.ResponseWriter, question any, sealed string, err error) {
	if err != nil {
		s.log.Warn().Err(err).Msg("console: no passkey could be asked for")
		s.answerJSON(w, http.StatusForbidden, map[string]string{"problem": passkeyProblem(err)})
		return
	}
	http.SetCookie(w, s.ticketCookie(sealed, int(passkey.Life.Seconds())))
	s.answerJSON(w, http.StatusOK, question)
}

func (s *Server) answerJSON(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // an error means that the browser has gone
}

// signInByPasskey takes what a browser answered. It makes a session as the other ways do.
func (s *Server) signInByPasskey(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuse(w, r, http.StatusBadRequest, "The form could not be read, so nobody is signed in.", "")
		return
	}
	next := within(r.PostForm.Get("next"))
	fail := func(status int, err error, problem string) {
		s.log.Warn().AnErr("cause", err).Str("client", r.RemoteAddr).Msg("console: a sign-in by passkey failed")
		s.showSignInAs(w, r, status, signInPage{Problem: problem, Next: next})
	}
	if why := s.noPasskeys(r); why != "" {
		fail(http.StatusForbidden, nil, why)
		return
	}
	people := s.Desk.People()
	k, err := s.party.SignIn(r.Context(), s.ticketOf(r), []byte(r.PostForm.Get("answer")), func(person string) bool {
		return (session{by: hold.Answerer{Person: person}}).of(people)
	})
	http.SetCookie(w, s.ticketCookie("", -1))
	if err != nil {
		fail(passkeyStatus(err), err, passkeyProblem(err))
		return
	}
	s.begin(w, r, session{by: hold.Answerer{Person: k.Person}, key: string(k.ID)}, next)
}

// ticketOf is what a browser brings back; empty when it has none.
func (s *Server) ticketOf(r *http.Request) string {
	c, err := r.Cookie(s.ticketName())
	if err != nil {
		return ""
	}
	return c.Value
}

func (s *Server) ticketName() string { return s.cookieName() + "_passkey" }

// ticketCookie is Strict: it only ever comes back with a form of the console.
func (s *Server) ticketCookie(value string, seconds int) *http.Cookie {
	c := s.cookie(value, seconds)
	c.Name, c.SameSite = s.ticketName(), http.SameSiteStrictMode
	return c
}
